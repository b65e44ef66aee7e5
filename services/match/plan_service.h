// PlanMatches of MatchService: decode, plan, encode.
#ifndef SERVICES_MATCH_PLAN_SERVICE_H_
#define SERVICES_MATCH_PLAN_SERVICE_H_

#include "services/match/match_service.h"

namespace bulian::match {

// Adds PlanMatches. What `deps` points to outlives the table's use.
void RegisterPlanService(rpc::MethodTable& methods, const MatchServiceDeps& deps);

}  // namespace bulian::match

#endif  // SERVICES_MATCH_PLAN_SERVICE_H_
