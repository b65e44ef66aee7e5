// All watches of the process, on a few threads. It is told of every commit after the views, keeps the newest ones of
// each log that is watched, and lets its threads take the watches a step further. What takes long (the store's log, a
// snapshot) is left to some of the threads, so that live watches never wait for it.
//
// Thread-safe. Outlives the server's feeds and the store's use of it as an observer.
#ifndef SERVICES_EXCHANGE_WATCH_HUB_H_
#define SERVICES_EXCHANGE_WATCH_HUB_H_

#include <memory>
#include <string>

#include "services/exchange/watch_filter.h"
#include "services/exchange/watcher.h"
#include "services/resource/context.h"
#include "services/rpc/feed.h"
#include "services/store/store.h"

namespace bulian::exchange {

// Numbers for the metrics page.
struct WatchStats {
  std::int64_t streams = 0;                     // open now
  std::int64_t messages = 0, slow_readers = 0;  // since start
};

class WatchHub final : public store::CommitObserver {
 public:
  explicit WatchHub(const WatcherOptions& options = {});
  ~WatchHub() override;

  // Before the first Add(). The threads run from now on.
  void Start(std::shared_ptr<const resource::Context> context);
  // After the last feed was closed: the threads end, and what the context holds is not used any more. It may still be
  // told of commits.
  void Stop();

  // Serves a watch until its feed is closed. Does not block.
  void Add(WatchQuery query, const std::shared_ptr<rpc::Feed>& feed);

  WatchStats Stats() const;

  // store::CommitObserver
  void OnCommit(const std::string& log, const store::LogPosition& position,
                const std::shared_ptr<const store::LogEntry>& entry) override;
  void OnDrop(const std::string& log, const std::string& uid) override;
  void OnReload(const std::string& log) override;

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace bulian::exchange

#endif  // SERVICES_EXCHANGE_WATCH_HUB_H_
