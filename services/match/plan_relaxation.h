// The best amounts where lots and minimum numbers of suppliers are left aside, with the prices that show it. Pure,
// thread-safe.
#ifndef SERVICES_MATCH_PLAN_RELAXATION_H_
#define SERVICES_MATCH_PLAN_RELAXATION_H_

#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "services/match/plan_problem.h"

namespace bulian::match {

struct PlanRelaxation {
  std::vector<double> amounts;  // by pair
  PlanPrices prices;            // PriceBound at them is the value of the amounts, but for rounding
};

// Of a tightened, connected part. FAILED_PRECONDITION if its floors cannot all be kept.

// Without pools: a flow of least cost on whole numbers. Amounts are counted in 2^-42 of the greatest need or finer,
// values in 2^-51 of the greatest value times the number of nodes times 256: PriceBound tells what that cost. Of pairs
// of one gap that are worth the same the first is preferred. CANCELLED if `stop` (may be empty) ended it.
absl::StatusOr<PlanRelaxation> RelaxAsFlow(const PlanProblem& problem, const std::function<bool()>& stop);

// With pools: a linear program. CANCELLED as above.
absl::StatusOr<PlanRelaxation> RelaxAsProgram(const PlanProblem& problem, const std::function<bool()>& stop);

}  // namespace bulian::match

#endif  // SERVICES_MATCH_PLAN_RELAXATION_H_
