// What came of the cluster's own matches, as far as it says who can make what. Pure.
#ifndef SERVICES_MATCH_POTENTIAL_OUTCOMES_H_
#define SERVICES_MATCH_POTENTIAL_OUTCOMES_H_

#include <cstdint>
#include <span>
#include <vector>

#include "services/match/sparse_rows.h"
#include "services/model/snapshot.h"

namespace bulian::match {

// By index of types and companies; ascending, each pair once; a pair is in one of the two at most.
struct PotentialOutcomes {
  SparseRows won;   // types x companies of matches that are AGREED or CONTRACTED
  SparseRows lost;  // types x companies that were REJECTED because they cannot make it; all 1
};

// The type is that of the requirement, or of the segment's. Matches that are still open before agreement, or failed for
// reasons that say nothing of what the enterprise can make, teach nothing. Where matches of a pair differ, that one of
// them which is won counts. `company_of_row` and `type_of_row` are as in PotentialData; `types` is how many there are.
PotentialOutcomes ReadOutcomes(const model::Snapshot& snapshot, std::span<const std::uint32_t> company_of_row,
                               std::span<const std::uint32_t> type_of_row, std::size_t types);

}  // namespace bulian::match

#endif  // SERVICES_MATCH_POTENTIAL_OUTCOMES_H_
