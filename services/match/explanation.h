// How one enterprise stands to a target, offer by offer. Pure.
#ifndef SERVICES_MATCH_EXPLANATION_H_
#define SERVICES_MATCH_EXPLANATION_H_

#include "bulian/v1/match.pb.h"
#include "services/match/find.h"

namespace bulian::match {

// Fills `candidate` (as Find ranks it with outside and potential candidates, and of other clusters only the
// enterprise's own), `offers` and `nearest_change`. `source` counts as Entry::source does; `enterprise` is a row of
// that cluster. Offers that are no longer or not yet valid are listed but make no candidate;
// with a ranking an enterprise of the asked cluster is LIKELY then.
void Explain(const FindQuery& query, std::uint16_t source, model::Row enterprise,
             v1::ExplainCandidateResponse* response);

}  // namespace bulian::match

#endif  // SERVICES_MATCH_EXPLANATION_H_
