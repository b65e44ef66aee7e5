#include "services/match/plan_solve.h"

#include <algorithm>

namespace bulian::match {
namespace {

void TakePrices(const PlanPart& part, const PlanPrices& prices, PlanPrices* whole) {
  for (std::size_t i = 0; i < part.gaps.size(); ++i) {
    whole->gaps[part.gaps[i]] = prices.gaps[i];
    whole->suppliers[part.gaps[i]] = prices.suppliers[i];
  }
  for (std::size_t i = 0; i < part.sources.size(); ++i) whole->sources[part.sources[i]] = prices.sources[i];
  for (std::size_t i = 0; i < part.pools.size(); ++i) whole->pools[part.pools[i]] = prices.pools[i];
}

}  // namespace

absl::StatusOr<Plan> SolvePlan(const PlanProblem& problem, const PlanLimits& limits,
                               const std::function<bool()>& stop) {
  for (const PlanPair& pair : problem.pairs) {
    if (pair.floor > pair.limit) return absl::FailedPreconditionError("a fixed choice is out of reach");
  }
  Plan plan;
  plan.whole = problem.HasWholes();
  plan.amounts.resize(problem.pairs.size());
  plan.prices.gaps.resize(problem.gaps.size());
  plan.prices.suppliers.resize(problem.gaps.size());
  plan.prices.sources.resize(problem.sources.size());
  plan.prices.pools.resize(problem.pools.size());
  PartExtractor extractor(&problem);
  PlanLimits left = limits;
  for (const std::vector<int>& pairs : PartsOf(problem)) {
    if (stop && stop()) return absl::CancelledError("stopped");
    const PlanPart part = extractor.Extract(pairs);
    const bool linear = !part.problem.pools.empty();
    plan.linear = plan.linear || linear;
    auto relaxation = linear ? RelaxAsProgram(part.problem, stop) : RelaxAsFlow(part.problem, stop);
    if (!relaxation.ok()) return relaxation.status();
    std::vector<double> amounts = relaxation->amounts;
    const double relaxed = PriceBound(part.problem, relaxation->prices);
    double bound = relaxed;
    if (part.problem.HasWholes()) {
      const auto whole = PlanWholes(part.problem, *relaxation, left, stop);
      if (!whole.ok()) return whole.status();
      amounts = whole->amounts;
      bound = whole->bound;
      plan.nodes += whole->nodes;
      left.nodes = std::max(1, left.nodes - whole->nodes);
    }
    const double value = ValueOf(part.problem, amounts);
    plan.value += value;
    plan.bound += std::max(value, bound);
    plan.relaxation_bound += relaxed;
    for (std::size_t i = 0; i < pairs.size(); ++i) plan.amounts[pairs[i]] = amounts[i];
    TakePrices(part, relaxation->prices, &plan.prices);
  }
  return plan;
}

}  // namespace bulian::match
