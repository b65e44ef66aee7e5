// What differs between two analyses of one cluster: gaps and segments that appear, change or are gone. Two gaps of one
// name differ if anything of their messages does but revision and date. Pure, thread-safe; costs the size of what may
// differ: parts the analyses share are not looked at.
#ifndef SERVICES_GAP_GAP_DIFFERENCE_H_
#define SERVICES_GAP_GAP_DIFFERENCE_H_

#include <optional>
#include <string>
#include <vector>

#include "bulian/v1/gap.pb.h"
#include "services/gap/analysis.h"

namespace bulian::gap {

// Which gaps are asked for.
struct GapFilter {
  std::string chain;               // full name; empty: of all
  std::vector<v1::GapKind> kinds;  // empty: all
  bool certain_only = false;
  bool Passes(const ClusterAnalysis& analysis, const GapRef& gap) const;
};

// Absent before: it appears. Absent after: it is gone. A gap that ceases to pass the filter is gone, too.
struct GapChange {
  std::optional<GapRef> before, after;
};
// Those that appear or change, in the order of the analysis after; then those that are gone, in that of the one before.
std::vector<GapChange> GapDifference(const ClusterAnalysis& before, const ClusterAnalysis& after,
                                     const GapFilter& filter);

// Indexes of a segment in the two graphs; -1: it is not there.
struct SegmentChange {
  int before = -1, after = -1;
};
// The segments of the chain (full name; empty: of all) whose metrics or verdicts differ, by name.
std::vector<SegmentChange> SegmentDifference(const ClusterAnalysis& before, const ClusterAnalysis& after,
                                             const std::string& chain);

}  // namespace bulian::gap

#endif  // SERVICES_GAP_GAP_DIFFERENCE_H_
