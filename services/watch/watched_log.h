// One log as its watchers share it: how far it was told, and the newest commits, each with the messages made of it.
#ifndef SERVICES_WATCH_WATCHED_LOG_H_
#define SERVICES_WATCH_WATCHED_LOG_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "services/store/store.h"

namespace bulian::watch {

// A serialised message, so that all watches that ask for the same share it.
using Bytes = std::shared_ptr<const std::string>;

// The log a watch is of, as it stands now: what revisions, tokens and etags say.
struct WatchedLogId {
  std::string cluster, uid;
  std::int64_t epoch = 0;
};

// OUT_OF_RANGE/EPOCH_CHANGED: a watch of the one log cannot go on with the other.
absl::Status OtherEpoch(const WatchedLogId& requested, const WatchedLogId& current);

// A commit and what was made of it for watches that ask for the same. Thread-safe.
class RecentCommit {
 public:
  explicit RecentCommit(std::shared_ptr<const store::LogEntry> entry);
  std::int64_t revision() const { return entry_->revision; }
  std::size_t bytes() const { return bytes_; }  // of names and values

  const store::LogEntry& entry() const { return *entry_; }

  // What `make` makes of it; made once for each of the first filters (by hash) that ask.
  using Make = std::function<absl::StatusOr<Bytes>(const store::LogEntry&)>;
  absl::StatusOr<Bytes> Message(std::string_view filter, const Make& make);

 private:
  const std::shared_ptr<const store::LogEntry> entry_;
  std::size_t bytes_ = 0;
  std::mutex mutex_;
  std::vector<std::pair<std::string, absl::StatusOr<Bytes>>> made_;  // by filter
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

}  // namespace bulian::watch

#endif  // SERVICES_WATCH_WATCHED_LOG_H_
