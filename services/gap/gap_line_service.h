// The gap analyses of one cluster from some revision on, one a commit, and what each commit did to the gaps. Views
// publish versions that may cover several commits; a line makes one of each, on a branch of its own.
#ifndef SERVICES_GAP_GAP_LINE_SERVICE_H_
#define SERVICES_GAP_GAP_LINE_SERVICE_H_

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>

#include "absl/status/statusor.h"
#include "services/gap/analysis.h"
#include "services/gap/gap_service.h"
#include "services/gap/gap_step.h"
#include "services/model/snapshot.h"
#include "services/store/store.h"
#include "services/view/view.h"
#include "services/watch/watched_log.h"

namespace bulian::gap {

// Since start, of all lines.
struct GapLineCounters {
  std::atomic<std::int64_t> lines{0}, commits{0}, segments_recomputed{0};
};

// What lines work with; nothing is owned, all outlives them.
struct GapLineSources {
  store::Store* store = nullptr;
  const view::Views* views = nullptr;
  const GapAnalyses* analyses = nullptr;
  const std::atomic<bool>* stopping = nullptr;  // what is being computed ends soon, with UNAVAILABLE / SHUTTING_DOWN
  GapLineCounters* counters = nullptr;
};

// `status` of what was computed, which ends with CANCELLED when it was stopped.
absl::Status StoppedOr(const absl::Status& status, const GapLineSources& sources);

struct GapLineLimits {
  std::size_t kept_steps = 1024, kept_bytes = std::size_t{4} << 20;  // for watches that are a little behind
  std::size_t detailed_bytes = std::size_t{32} << 20;                // of one step, see MakeGapStep
  // After so much a line begins anew from a published snapshot, when it is so near to the newest: its branch shares
  // less and less with those.
  int renewed_commits = 256;
  std::size_t renewed_bytes = std::size_t{8} << 20;
};

// Thread-safe.
class GapLine {
 public:
  // A line of what comes after `revision`, by undoing the log from the newest snapshot. OUT_OF_RANGE /
  // REVISION_NOT_RETAINED: the log no longer holds the commit `revision`. EPOCH_CHANGED or NOT_FOUND: the log is
  // another one by now.
  static absl::StatusOr<std::shared_ptr<GapLine>> After(std::int64_t revision, const watch::WatchedLogId& log,
                                                        const GapLineSources& sources, const GapLineLimits& limits);

  // The newest revision it has analysed.
  std::int64_t head() const;
  // What the commit `revision` did; null if that is not kept, or not analysed yet. Never waits long.
  GapStepPtr Find(std::int64_t revision) const;
  // The same of the commit after head(), which takes an analysis; of an older one as Find().
  absl::StatusOr<GapStepPtr> Advance(const store::LogEntry& entry);

 private:
  GapLine(watch::WatchedLogId log, const GapLineSources& sources, const GapLineLimits& limits);
  // Where it goes on: an analysis, and a branch of its snapshot.
  struct Base {
    AnalysisPtr analysis;
    std::unique_ptr<model::SnapshotBuilder> branch;
  };
  absl::StatusOr<Base> BaseAt(std::int64_t revision) const;
  void Stand(Base base);
  void Keep(const GapStepPtr& step);
  void Renew();

  const watch::WatchedLogId log_;
  const GapLineSources sources_;
  const GapLineLimits limits_;

  std::mutex advance_mutex_;  // before mutex_; held while a commit is analysed. Guards these:
  Base at_;
  int branch_commits_ = 0;
  std::size_t branch_bytes_ = 0;

  mutable std::mutex mutex_;  // held for moments. Guards these:
  std::int64_t head_ = 0;
  std::deque<GapStepPtr> kept_;  // consecutive, up to head_
  std::size_t kept_bytes_ = 0;
};

}  // namespace bulian::gap

#endif  // SERVICES_GAP_GAP_LINE_SERVICE_H_
