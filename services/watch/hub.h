// Watches of one kind, on a few threads. It is told of every commit after the views, keeps the newest ones of
// each log that is watched, and lets its threads take the watches a step further. What takes long (the store's log, a
// snapshot, an analysis) is left to some of the threads, so that live watches never wait for it.
//
// Thread-safe. Outlives the server's feeds and the store's use of it as an observer.
#ifndef SERVICES_WATCH_HUB_H_
#define SERVICES_WATCH_HUB_H_

#include <memory>
#include <string>

#include "services/rpc/feed.h"
#include "services/store/store.h"
#include "services/watch/topic.h"
#include "services/watch/watcher.h"

namespace bulian::watch {

// Numbers for the metrics page.
struct HubStats {
  std::int64_t streams = 0;                     // open now
  std::int64_t messages = 0, slow_readers = 0;  // since start
};

class Hub final : public store::CommitObserver {
 public:
  explicit Hub(const WatcherOptions& options = {});
  ~Hub() override;

  // Before the first Add(). The threads run from now on.
  void Start(const WatchSources& sources);
  // The watches and the threads end, and the sources are not used any more. It may still be told of commits.
  void Stop();

  // Serves a watch until its feed is closed. Does not block.
  void Add(std::unique_ptr<Topic> topic, const std::shared_ptr<rpc::Feed>& feed);

  HubStats Stats() const;

  // store::CommitObserver
  void OnCommit(const std::string& log, const store::LogPosition& position,
                const std::shared_ptr<const store::LogEntry>& entry) override;
  void OnDrop(const std::string& log, const std::string& uid) override;
  void OnReload(const std::string& log) override;

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace bulian::watch

#endif  // SERVICES_WATCH_HUB_H_
