// How many enterprises of a cluster could be candidates, so that a ranking need not look at each to count them.
#ifndef SERVICES_MATCH_ENTERPRISE_CENSUS_H_
#define SERVICES_MATCH_ENTERPRISE_CENSUS_H_

#include <cstddef>
#include <memory>
#include <vector>

#include "services/model/snapshot.h"

namespace bulian::match {

// Immutable once taken, thread-safe.
struct EnterpriseCensus {
  std::vector<model::Row> alliances;  // ascending: no candidates
  std::size_t others = 0;             // all that are no alliances
  std::size_t seated_here = 0;        // of these, those whose seat is in the cluster's regions or not known
};

inline const EnterpriseCensus kNoCensus;

// A pass over all enterprises: keep it.
EnterpriseCensus TakeCensus(const model::Snapshot& snapshot);

// The census of `snapshot` from that of `before` and what changed between them.
std::shared_ptr<const EnterpriseCensus> AdvanceCensus(const std::shared_ptr<const EnterpriseCensus>& old,
                                                      const model::Snapshot& before, const model::Snapshot& snapshot,
                                                      const model::Delta& changes);

}  // namespace bulian::match

#endif  // SERVICES_MATCH_ENTERPRISE_CENSUS_H_
