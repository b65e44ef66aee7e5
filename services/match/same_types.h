// Which types of another cluster are the same as types of this one.
#ifndef SERVICES_MATCH_SAME_TYPES_H_
#define SERVICES_MATCH_SAME_TYPES_H_

#include <span>
#include <vector>

#include "services/model/snapshot.h"

namespace bulian::match {

// Rows of `other`, ascending: types that share a standard code with one of `types` of `snapshot`, or that either side
// declares to be its equivalent, and all that these subsume there. Anything else is not known to be the same.
std::vector<model::Row> FindSameTypes(const model::Snapshot& snapshot, std::span<const model::Row> types,
                                      const model::Snapshot& other);

}  // namespace bulian::match

#endif  // SERVICES_MATCH_SAME_TYPES_H_
