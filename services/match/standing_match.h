// Which recorded match stands for a candidate already (StandingMatch of standing_match.proto). Pure, thread-safe.
#ifndef SERVICES_MATCH_STANDING_MATCH_H_
#define SERVICES_MATCH_STANDING_MATCH_H_

#include <span>
#include <string_view>

#include "bulian/v1/match.pb.h"
#include "services/match/find.h"

namespace bulian::match {

// Fills in `standing_match` of some candidates of the query's answer. `segment` is the full name of the segment that is
// to be filled; empty: the target is a free requirement. Costs nothing where the cluster has no matches or there are no
// candidates, else one pass over the matches, of which only those of the need are looked up.
void AddStandingMatches(const FindQuery& query, std::string_view segment, std::span<v1::Candidate* const> candidates);

}  // namespace bulian::match

#endif  // SERVICES_MATCH_STANDING_MATCH_H_
