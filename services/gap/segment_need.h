// What other rooms ask about a segment: what it requires, how much of it is not met, who supplies it today, and which
// segments are next to it in the input graph. Pure, thread-safe.
#ifndef SERVICES_GAP_SEGMENT_NEED_H_
#define SERVICES_GAP_SEGMENT_NEED_H_

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "bulian/v1/chain.pb.h"
#include "services/gap/bounds.h"
#include "services/model/day.h"
#include "services/model/snapshot.h"

namespace bulian::gap {

class ClusterAnalysis;
using AnalysisPtr = std::shared_ptr<const ClusterAnalysis>;

// Says whether nobody wants the answer any more; asked every few thousand offers. Empty: somebody always does.
using StopSignal = std::function<bool()>;

// Gives the analysis of a snapshot at a date, or says why the caller cannot have it: DEADLINE_EXCEEDED, CANCELLED.
using AnalysisSource = std::function<absl::StatusOr<AnalysisPtr>(const model::SnapshotPtr&, model::Day as_of)>;

// A segment as stored. Costs two look-ups by name.
struct SegmentRef {
  std::shared_ptr<const v1::Chain> chain;  // decoded, with its name
  const v1::Segment* segment = nullptr;    // within `chain`
  std::string name{};                      // full: clusters/{cluster}/chains/{chain}/segments/{segment}
  model::Row type = model::kNoRow;         // the required type; kNoRow if the snapshot has none of the name
  int priority = 0;                        // 1 is the most important, 0 (not stated) comes last
};
// By full name; nullopt if the cluster has no such segment.
std::optional<SegmentRef> FindSegment(const model::Snapshot& snapshot, std::string_view name);

// A segment that feeds another or is fed by it.
struct NeighbourSegment {
  std::string name;                 // full
  model::Row type = model::kNoRow;  // the required type
};

// An enterprise that supplies a segment today, by the smallest of the nested sets it is in.
struct SegmentSupplier {
  model::Row enterprise = model::kNoRow;
  int set = 0;  // 0 verified, 1 claimed or stale, 2 possible (fit unknown)
};

struct SegmentNeed {
  SegmentRef segment;
  // Demand in canonical units of the required type per year (or the stock); nullopt: not known, or the segment is only
  // enabling.
  std::optional<double> demand{};
  // What of the demand today's suppliers leave unmet, on the claimed set: the ends follow from those of capacity.
  // nullopt when demand is.
  std::optional<Bounds> unmet{};
  // The suppliers, by row, each once. Lives as long as the analysis.
  std::span<const SegmentSupplier> suppliers{};
  // Neighbours in the input graph over all chains of the cluster, by name, each once.
  std::vector<NeighbourSegment> fed_by{}, feeds{};
};

// By full name; nullopt if there is no such segment. Costs the size of the answer, not of the cluster.
std::optional<SegmentNeed> FindSegmentNeed(const ClusterAnalysis& analysis, std::string_view name);

// Computes the analysis from scratch. Null if `stop` ended it.
AnalysisPtr AnalyzeFromScratch(const model::SnapshotPtr& snapshot, model::Day as_of, const StopSignal& stop = {});

}  // namespace bulian::gap

#endif  // SERVICES_GAP_SEGMENT_NEED_H_
