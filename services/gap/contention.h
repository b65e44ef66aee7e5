// Whether what serves a segment also serves another: its capacity is then stand-alone, not additive. Pure, thread-safe.
#ifndef SERVICES_GAP_CONTENTION_H_
#define SERVICES_GAP_CONTENTION_H_

#include <functional>
#include <vector>

#include "services/gap/segment_graph.h"
#include "services/gap/supplier_sets.h"
#include "services/model/snapshot.h"

namespace bulian::gap {

// By index of the need in the graph.
using SupplyOf = std::function<const SupplyFacts&(int need)>;

// Whether a capability that counts for a need, or a pool it draws on, also counts for another need.
bool ServesOtherNeeds(const model::Snapshot& snapshot, const SegmentGraph& graph, const SupplyOf& supply, int need);

// Needs that may share capabilities or pools with the suppliers of a need: whose answer above can change with `supply`.
// Ascending; the need itself is among them.
std::vector<int> ContentionNeighbours(const model::Snapshot& snapshot, const SegmentGraph& graph,
                                      const SupplyFacts& supply);

}  // namespace bulian::gap

#endif  // SERVICES_GAP_CONTENTION_H_
