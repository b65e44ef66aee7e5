// Structure and feasibility of the segments of an analysis, as messages of the API. Pure, thread-safe.
#ifndef SERVICES_GAP_STRUCTURE_REPORT_H_
#define SERVICES_GAP_STRUCTURE_REPORT_H_

#include <array>
#include <vector>

#include "bulian/v1/structure.pb.h"
#include "services/gap/analysis.h"
#include "services/gap/feasibility.h"
#include "services/gap/structure_graph.h"
#include "services/gap/structure_linkages.h"

namespace bulian::gap {

// Raised when the same input gives another answer.
inline constexpr char kStructureVersion[] = "structure-1";

// What all segments of a cluster have in common. Refers to `analysis`, which must outlive it.
class ClusterStructure {
 public:
  explicit ClusterStructure(const ClusterAnalysis& analysis);

  void FillSegment(int segment, v1::SegmentStructure* message) const;
  const Linkages& linkages() const { return linkages_; }

 private:
  void FillEndProducts(const std::vector<int>& segments, int without, v1::EndProductList* list) const;

  const ClusterAnalysis& analysis_;
  FlowGraph flow_;
  std::vector<char> is_end_, is_cut_;
  std::vector<int> dominator_;
  std::vector<std::vector<int>> dominated_;  // children in the dominator tree
  Linkages linkages_;
};

// The end products among the segments, ascending.
std::vector<int> EndProductsOf(const ClusterAnalysis& analysis);

// What can be made with the suppliers of each set. Refers to `analysis`, which must outlive it.
class ClusterFeasibility {
 public:
  explicit ClusterFeasibility(const ClusterAnalysis& analysis);

  void FillEndProduct(int segment, v1::EndProductFeasibility* message) const;

 private:
  const ClusterAnalysis& analysis_;
  NeedGraph needs_;
  std::array<std::vector<char>, kSetCount> has_supplier_, working_;
};

}  // namespace bulian::gap

#endif  // SERVICES_GAP_STRUCTURE_REPORT_H_
