// The cycle of greatest mean weight of a strongly connected graph: the culprit shown for a part whose demand diverges.
// Method: Howard's policy iteration for the maximum cycle mean (Cochet-Terrasson et al. 1998). Pure, thread-safe.
#ifndef SERVICES_GAP_WORST_CYCLE_H_
#define SERVICES_GAP_WORST_CYCLE_H_

#include <span>
#include <vector>

namespace bulian::gap {

struct WeightedEdge {
  int from = 0, to = 0;
  double weight = 0;
};

// Node numbers of the cycle, each followed by the one its edge leads to, starting with the smallest. `edges` have nodes
// 0 .. node_count - 1, and every node has an edge out. Deterministic: ties go to the smallest node numbers.
std::vector<int> CycleOfGreatestMean(int node_count, std::span<const WeightedEdge> edges);

}  // namespace bulian::gap

#endif  // SERVICES_GAP_WORST_CYCLE_H_
