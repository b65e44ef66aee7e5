// Capabilities that projects on their way will bring, read as if they were there.
#ifndef SERVICES_MATCH_PLANNED_H_
#define SERVICES_MATCH_PLANNED_H_

#include <span>
#include <string>
#include <vector>

#include "services/model/snapshot.h"

namespace bulian::match {

struct PlannedOffer {
  model::Row project = model::kNoRow;
  model::Row owner = model::kNoRow;
  int index = 0;                          // within the project's planned capabilities
  model::Row capability = model::kNoRow;  // row in `branch`
};

// The planned capabilities of the given types of projects that are SIGNED, STARTED or TRIAL, on a branch of the
// snapshot where each stands as a capability of the project's owner. By name of the project and index. Rows of
// enterprises and types are the same in the branch as in the snapshot.
struct PlannedOffers {
  model::SnapshotPtr branch;  // null when there are none
  std::vector<PlannedOffer> offers;
};
// `types` ascending. With an owner given, only its projects.
PlannedOffers FindPlanned(const model::SnapshotPtr& snapshot, std::span<const model::Row> types,
                          model::Row owner = model::kNoRow);

}  // namespace bulian::match

#endif  // SERVICES_MATCH_PLANNED_H_
