#include "services/watch/watched_log.h"

#include <algorithm>

#include "services/model/error.h"

namespace bulian::watch {
namespace {

// Commits kept for watchers that are nearly up to date; the others read the store.
constexpr std::size_t kMaxRecent = 1024, kMaxRecentBytes = 16 << 20;
// Filters whose message of a commit is kept.
constexpr std::size_t kMaxShared = 8;

}  // namespace

absl::Status OtherEpoch(const WatchedLogId& requested, const WatchedLogId& current) {
  return model::Error(absl::StatusCode::kOutOfRange, v1::EPOCH_CHANGED,
                      "another epoch: the store was restored or the cluster created anew; begin with a snapshot",
                      {{"requested", requested.uid + "." + std::to_string(requested.epoch)},
                       {"current", current.uid + "." + std::to_string(current.epoch)}});
}

RecentCommit::RecentCommit(std::shared_ptr<const store::LogEntry> entry) : entry_(std::move(entry)) {
  for (const store::LoggedChange& change : entry_->changes) {
    bytes_ += change.name.size();
    if (change.before) bytes_ += change.before->size();
    if (change.after) bytes_ += change.after->size();
  }
}

absl::StatusOr<Bytes> RecentCommit::Message(std::string_view filter, const Make& make) {
  std::unique_lock lock(mutex_);
  const auto made = std::find_if(made_.begin(), made_.end(), [&](const auto& one) { return one.first == filter; });
  if (made != made_.end()) return made->second;
  const bool shared = made_.size() < kMaxShared;
  if (!shared) lock.unlock();  // others need not wait for what they cannot use
  auto message = make(*entry_);
  if (shared) made_.emplace_back(filter, message);
  return message;
}

void WatchedLog::Append(const std::shared_ptr<const store::LogEntry>& entry) {
  std::shared_ptr<RecentCommit> commit;
  const std::lock_guard lock(mutex_);
  if (entry->revision <= head_) return;
  const bool follows = entry->revision == head_ + 1;
  head_ = entry->revision;
  if (!follows || !keep_) {
    recent_.clear();
    recent_bytes_ = 0;
  }
  if (!keep_) return;
  recent_.push_back(std::make_shared<RecentCommit>(entry));
  recent_bytes_ += recent_.back()->bytes();
  while (recent_.size() > kMaxRecent || (recent_.size() > 1 && recent_bytes_ > kMaxRecentBytes)) {
    recent_bytes_ -= recent_.front()->bytes();
    recent_.pop_front();
  }
}

void WatchedLog::Reached(std::int64_t revision) {
  const std::lock_guard lock(mutex_);
  if (revision <= head_) return;
  head_ = revision;
  recent_.clear();
  recent_bytes_ = 0;
}

void WatchedLog::Keep(bool keep) {
  const std::lock_guard lock(mutex_);
  keep_ = keep;
  if (keep) return;
  recent_.clear();
  recent_bytes_ = 0;
}

void WatchedLog::End(absl::Status why, bool at_once) {
  const std::lock_guard lock(mutex_);
  if (end_) return;
  end_ = std::move(why);
  at_once_ = at_once;
}

WatchedLog::Sight WatchedLog::Look(std::int64_t after) {
  const std::lock_guard lock(mutex_);
  Sight sight;
  sight.head = head_;
  if (end_ && at_once_) {
    sight.end = end_;
  } else if (after < head_ && !recent_.empty() && recent_.front()->revision() <= after + 1) {
    sight.next = recent_[static_cast<std::size_t>(after + 1 - recent_.front()->revision())];
  } else {
    sight.end = end_;  // what is not kept of a log that is gone cannot be read any more
  }
  return sight;
}

}  // namespace bulian::watch
