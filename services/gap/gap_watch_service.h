// GapService.WatchGaps: standing queries for gaps.
#ifndef SERVICES_GAP_GAP_WATCH_SERVICE_H_
#define SERVICES_GAP_GAP_WATCH_SERVICE_H_

#include <atomic>
#include <cstdint>
#include <memory>

#include "services/gap/gap_history_service.h"
#include "services/gap/gap_service.h"
#include "services/store/store.h"
#include "services/view/view.h"
#include "services/watch/hub.h"

namespace bulian::gap {

// Numbers for the metrics page.
struct GapWatchStats {
  watch::HubStats hub;
  std::int64_t lines = 0, commits_analysed = 0, segments_recomputed = 0;  // since start
};

// All watches of gaps. Thread-safe. Outlives the server's feeds and the store's use of it as an observer.
class GapWatches {
 public:
  explicit GapWatches(const watch::WatcherOptions& options = {}, const GapLineLimits& limits = {})
      : limits_(limits), hub_(options) {}
  ~GapWatches() { Stop(); }

  // To be told of commits after the views.
  store::CommitObserver* observer() { return &hub_; }

  // Before the first watch; nothing is owned, all is used until Stop().
  void Start(store::Store* store, const view::Views* views, const GapAnalyses* analyses);
  // The watches and their threads end, and with them what is being computed for them.
  void Stop();

  // Once started.
  GapHistories* histories() { return histories_.get(); }
  watch::Hub* hub() { return &hub_; }

  GapWatchStats Stats() const;

 private:
  const GapLineLimits limits_;
  std::atomic<bool> stopping_ = false;
  GapLineCounters counters_;
  std::unique_ptr<GapHistories> histories_;
  watch::Hub hub_;  // ends before the histories
};

// Adds WatchGaps. `watches` is started, and `tokens` outlives the table's use.
void RegisterGapWatch(rpc::MethodTable& table, const rpc::PageTokens* tokens, GapWatches* watches);

}  // namespace bulian::gap

#endif  // SERVICES_GAP_GAP_WATCH_SERVICE_H_
