// What contended segments can have of their shared capabilities and pools at once, instead of each by itself. Pure,
// thread-safe.
//
// On each supplier set and at each end of capacities, by linear programs over the classes and pools of production.h:
// first the greatest share t of its demand that every segment with one can have, then the greatest sum of shares with
// none below t. A share is at most 1: nobody is allotted more than is wanted. What a segment without a known demand
// over 0 could have is not limited and limits no other.
#ifndef SERVICES_GAP_JOINT_ALLOCATION_H_
#define SERVICES_GAP_JOINT_ALLOCATION_H_

#include <array>
#include <vector>

#include "absl/status/statusor.h"
#include "services/gap/analysis.h"
#include "services/gap/bounds.h"

namespace bulian::gap {

struct JointCapacity {
  int segment = 0;  // in the analysis' graph
  std::array<Bounds, kSetCount> capacity;
};

// Of all contended segments with a known demand over 0, in the order of the graph. CANCELLED if `stop` ended it,
// INTERNAL if the numbers defeat the solver.
absl::StatusOr<std::vector<JointCapacity>> AllocateJointly(const ClusterAnalysis& analysis, const StopSignal& stop);

// The analysis with joint instead of stand-alone capacities: metrics, verdicts and gaps follow. Errors as above.
absl::StatusOr<AnalysisPtr> WithJointAllocation(const AnalysisPtr& analysis, const StopSignal& stop);

}  // namespace bulian::gap

#endif  // SERVICES_GAP_JOINT_ALLOCATION_H_
