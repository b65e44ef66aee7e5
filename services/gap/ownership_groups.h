// Which suppliers are one: enterprises collapsed along ownership at a date. Pure, thread-safe.
#ifndef SERVICES_GAP_OWNERSHIP_GROUPS_H_
#define SERVICES_GAP_OWNERSHIP_GROUPS_H_

#include <span>
#include <vector>

#include "services/model/day.h"
#include "services/model/snapshot.h"

namespace bulian::gap {

struct OwnershipGroups {
  std::vector<int> group;  // by position in the input; numbered from 0 in order of first appearance
  int count = 0;
};

// Collapses enterprises that have a common owner upwards, or own one another: along owners that control at `as_of`; for
// an enterprise that nobody controls, along an owner of more than half. Owners outside the records are told apart by
// their symbol. Government owners end the way up and merge nothing. Cycles of owners collapse to one. Each enterprise
// once.
OwnershipGroups GroupByOwner(const model::Snapshot& snapshot, model::Day as_of,
                             std::span<const model::Row> enterprises);

// Whether the enterprise has an owner record that holds at `as_of`.
bool HasOwner(const model::Snapshot& snapshot, model::Day as_of, model::Row enterprise);

}  // namespace bulian::gap

#endif  // SERVICES_GAP_OWNERSHIP_GROUPS_H_
