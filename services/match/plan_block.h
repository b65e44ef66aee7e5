// Some gaps of a part planned anew while all else stays: one integer program. Pure.
#ifndef SERVICES_MATCH_PLAN_BLOCK_H_
#define SERVICES_MATCH_PLAN_BLOCK_H_

#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "services/lp/integer_program.h"
#include "services/match/plan_problem.h"

namespace bulian::match {

// A block's result: amounts of its pairs, in their order.
struct BlockPlan {
  std::vector<double> amounts;
  double value = 0, bound = 0;  // of the block's pairs
  int nodes = 0;
};

// `pairs`, ascending, are decided; all others of the same gaps are 0 and stay so. What pairs of other gaps draw on is
// taken: `used` and `drawn` are what is used of sources and pools without the block. `start` is empty or amounts that
// keep all limits. Errors as lp::MaximizeInteger.
absl::StatusOr<BlockPlan> PlanBlock(const PlanProblem& problem, const std::vector<int>& pairs,
                                    const std::vector<double>& used, const std::vector<double>& drawn,
                                    const std::vector<double>& start, const lp::IntegerLimits& limits,
                                    const std::function<bool()>& stop);

}  // namespace bulian::match

#endif  // SERVICES_MATCH_PLAN_BLOCK_H_
