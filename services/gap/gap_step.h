// What one commit did to the gaps of a cluster, as the messages of the API tell it. Pure, thread-safe.
#ifndef SERVICES_GAP_GAP_STEP_H_
#define SERVICES_GAP_GAP_STEP_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "bulian/v1/gap.pb.h"
#include "services/gap/analysis.h"
#include "services/model/day.h"

namespace bulian::gap {

// From one revision to the next, over all chains and kinds.
struct GapStep {
  struct Change {
    v1::GapKind gap_kind = v1::GAP_KIND_UNSPECIFIED;
    v1::GapChange told;
  };
  std::int64_t revision = 0;    // after it
  model::Day as_of = 0;         // the date after it
  std::vector<Change> changes;  // in the order of GapDifference
  std::size_t bytes = 0;        // of all changes as messages
};
using GapStepPtr = std::shared_ptr<const GapStep>;

// Changes after the first `detailed_bytes` have neither before nor after: nobody is told of so many with them, and they
// would only take memory.
GapStepPtr MakeGapStep(const ClusterAnalysis& before, const ClusterAnalysis& after, std::size_t detailed_bytes);

}  // namespace bulian::gap

#endif  // SERVICES_GAP_GAP_STEP_H_
