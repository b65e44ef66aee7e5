#include "tests/fault/history.h"

#include <optional>
#include <utility>

#include "services/model/error.h"

namespace bulian::store {
namespace {

constexpr char kCounter[] = "counter";

std::int64_t ToNumber(const std::optional<std::string>& text) { return text ? std::stoll(*text) : 0; }

}  // namespace

void History::Sent(const std::string& request_id) {
  const std::lock_guard lock(mutex_);
  commits_[request_id];
}

void History::Acknowledged(const std::string& request_id, const LogPosition& position) {
  const std::lock_guard lock(mutex_);
  commits_[request_id] = {Outcome::kAcknowledged, position};
}

void History::Read(int reader, const LogPosition& position) {
  const std::lock_guard lock(mutex_);
  LogPosition& last = read_[reader];
  if (position.epoch == last.epoch && position.revision < last.revision) {
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
  std::int64_t last_revision = 0;
  std::int64_t last_value = 0;
  const std::lock_guard lock(mutex_);
  const absl::Status followed = store.Follow(log_, 0, [&](const std::shared_ptr<const LogEntry>& entry) {
    const std::string at = "revision " + std::to_string(entry->revision) + ": ";
    if (entry->revision != ++last_revision) problems_.push_back(at + "not the next one");
    if (!entry->request_id.empty() && !stored.emplace(entry->request_id, entry->revision).second)
      problems_.push_back(at + "request " + entry->request_id + " is there twice");
    by_revision[entry->revision] = entry->request_id;
    for (const LoggedChange& change : entry->changes) {
      if (change.name != kCounter) continue;
      const bool good = ToNumber(change.before) == last_value && ToNumber(change.after) == last_value + 1;
      if (!good) problems_.push_back(at + "compare-and-set was violated");
      last_value = ToNumber(change.after);
    }
    return true;
  });
  if (!followed.ok()) problems_.push_back("the log cannot be read: " + followed.ToString());
  for (const auto& [id, commit] : commits_) {
    const auto found = stored.find(id);
    if (commit.outcome == Outcome::kAcknowledged && found == stored.end())
      problems_.push_back("acknowledged commit " + id + " at " + std::to_string(commit.position.revision) + " is lost");
    if (commit.outcome == Outcome::kAcknowledged && found != stored.end() && found->second != commit.position.revision)
      problems_.push_back("commit " + id + " is at " + std::to_string(found->second) + ", acknowledged at " +
                          std::to_string(commit.position.revision));
  }
  for (const Watcher* watcher : watchers_) {
    for (const auto& [revision, id] : watcher->seen_) {
      if (by_revision[revision] != id)
        problems_.push_back("a watcher saw another commit at " + std::to_string(revision));
    }
  }
  return problems_;
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
