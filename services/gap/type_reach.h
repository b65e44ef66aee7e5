// Upward closures in the taxonomy. Pure, thread-safe.
#ifndef SERVICES_GAP_TYPE_REACH_H_
#define SERVICES_GAP_TYPE_REACH_H_

#include <vector>

#include "services/model/snapshot.h"

namespace bulian::gap {

// The types and all that subsume one of them, ascending.
std::vector<model::Row> WithAncestors(const model::Snapshot& snapshot, std::vector<model::Row> types);

}  // namespace bulian::gap

#endif  // SERVICES_GAP_TYPE_REACH_H_
