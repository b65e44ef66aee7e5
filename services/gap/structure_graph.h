// Where segments stand between raw materials and end products: end products, articulation points, dominators. Pure,
// thread-safe.
#ifndef SERVICES_GAP_STRUCTURE_GRAPH_H_
#define SERVICES_GAP_STRUCTURE_GRAPH_H_

#include <utility>
#include <vector>

#include "services/gap/segment_graph.h"

namespace bulian::gap {

// Segments by index; of each those it feeds and those that feed it, ascending, each once, without itself.
struct FlowGraph {
  std::vector<std::vector<int>> feeds, fed_by;
  int size() const { return static_cast<int>(feeds.size()); }
};

// From (from, to) pairs in any order, repeats and loops allowed.
FlowGraph MakeFlowGraph(int size, const std::vector<std::pair<int, int>>& edges);
// Of all inputs of a cluster, enabling ones and alternatives without a planned share included.
FlowGraph FlowOfSegments(const SegmentGraph& graph);

// By segment: a final demand over 0, or it feeds no other and none is stated.
std::vector<char> EndProducts(const SegmentGraph& graph, const FlowGraph& flow);

// By segment: without it the graph, read without directions, has more connected parts (Tarjan, Hopcroft 1973).
std::vector<char> ArticulationPoints(const FlowGraph& flow);

// The dominator tree from a root before all segments that nothing feeds (Cooper, Harvey, Kennedy 2001). By segment its
// immediate dominator, kNoDominator if it is the root, kNotReached if no path from such a segment leads to it.
inline constexpr int kNoDominator = -1, kNotReached = -2;
std::vector<int> ImmediateDominators(const FlowGraph& flow);

// Indexes reached from `start` along `next`, itself included, ascending.
std::vector<int> ReachedFrom(const std::vector<std::vector<int>>& next, int start);

}  // namespace bulian::gap

#endif  // SERVICES_GAP_STRUCTURE_GRAPH_H_
