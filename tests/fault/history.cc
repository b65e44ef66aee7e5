#include "tests/fault/history.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "services/model/error.h"

namespace bulian::store {
namespace {

constexpr char kCounter[] = "counter";

std::int64_t ToNumber(const std::optional<std::string>& text) { return text ? std::stoll(*text) : 0; }

}  // namespace

void History::Sent(const std::string& request_id) {
  const std::lock_guard lock(mutex_);
  const auto [commit, first] = commits_.try_emplace(request_id);
  if (first) commit->second.sent_after = newest_;
}

void History::Acknowledged(const std::string& request_id, const LogPosition& position) {
  const std::lock_guard lock(mutex_);
  Commit& commit = commits_[request_id];
  commit.outcome = Outcome::kAcknowledged;
  commit.position = position;
  newest_ = std::max(newest_, position.revision);
}

void History::Read(int reader, const LogPosition& position) {
  const std::lock_guard lock(mutex_);
  LogPosition& last = read_[reader];
  if (std::tie(position.epoch, position.revision) < std::tie(last.epoch, last.revision)) {
    problems_.push_back("reader " + std::to_string(reader) + " went back from " + std::to_string(last.revision) +
                        " to " + std::to_string(position.revision));
  }
  last = position;
}

void History::Problem(const std::string& what) {
  const std::lock_guard lock(mutex_);
  problems_.push_back(what);
}

std::int64_t History::acknowledged() const {
  const std::lock_guard lock(mutex_);
  std::int64_t count = 0;
  for (const auto& [id, commit] : commits_) count += commit.outcome == Outcome::kAcknowledged ? 1 : 0;
  return count;
}

std::int64_t History::unknown() const {
  const std::lock_guard lock(mutex_);
  std::int64_t count = 0;
  for (const auto& [id, commit] : commits_) count += commit.outcome == Outcome::kSent ? 1 : 0;
  return count;
}

std::vector<std::string> History::Check(Store& store) {
  std::map<std::string, std::int64_t> stored;  // revision by request id
  std::map<std::int64_t, std::string> by_revision;
  const std::lock_guard lock(mutex_);
  CheckLog(store, &stored, &by_revision);
  for (const auto& [id, commit] : commits_) {
    const auto found = stored.find(id);
    const bool acknowledged = commit.outcome == Outcome::kAcknowledged;
    if (found == stored.end()) {
      if (acknowledged) {
        problems_.push_back("acknowledged commit " + id + " at " + std::to_string(commit.position.revision) +
                            " is lost");
      }
      continue;
    }
    const std::string at = "commit " + id + " is at " + std::to_string(found->second);
    if (acknowledged && found->second != commit.position.revision)
      problems_.push_back(at + ", acknowledged at " + std::to_string(commit.position.revision));
    if (found->second <= commit.sent_after)
      problems_.push_back(at + ", sent after " + std::to_string(commit.sent_after) + " was acknowledged");
  }
  for (const Watcher* watcher : watchers_) CheckWatcher(*watcher, by_revision);
  return problems_;
}

void History::CheckLog(Store& store, std::map<std::string, std::int64_t>* stored,
                       std::map<std::int64_t, std::string>* by_revision) {
  std::int64_t last_revision = 0;
  std::int64_t last_value = 0;
  const absl::Status followed = store.Follow(log_, 0, [&](const std::shared_ptr<const LogEntry>& entry) {
    const std::string at = "revision " + std::to_string(entry->revision) + ": ";
    if (entry->revision != ++last_revision) problems_.push_back(at + "not the next one");
    if (!entry->request_id.empty() && !stored->emplace(entry->request_id, entry->revision).second)
      problems_.push_back(at + "request " + entry->request_id + " is there twice");
    if (!entry->request_id.empty() && !commits_.contains(entry->request_id))
      problems_.push_back(at + "request " + entry->request_id + " was never sent");
    (*by_revision)[entry->revision] = entry->request_id;
    for (const LoggedChange& change : entry->changes) {
      if (change.name != kCounter) continue;
      const bool good = ToNumber(change.before) == last_value && ToNumber(change.after) == last_value + 1;
      if (!good) problems_.push_back(at + "compare-and-set was violated");
      last_value = ToNumber(change.after);
    }
    return true;
  });
  if (!followed.ok()) problems_.push_back("the log cannot be read: " + followed.ToString());
}

void History::CheckWatcher(const Watcher& watcher, const std::map<std::int64_t, std::string>& by_revision) {
  for (const auto& [revision, id] : watcher.seen_) {
    const auto found = by_revision.find(revision);
    if (found == by_revision.end() || found->second != id)
      problems_.push_back("a watcher saw another commit at " + std::to_string(revision));
  }
  if (by_revision.empty()) return;
  const bool from_first = watcher.reloads_ > 0 || (!watcher.seen_.empty() && watcher.seen_.begin()->first == 1);
  const bool to_last =
      watcher.reloads_ > 0 || (!watcher.seen_.empty() && watcher.seen_.rbegin()->first == by_revision.rbegin()->first);
  if (!from_first) problems_.push_back("a watcher was not told the first commits");
  if (!to_last) problems_.push_back("a watcher was not told the last commits");
}

void History::Watcher::OnCommit(const std::string& log, const LogPosition& position,
                                const std::shared_ptr<const LogEntry>& entry) {
  if (log != history_->log_) return;
  const std::int64_t last = revision_;
  if (last != 0 && position.revision != last + 1) {
    history_->Problem("a watcher was told " + std::to_string(position.revision) + " after " + std::to_string(last));
  }
  revision_ = position.revision;
  const std::lock_guard lock(history_->mutex_);
  seen_[position.revision] = entry->request_id;
}

void History::Watcher::OnReload(const std::string& log) {
  if (log != history_->log_) return;
  ++reloads_;
  revision_ = 0;
  const std::lock_guard lock(history_->mutex_);
  seen_.clear();
}

CounterWriters::CounterWriters(History* history, std::string log, const std::vector<Store*>& stores, int threads)
    : history_(history), log_(std::move(log)) {
  for (int i = 0; i < threads; ++i) {
    Store* store = stores[static_cast<std::size_t>(i) % stores.size()];
    threads_.emplace_back([this, store, i] { Run(store, i); });
  }
}

void CounterWriters::Stop() {
  stopping_.store(true);
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void CounterWriters::Run(Store* store, int number) {
  for (int i = 0; !stopping_.load(); ++i) {
    const std::string id = "w" + std::to_string(number) + "-" + std::to_string(i);
    while (!WriteOnce(store, number, id) && !stopping_.load()) {
    }
  }
}

// True when it is known what became of the request.
bool CounterWriters::WriteOnce(Store* store, int number, const std::string& request_id) {
  const auto head = store->Position(log_);
  if (!head.ok()) return false;
  history_->Read(number, *head);
  std::int64_t value = 0;
  const auto scanned = store->Scan(log_, [&](const ScannedRecord& record) {
    if (record.name == kCounter) value = std::stoll(std::string(record.value));
    return true;
  });
  if (!scanned.ok() || scanned->start.revision != scanned->end.revision) return false;
  CommitRequest request;
  request.log = log_;
  request.validated_at = scanned->start.revision;
  request.reads = {kCounter};
  request.writes.push_back({kCounter, std::to_string(value + 1)});
  request.actor = "writer";
  request.method = "Add";
  request.request_id = request_id;
  request.payload_digest = "same";  // the value differs from try to try, the wish does not
  history_->Sent(request_id);
  const auto result = store->Commit(std::move(request));
  if (result.ok()) history_->Acknowledged(request_id, result->position);
  return result.ok();
}

}  // namespace bulian::store
