// Who stops together when a supplier of a segment stops, and what that takes from a production model. Pure,
// thread-safe.
#ifndef SERVICES_GAP_SUPPLIER_OUTAGE_H_
#define SERVICES_GAP_SUPPLIER_OUTAGE_H_

#include <span>
#include <utility>
#include <vector>

#include "services/gap/production_program.h"
#include "services/gap/supplier_sets.h"
#include "services/model/day.h"
#include "services/model/snapshot.h"

namespace bulian::gap {

// The independent suppliers of the possible set: enterprises that are one by ownership. Members by name, groups by
// their first member.
std::vector<std::vector<model::Row>> SupplierGroups(const model::Snapshot& snapshot, model::Day as_of,
                                                    const SupplyFacts& supply);

// What stops when the enterprises stop for a segment of the graph: what they hold for that segment only wholly, the
// rest for the segment. In order; nothing if `model` does not need the segment.
Outage OutageAtSegment(const ProductionModel& model, int node, std::span<const model::Row> enterprises);

// Indexes of the holdings of an enterprise, as [first, last).
std::pair<int, int> HoldingsOf(const ProductionModel& model, model::Row enterprise);

}  // namespace bulian::gap

#endif  // SERVICES_GAP_SUPPLIER_OUTAGE_H_
