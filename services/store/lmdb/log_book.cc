#include "services/store/lmdb/log_book.h"

namespace bulian::store::lmdb {

absl::Status LogBook::Load(const Transaction& txn, const Tables& tables) {
  Cursor cursor;
  int code = cursor.Open(txn, tables.logs);
  if (code != 0) return LmdbError(code, "read the logs");
  std::string_view name;
  std::string_view row;
  while ((code = cursor.Next(&name, &row)) == 0) {
    Log log;
    if (!DecodeLogState(row, &log.state))
      return StoreFailed("the row of log " + std::string(name) + " is not readable");
    logs_.emplace(name, std::move(log));
  }
  if (code != MDB_NOTFOUND) return LmdbError(code, "read the logs");
  const std::lock_guard lock(mutex_);
  for (const auto& [log_name, log] : logs_) published_[log_name] = log.state;
  return absl::OkStatus();
}

const LogBook::Log* LogBook::Find(std::string_view name) const {
  const auto found = logs_.find(name);
  return found == logs_.end() ? nullptr : &found->second;
}

std::vector<std::string> LogBook::Names() const {
  std::vector<std::string> names;
  for (const auto& [name, log] : logs_) names.push_back(name);
  return names;
}

void LogBook::Remember(std::string_view name) {
  if (undo_.contains(name)) return;
  const Log* log = Find(name);
  undo_[std::string(name)].state = log == nullptr ? std::nullopt : std::optional(log->state);
}

LogBook::Log& LogBook::Change(std::string_view name) {
  Remember(name);
  return logs_.find(name)->second;
}

LogBook::Log& LogBook::Create(std::string_view name, LogState state) {
  Remember(name);
  Log& log = logs_[std::string(name)];
  log.state = std::move(state);
  return log;
}

void LogBook::Remove(std::string_view name) {
  Remember(name);
  const auto found = logs_.find(name);
  undo_.find(name)->second.removed = std::move(found->second);
  logs_.erase(found);
}

int LogBook::Write(const Transaction& txn, const Tables& tables) const {
  for (const auto& [name, undo] : undo_) {
    const Log* log = Find(name);
    const int code =
        log == nullptr ? txn.Delete(tables.logs, name) : txn.Put(tables.logs, name, EncodeLogState(log->state));
    if (code != 0) return code;
  }
  return 0;
}

void LogBook::Accept() {
  const std::lock_guard lock(mutex_);
  for (const auto& [name, undo] : undo_) {
    const Log* log = Find(name);
    if (log == nullptr) {
      published_.erase(name);
    } else {
      published_[name] = log->state;
    }
  }
  undo_.clear();
}

void LogBook::Reject() {
  for (auto& [name, undo] : undo_) {
    if (!undo.state) {
      logs_.erase(name);
      continue;
    }
    if (undo.removed) logs_[name] = std::move(*undo.removed);
    Log& log = logs_[name];
    log.state = std::move(*undo.state);
    log.recent.ForgetAfter(log.state.revision);
  }
  undo_.clear();
}

void LogBook::Hold(std::uint32_t id) {
  const std::lock_guard lock(mutex_);
  held_.insert(IdKey(id));
}

void LogBook::Release(std::uint32_t id) {
  const std::lock_guard lock(mutex_);
  held_.erase(IdKey(id));
}

bool LogBook::IsHeld(std::string_view id_key) const {
  const std::lock_guard lock(mutex_);
  return held_.contains(id_key);
}

std::optional<LogState> LogBook::Published(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto found = published_.find(name);
  if (found == published_.end()) return std::nullopt;
  return found->second;
}

std::vector<std::pair<std::string, LogState>> LogBook::PublishedAll() const {
  const std::lock_guard lock(mutex_);
  return {published_.begin(), published_.end()};
}

}  // namespace bulian::store::lmdb
