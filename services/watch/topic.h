// What a watch tells of a log: the part of a watch that knows its messages. The rest, from where commits are read and
// when they are sent, is the same for all (watcher.h).
#ifndef SERVICES_WATCH_TOPIC_H_
#define SERVICES_WATCH_TOPIC_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/model/snapshot.h"
#include "services/rpc/page_token.h"
#include "services/watch/watched_log.h"

namespace bulian::watch {

enum class Start { kNow, kEarliest, kSnapshot };

// Where a watch begins and how it goes on.
struct Query {
  std::string cluster;                    // the id
  Start start = Start::kNow;              // unless there is a token
  std::optional<rpc::PageCursor> resume;  // uid, epoch and revision of the token
  absl::Duration heartbeat = absl::Seconds(10);
};

// Belongs to one watch. One thread at a time calls; Close() may come from any.
class Topic {
 public:
  virtual ~Topic() = default;

  virtual const Query& query() const = 0;

  // Goes on after a revision of the log.
  virtual std::string Token(const WatchedLogId& log, std::int64_t revision) const = 0;
  // Everything up to `revision` that is asked for was sent.
  virtual Bytes Heartbeat(const WatchedLogId& log, std::int64_t revision) const = 0;

  // Once, before anything is told: the watch begins after `revision`, with `snapshot` if that is not null. May block.
  // An error ends the watch.
  virtual absl::Status Begin(const WatchedLogId& log, std::int64_t revision, const model::SnapshotPtr& snapshot) = 0;

  // The next part of what it begins with; `last`: commits follow. May block.
  struct Part {
    Bytes bytes;
    bool last = false;
  };
  virtual absl::StatusOr<Part> NextPart(const WatchedLogId& log) = 0;

  // What is told of a commit, the one after all told before; null bytes: nothing. `blocks`: it cannot be told without
  // blocking, which was not allowed. An error ends the watch.
  struct Told {
    Bytes bytes;
    bool blocks = false;
  };
  virtual absl::StatusOr<Told> Tell(RecentCommit& commit, const WatchedLogId& log, std::size_t send_bytes,
                                    bool may_block) = 0;

  // Nobody wants anything any more; what blocks may give up.
  virtual void Close() {}
};

}  // namespace bulian::watch

#endif  // SERVICES_WATCH_TOPIC_H_
