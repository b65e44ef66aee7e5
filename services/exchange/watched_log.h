// One log as its watchers share it: how far it was told, and the newest commits, each with the messages made of it.
#ifndef SERVICES_EXCHANGE_WATCHED_LOG_H_
#define SERVICES_EXCHANGE_WATCHED_LOG_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "services/exchange/watch_message.h"
#include "services/store/store.h"

namespace bulian::exchange {

// OUT_OF_RANGE/EPOCH_CHANGED: a watch of the one log cannot go on with the other.
absl::Status OtherEpoch(const WatchedLogId& requested, const WatchedLogId& current);

// A commit and what was made of it for watches that ask for the same. Thread-safe.
class RecentCommit {
 public:
  explicit RecentCommit(std::shared_ptr<const store::LogEntry> entry);
  std::int64_t revision() const { return entry_->revision; }
  std::size_t bytes() const { return bytes_; }  // of names and values

  // As CommitMessage(); made once for each of the first filters that ask.
  absl::StatusOr<WatchBytes> Message(const WatchFilter& filter, const WatchedLogId& log, const rpc::PageTokens& tokens,
                                     std::size_t send_bytes);

 private:
  const std::shared_ptr<const store::LogEntry> entry_;
  std::size_t bytes_ = 0;
  std::mutex mutex_;
  std::vector<std::pair<std::string, absl::StatusOr<WatchBytes>>> made_;  // by filter
};

// Thread-safe.
class WatchedLog {
 public:
  WatchedLog(WatchedLogId id, std::int64_t head) : id_(std::move(id)), head_(head) {}

  const WatchedLogId& id() const { return id_; }

  // A commit was told of; kept while Keep(true).
  void Append(const std::shared_ptr<const store::LogEntry>& entry);
  // It is known by other means that the log has come this far.
  void Reached(std::int64_t revision);
  void Keep(bool keep);
  // Nothing more will come. Watchers end with `why`: at once, or when they have told what is kept.
  void End(absl::Status why, bool at_once);

  // What a watcher that told everything up to `after` does next.
  struct Sight {
    std::int64_t head = 0;
    std::shared_ptr<RecentCommit> next;  // the commit after it; null: none yet, or to be read from the store
    std::optional<absl::Status> end;
  };
  Sight Look(std::int64_t after);

 private:
  const WatchedLogId id_;
  std::mutex mutex_;
  std::int64_t head_;
  bool keep_ = false, at_once_ = false;
  std::optional<absl::Status> end_;
  std::deque<std::shared_ptr<RecentCommit>> recent_;  // consecutive revisions up to head_
  std::size_t recent_bytes_ = 0;
};

}  // namespace bulian::exchange

#endif  // SERVICES_EXCHANGE_WATCHED_LOG_H_
