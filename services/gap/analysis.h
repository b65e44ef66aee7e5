// The gap analysis of a cluster at one revision and date: every segment with its facts and verdicts, and the gaps worst
// first. A pure function of (snapshot, as_of). Immutable, thread-safe.
#ifndef SERVICES_GAP_ANALYSIS_H_
#define SERVICES_GAP_ANALYSIS_H_

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "services/gap/closing_projects.h"
#include "services/gap/demand.h"
#include "services/gap/external_share.h"
#include "services/gap/project_owners.h"
#include "services/gap/segment_graph.h"
#include "services/gap/segment_need.h"
#include "services/gap/single_loss.h"
#include "services/gap/supplier_sets.h"
#include "services/gap/verdicts.h"
#include "services/model/snapshot.h"

namespace bulian::gap {

// Raised when the same input gives another answer.
inline constexpr char kAlgorithmVersion[] = "gap-1";

// What making one version cost; for metrics and for tests of proportion.
struct AnalysisWork {
  std::int64_t from_scratch = 0;         // 1 if nothing was taken over
  std::int64_t segments_recomputed = 0;  // whose suppliers or links were read again
  std::int64_t segments_rejudged = 0;    // whose verdicts were formed again (includes the recomputed)
  std::int64_t offers_read = 0, links_read = 0;
  std::int64_t demand_solves = 0;
  AnalysisWork& operator+=(const AnalysisWork& other);
};

// One segment's facts and what follows from them. Parts that did not change are shared between versions, and the facts
// between the segments of one need, those of links between all that require a type.
struct SegmentResult {
  std::shared_ptr<const SupplyFacts> supply;
  std::shared_ptr<const std::vector<ProjectCandidate>> projects;
  std::shared_ptr<const ExternalFacts> external;
  bool contended = false;
  bool shared = false;                        // contended with a segment of another need
  VerdictInputs inputs;                       // the demand without its cause
  std::array<SetMetrics, kSetCount> metrics;  // with external shares and single losses
  model::Row fragile_by = model::kNoRow;      // whose stop costs most, see SegmentLoss
  int fragile_product = -1;
  SegmentVerdicts verdicts;
};

// One gap of the list.
struct GapRef {
  int segment = 0;
  v1::GapKind kind = v1::GAP_KIND_UNSPECIFIED;
  v1::Certainty certainty = v1::CERTAINTY_UNSPECIFIED;
  std::optional<Bounds> unmet_share;
  friend bool operator==(const GapRef&, const GapRef&) = default;
};

class ClusterAnalysis {
 public:
  const model::SnapshotPtr& snapshot() const { return snapshot_; }
  model::Day as_of() const { return as_of_; }
  const SegmentGraph& graph() const { return *graph_; }
  const DemandSolution& demand() const { return *demand_; }
  // By index in graph().nodes().
  const SegmentResult& segment(int index) const { return *segments_[index]; }
  // Worst first: priority, CERTAIN before POSSIBLE, kind, unmet share, name.
  const std::vector<GapRef>& gaps() const { return *gaps_; }
  const AnalysisWork& work() const { return work_; }

 private:
  friend class AnalysisBuilder;
  friend class SingleLosses;
  model::SnapshotPtr snapshot_;
  model::Day as_of_ = 0;
  std::shared_ptr<const SegmentGraph> graph_;
  std::shared_ptr<const DemandSolution> demand_;
  std::shared_ptr<const ProjectOwners> project_owners_;
  std::vector<std::shared_ptr<const SegmentResult>> segments_;
  std::shared_ptr<const SingleLosses> single_losses_;
  std::shared_ptr<const std::vector<GapRef>> gaps_;
  AnalysisWork work_;
};

// Puts a version together from parts read anew and parts taken over. Belongs to one thread.
class AnalysisBuilder {
 public:
  // `old` may be null: from scratch. `graph_changed`: chains or types were touched.
  AnalysisBuilder(model::SnapshotPtr snapshot, model::Day as_of, AnalysisPtr old, bool graph_changed);

  // Of the same snapshot and date, for other capacities. Only the two calls below may follow.
  explicit AnalysisBuilder(AnalysisPtr same);
  // Puts a capacity in the place of a segment's; its verdicts follow.
  void SetCapacity(int segment, const std::array<Bounds, kSetCount>& capacity);
  AnalysisPtr FinishWithCapacities();

  const SegmentGraph& graph() const { return *next_->graph_; }
  // Index of the same need in the old version; -1: none.
  int OldNeed(int need) const { return old_need_[need]; }
  const ProjectOwners& old_project_owners() const { return *old_->project_owners_; }

  // Of needs: the suppliers, projects and contention of an old one; the links of an old one of the same type, if there
  // is one.
  void TakeOver(int need);
  bool TakeOverExternal(int need);
  void ReadSupply(int need, const StopSignal& stop);
  void ReadExternal(int need);
  void FindContention(int need);
  void SetProjectOwners(std::shared_ptr<const ProjectOwners> owners) { next_->project_owners_ = std::move(owners); }
  const SupplyFacts& supply(int need) const { return *drafts_[need].supply; }

  // Judges what changed and orders the gaps. The builder is spent. Null if `stop` ended it.
  AnalysisPtr Finish(const StopSignal& stop);

 private:
  // The facts of a need, as its segments' results take them.
  struct Draft {
    std::shared_ptr<const SupplyFacts> supply;
    std::shared_ptr<const std::vector<ProjectCandidate>> projects;
    std::shared_ptr<const ExternalFacts> external;
    bool contended = false, shared = false, recomputed = false;
  };

  bool HasUnit(model::Row type) const;
  void MatchOld();
  // The segment's result; the old one if nothing in it changed.
  std::shared_ptr<const SegmentResult> Judged(int segment);
  // Puts the loss beside the other metrics.
  void SetLoss(int segment, const SegmentLoss& loss);
  void OrderGaps();

  std::shared_ptr<ClusterAnalysis> next_;
  AnalysisPtr old_;
  std::vector<int> old_need_, old_segment_;
  std::vector<Draft> drafts_;  // by need
  absl::flat_hash_map<model::Row, std::shared_ptr<const ExternalFacts>> external_read_;
};

// Recomputes what the changes between two snapshots touch and takes over the rest. Equal to AnalyzeFromScratch of the
// new snapshot at its cluster's date. Null if `stop` ended it.
AnalysisPtr AdvanceAnalysis(const AnalysisPtr& old, const model::SnapshotPtr& snapshot, const model::Delta& changes,
                            const StopSignal& stop = {});

// The same for a branch of the old snapshot, or of a branch of it: their rows are the same but for `changes`, which are
// all the builder of the branch made since. Equal to AnalyzeFromScratch of the branch at the date.
AnalysisPtr AdvanceToBranch(const AnalysisPtr& old, const model::SnapshotPtr& branch, model::Day as_of,
                            const model::Delta& changes, const StopSignal& stop = {});

}  // namespace bulian::gap

#endif  // SERVICES_GAP_ANALYSIS_H_
