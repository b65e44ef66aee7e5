// Why a company stands where it does in a ranking of potential makers, for people.
#ifndef SERVICES_MATCH_POTENTIAL_REASONS_H_
#define SERVICES_MATCH_POTENTIAL_REASONS_H_

#include "bulian/v1/match.pb.h"
#include "services/match/potential_model.h"
#include "services/model/snapshot.h"

namespace bulian::match {

// Adds one reason for each kind of evidence there is, greatest weight first, then those kinds that are missing. A
// weight is how much the score, a logarithm of odds, falls when the kind is taken to be as for an average company.
// `snapshot` is the one of the model; an enterprise that is not ranked gets none.
void AddPotentialReasons(const PotentialModel& model, const PotentialRanking& ranking, const model::Snapshot& snapshot,
                         model::Row enterprise, google::protobuf::RepeatedPtrField<v1::PotentialReason>* reasons);

}  // namespace bulian::match

#endif  // SERVICES_MATCH_POTENTIAL_REASONS_H_
