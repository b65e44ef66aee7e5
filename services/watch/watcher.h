// One watch: where it stands, and its next step. Sources of commits are, in this order, the snapshot it begins with,
// the commits its log keeps in memory, and the store's log; all are read from where the watch stands, so that it can
// change between them at any moment without a gap or a repeat.
//
// A step never waits for the caller: what the caller does not take stays in the store. One thread at a time takes
// steps; Close() may come from any.
#ifndef SERVICES_WATCH_WATCHER_H_
#define SERVICES_WATCH_WATCHER_H_

#include <atomic>
#include <cstdint>
#include <memory>

#include "absl/time/time.h"
#include "services/model/snapshot.h"
#include "services/rpc/feed.h"
#include "services/store/store.h"
#include "services/view/view.h"
#include "services/watch/topic.h"
#include "services/watch/watched_log.h"

namespace bulian::watch {

// Where commits and snapshots come from; not owned.
struct WatchSources {
  store::Store* store = nullptr;
  const view::Views* views = nullptr;
};

// Since start.
struct WatchCounters {
  std::atomic<std::int64_t> messages{0}, slow_readers{0};
};

struct WatcherOptions {
  absl::Duration slow_after = absl::Seconds(10);  // a full queue of which nothing was taken for so long ends the watch
  std::size_t send_bytes = std::size_t{16} << 20;
};

class Watcher {
 public:
  // `sources` and `counters` outlive it.
  Watcher(std::unique_ptr<Topic> topic, std::shared_ptr<rpc::Feed> feed, const WatchSources* sources,
          const WatcherOptions& options, WatchCounters* counters);

  const std::string& cluster() const { return topic_->query().cluster; }
  bool begun() const { return log_ != nullptr; }

  // Finds out where to start; `snapshot` is of the log and not newer than what the log was told. An error ends it.
  absl::Status Begin(std::shared_ptr<WatchedLog> log, const model::SnapshotPtr& snapshot);

  enum class Next {
    kDone,   // it has ended
    kGo,     // there is more to do at once
    kBlock,  // there is more to do at once, and it may block: it reads the store, a snapshot or an analysis
    kWait,   // until something is told, or `wake`
  };
  struct Step {
    Next next = Next::kDone;
    absl::Time wake = absl::InfiniteFuture();  // of store::SteadyNow()
  };
  // A bounded piece of work. Once begun.
  Step Advance(bool may_block);

  // Ends the stream.
  void End(const absl::Status& status) { feed_->End(status); }
  // The stream is over.
  void Close() {
    closed_.store(true);
    topic_->Close();
  }
  bool closed() const { return closed_.load(); }

 private:
  absl::StatusOr<std::int64_t> Earliest() const;
  absl::Status Resume();
  Step Paused(absl::Time now);
  void EndSlow();
  absl::Status SendPart();
  absl::Status ReadStore(std::int64_t head);
  // Tells of one commit, if anything of it is asked for. False: that would block, and was not allowed.
  absl::StatusOr<bool> Tell(RecentCommit& commit, bool may_block);
  void Send(const Bytes& bytes, std::int64_t mark);

  const std::unique_ptr<Topic> topic_;
  const std::shared_ptr<rpc::Feed> feed_;
  const WatchSources* const sources_;
  const WatcherOptions options_;
  WatchCounters* const counters_;
  std::atomic<bool> closed_ = false;

  std::shared_ptr<WatchedLog> log_;
  std::int64_t start_ = -1;  // where a reader that took nothing goes on; -1: with a snapshot
  std::int64_t after_ = 0;   // everything up to it was told
  bool in_parts_ = false;    // what it begins with is not told whole yet
  absl::Time last_sent_ = absl::InfinitePast();
  bool paused_ = false;  // the queue was full
  absl::Time paused_since_;
  std::uint64_t paused_taken_ = 0;
};

}  // namespace bulian::watch

#endif  // SERVICES_WATCH_WATCHER_H_
