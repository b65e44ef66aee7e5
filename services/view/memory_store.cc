#include "services/view/memory_store.h"

#include "services/model/error.h"
#include "services/store/loaded_log.h"

namespace bulian::view {

absl::StatusOr<store::CommitResult> MemoryStore::Commit(store::CommitRequest request) {
  std::lock_guard commit_lock(commit_mutex_);
  auto entry = std::make_shared<store::LogEntry>();
  store::LogPosition position;
  {
    std::lock_guard lock(mutex_);
    if (!request.create_log && !logs_.contains(request.log)) return model::NotFound(request.log);
    Log& log = logs_[request.log];
    if (request.create_log) log.position = {"uid-" + std::to_string(++uids_), 1, 0, absl::Time()};
    log.position.revision += 1;
    log.position.commit_time = absl::FromUnixSeconds(1'000'000 + log.position.revision);
    entry->revision = log.position.revision;
    entry->epoch = log.position.epoch;
    entry->commit_time = log.position.commit_time;
    entry->touches = request.touches;
    for (auto& write : request.writes) {
      store::LoggedChange change{write.name, std::nullopt, write.value};
      if (const auto found = log.records.find(write.name); found != log.records.end()) {
        change.before = found->second.value;
        if (says_before_revision) change.before_revision = found->second.revision;
      }
      if (write.value)
        log.records[write.name] = {*write.value, log.position.revision};
      else
        log.records.erase(write.name);
      entry->changes.push_back(std::move(change));
    }
    log.entries.push_back(entry);
    position = log.position;
  }
  if (observer_ != nullptr) observer_->OnCommit(request.log, position, entry);
  return store::CommitResult{position, false};
}

std::future<absl::StatusOr<store::CommitResult>> MemoryStore::Submit(store::CommitRequest request) {
  std::promise<absl::StatusOr<store::CommitResult>> done;
  done.set_value(Commit(std::move(request)));
  return done.get_future();
}

absl::StatusOr<std::optional<store::CommitResult>> MemoryStore::FindRequest(std::string_view, std::string_view,
                                                                            std::string_view, std::string_view,
                                                                            std::string_view) {
  return std::optional<store::CommitResult>();
}

absl::Status MemoryStore::DropLog(std::string_view log, std::string_view) {
  std::lock_guard commit_lock(commit_mutex_);
  std::string uid;
  {
    std::lock_guard lock(mutex_);
    const auto found = logs_.find(log);
    if (found == logs_.end()) return model::NotFound(log);
    uid = found->second.position.uid;
    logs_.erase(found);
  }
  if (observer_ != nullptr) observer_->OnDrop(std::string(log), uid);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::pair<std::string, store::LogPosition>>> MemoryStore::ListLogs() {
  std::lock_guard lock(mutex_);
  std::vector<std::pair<std::string, store::LogPosition>> logs;
  for (const auto& [name, log] : logs_) logs.emplace_back(name, log.position);
  return logs;
}

absl::StatusOr<store::LogPosition> MemoryStore::Position(std::string_view log) {
  std::lock_guard lock(mutex_);
  const auto found = logs_.find(log);
  if (found == logs_.end()) return model::NotFound(log);
  return found->second.position;
}

absl::StatusOr<store::ScanResult> MemoryStore::Scan(std::string_view log,
                                                    const std::function<bool(const store::ScannedRecord&)>& visit) {
  if (before_scan) {
    if (absl::Status good = before_scan(); !good.ok()) return good;
  }
  store::ScanResult result;
  if (const auto position = Position(log); position.ok())
    result.start = *position;
  else
    return position.status();
  std::string name;
  for (;;) {
    Record record;
    {
      std::lock_guard lock(mutex_);
      const auto& records = logs_.find(log)->second.records;
      const auto next = records.upper_bound(name);
      if (next == records.end()) break;
      name = next->first;
      record = next->second;
    }
    if (!visit({name, record.value, record.revision})) break;
    if (during_scan) during_scan();
  }
  result.end = *Position(log);
  return result;
}

absl::Status MemoryStore::Follow(std::string_view log, std::int64_t after,
                                 const std::function<bool(const std::shared_ptr<const store::LogEntry>&)>& visit) {
  std::vector<std::shared_ptr<const store::LogEntry>> entries;
  {
    std::lock_guard lock(mutex_);
    const auto found = logs_.find(log);
    if (found == logs_.end()) return model::NotFound(log);
    const std::int64_t first =
        found->second.entries.empty() ? found->second.position.revision + 1 : found->second.entries[0]->revision;
    if (after + 1 < first) return model::Error(absl::StatusCode::kOutOfRange, v1::REVISION_NOT_RETAINED, "not kept");
    for (const auto& entry : found->second.entries)
      if (entry->revision > after) entries.push_back(entry);
  }
  for (const auto& entry : entries)
    if (!visit(entry)) break;
  return absl::OkStatus();
}

absl::StatusOr<std::int64_t> MemoryStore::EarliestRetained(std::string_view log) {
  std::lock_guard lock(mutex_);
  const auto found = logs_.find(log);
  if (found == logs_.end()) return model::NotFound(log);
  return found->second.entries.empty() ? found->second.position.revision + 1 : found->second.entries[0]->revision;
}

absl::Status MemoryStore::VisitRequests(std::string_view log,
                                        const std::function<bool(const store::StoredRequest&)>& visit) {
  std::map<std::string, store::StoredRequest> requests;
  {
    std::lock_guard lock(mutex_);
    const auto found = logs_.find(log);
    if (found == logs_.end()) return model::NotFound(log);
    requests = found->second.requests;
  }
  for (const auto& [scope, request] : requests)
    if (!visit(request)) break;
  return absl::OkStatus();
}

class MemoryStore::Loader final : public store::LogLoader {
 public:
  Loader(MemoryStore* store, std::string_view name) : store_(store), name_(name) {}

  absl::Status AddRecord(std::string_view name, std::optional<std::string_view> value, std::int64_t revision) override {
    if (absl::Status status = loaded_.CheckRecord(name, revision); !status.ok()) return status;
    log_.records.erase(std::string(name));
    if (value) log_.records[std::string(name)] = {std::string(*value), revision};
    return absl::OkStatus();
  }
  absl::Status AddEntry(const store::LogEntry& entry) override {
    if (absl::Status status = loaded_.CheckEntry(entry); !status.ok()) return status;
    log_.entries.push_back(std::make_shared<const store::LogEntry>(entry));
    return absl::OkStatus();
  }
  absl::Status AddRequest(const store::StoredRequest& request) override {
    if (absl::Status status = loaded_.CheckRequest(request); !status.ok()) return status;
    log_.requests[request.scope] = request;
    return absl::OkStatus();
  }
  absl::Status Finish(const store::LogPosition& position) override {
    if (absl::Status status = loaded_.CheckPosition(position); !status.ok()) return status;
    log_.position = position;
    std::lock_guard commit_lock(store_->commit_mutex_);
    {
      std::lock_guard lock(store_->mutex_);
      if (!store_->logs_.try_emplace(name_, std::move(log_)).second) return model::AlreadyExists(name_);
    }
    if (store_->observer_ != nullptr) store_->observer_->OnReload(name_);
    return absl::OkStatus();
  }

 private:
  MemoryStore* store_;
  std::string name_;
  store::LoadedLog loaded_;
  Log log_;
};

absl::StatusOr<std::unique_ptr<store::LogLoader>> MemoryStore::LoadLog(std::string_view log) {
  if (Position(log).ok()) return model::AlreadyExists(log);
  return std::make_unique<Loader>(this, log);
}

absl::StatusOr<bool> MemoryStore::Compact(const store::Retention& retention) {
  std::lock_guard lock(mutex_);
  for (auto& [name, log] : logs_)
    while (static_cast<std::int64_t>(log.entries.size()) > retention.max_commits)
      log.entries.erase(log.entries.begin());
  return false;
}

}  // namespace bulian::view
