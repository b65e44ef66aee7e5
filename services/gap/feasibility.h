// Whether segments can work at all, over AND inputs and OR alternatives, and what is missing if not. Pure, thread-safe.
//
// A segment works if it has a supplier, each single input works, and of each alternatives group one member does. Cycles
// are read as the greatest fixed point: segments that need only one another all work.
#ifndef SERVICES_GAP_FEASIBILITY_H_
#define SERVICES_GAP_FEASIBILITY_H_

#include <vector>

#include "services/gap/segment_graph.h"

namespace bulian::gap {

// What segments need, by index: of each clause one member. A single input is a clause of one.
struct NeedGraph {
  std::vector<std::vector<std::vector<int>>> clauses;  // by segment
  int size() const { return static_cast<int>(clauses.size()); }
};

// Of all segments of a cluster. Inputs that name no segment are left out.
NeedGraph NeedsOfSegments(const SegmentGraph& graph);

// By segment: whether it works with these suppliers.
std::vector<char> WorkingSegments(const NeedGraph& needs, const std::vector<char>& has_supplier);

struct Feasibility {
  bool feasible = false;
  // When feasible: segments that suffice, ascending: each has a supplier and of each clause a member among them.
  std::vector<int> route;
  // When not: an inclusion-minimal set of segments without supplier, ascending: with one for each of them the segment
  // works, without any one of them it does not. Among the possible sets, the one that is left when the members of
  // highest index are dropped first.
  std::vector<int> missing;
};

// `working` is WorkingSegments of the same arguments.
Feasibility CheckFeasibility(const NeedGraph& needs, const std::vector<char>& has_supplier,
                             const std::vector<char>& working, int segment);

}  // namespace bulian::gap

#endif  // SERVICES_GAP_FEASIBILITY_H_
