// Whether what serves a segment also serves another: its capacity is then stand-alone, not additive. Pure, thread-safe.
#ifndef SERVICES_GAP_CONTENTION_H_
#define SERVICES_GAP_CONTENTION_H_

#include <functional>
#include <vector>

#include "services/gap/segment_graph.h"
#include "services/gap/supplier_sets.h"
#include "services/model/snapshot.h"

namespace bulian::gap {

using SupplyOf = std::function<const SupplyFacts&(int segment)>;

// Whether a capability that counts for the segment, or a pool it draws on, also counts for another segment.
bool IsContended(const model::Snapshot& snapshot, const SegmentGraph& graph, const SupplyOf& supply, int segment);

// Segments that may share capabilities or pools with suppliers of a segment: whose answer above can change with
// `supply`.
std::vector<int> ContentionNeighbours(const model::Snapshot& snapshot, const SegmentGraph& graph,
                                      const SupplyFacts& supply);

}  // namespace bulian::gap

#endif  // SERVICES_GAP_CONTENTION_H_
