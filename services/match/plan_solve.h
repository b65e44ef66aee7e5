// The best joint plan, part by part. Pure, thread-safe: the same problem gives the same plan.
#ifndef SERVICES_MATCH_PLAN_SOLVE_H_
#define SERVICES_MATCH_PLAN_SOLVE_H_

#include <functional>

#include "absl/status/statusor.h"
#include "services/match/plan_problem.h"
#include "services/match/plan_whole.h"

namespace bulian::match {

// `problem` is tightened. Parts without lots and minimum numbers of suppliers are optimal but for rounding; of the
// others the plan says how far from it they are. FAILED_PRECONDITION if floors cannot all be kept, CANCELLED if `stop`
// (may be empty) ended it.
absl::StatusOr<Plan> SolvePlan(const PlanProblem& problem, const PlanLimits& limits,
                               const std::function<bool()>& stop = {});

}  // namespace bulian::match

#endif  // SERVICES_MATCH_PLAN_SOLVE_H_
