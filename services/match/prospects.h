// Whom to call among the candidates of an answer: the probability that each comes true and where it is from, and who is
// left out. The words are those of investigation.proto. Pure, thread-safe.
#ifndef SERVICES_MATCH_PROSPECTS_H_
#define SERVICES_MATCH_PROSPECTS_H_

#include <string_view>
#include <vector>

#include "bulian/v1/investigation.pb.h"
#include "bulian/v1/match.pb.h"
#include "services/model/error.h"
#include "services/model/snapshot.h"

namespace bulian::match {

// The greatest value or effort: room for sums over all prospects without overflow.
inline constexpr double kMostAmount = 1e18;

void CheckProspectTerms(const v1::ProspectTerms& terms, std::string_view field, model::Violations* violations);

// How often who can also will, by the cluster's own matches: Laplace's rule of succession, 1/2 without any.
struct Willingness {
  int willing = 0, unwilling = 0;
  double probability() const { return (1.0 + willing) / (2.0 + willing + unwilling); }
};
Willingness CountWillingness(const model::Snapshot& snapshot);

// The ground of a candidate of FindCandidates.
v1::ProspectGround GroundOf(const v1::Candidate& candidate);

// What is known of each candidate before the order: everything of OrderedProspect but index, position,
// reach_probability and expected_gain. Candidates who are nobody to call go to `left_out`. Takes names and matches out
// of `found`.
std::vector<v1::OrderedProspect> ProspectsOf(const v1::ProspectTerms& terms, double willingness,
                                             v1::FindCandidatesResponse* found,
                                             google::protobuf::RepeatedPtrField<v1::LeftOutProspect>* left_out);

}  // namespace bulian::match

#endif  // SERVICES_MATCH_PROSPECTS_H_
