// Plans with whole lots and minimum numbers of suppliers. Pure, thread-safe.
//
// A small part is one integer program. A great one starts from its relaxation, rounded down, and is improved block by
// block: some gaps that compete, worst first, are planned anew by an integer program while all else stays.
#ifndef SERVICES_MATCH_PLAN_WHOLE_H_
#define SERVICES_MATCH_PLAN_WHOLE_H_

#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "services/match/plan_problem.h"
#include "services/match/plan_relaxation.h"

namespace bulian::match {

struct WholePlan {
  std::vector<double> amounts;  // by pair
  double bound = 0;             // no plan of the part is worth more
  int nodes = 0;                // of search trees
};

struct PlanLimits {
  int nodes = 20'000;          // of all search trees
  double relative_gap = 1e-3;  // it is enough to come so near to the bound
};

// Of a tightened, connected part and its relaxation. FAILED_PRECONDITION if its floors cannot be kept, or that was not
// found within the limits; CANCELLED if `stop` (may be empty) ended it.
absl::StatusOr<WholePlan> PlanWholes(const PlanProblem& problem, const PlanRelaxation& relaxation,
                                     const PlanLimits& limits, const std::function<bool()>& stop);

}  // namespace bulian::match

#endif  // SERVICES_MATCH_PLAN_WHOLE_H_
