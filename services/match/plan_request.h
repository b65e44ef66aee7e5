// What is wrong with a PlanMatches request, as far as no state tells. Pure.
#ifndef SERVICES_MATCH_PLAN_REQUEST_H_
#define SERVICES_MATCH_PLAN_REQUEST_H_

#include "bulian/v1/match.pb.h"
#include "services/match/plan_whole.h"
#include "services/model/error.h"

namespace bulian::match {

void CheckPlanRequest(const v1::PlanMatchesRequest& request, model::Violations* violations);

// Of a checked request.
PlanLimits LimitsOf(const v1::PlanMatchesRequest& request);

}  // namespace bulian::match

#endif  // SERVICES_MATCH_PLAN_REQUEST_H_
