#include <algorithm>
#include <cmath>
#include <map>

#include "services/lp/linear_program.h"
#include "services/match/plan_relaxation.h"

namespace bulian::match {

// Columns are shares of needs and rows shares of capacities, so that numbers are near 1 whatever the units.
absl::StatusOr<PlanRelaxation> RelaxAsProgram(const PlanProblem& problem, const std::function<bool()>& stop) {
  lp::LinearProgram program;
  struct Row {
    int row;
    double scale;
  };
  const auto add_row = [&](double capacity) {
    const double scale = capacity > 0 && std::isfinite(capacity) ? capacity : 1;
    return Row{program.AddRow({-lp::kInfinity, std::isfinite(capacity) ? capacity / scale : lp::kInfinity}), scale};
  };
  std::vector<Row> gaps, sources, pools;
  std::vector<std::map<int, Row>> suppliers(problem.gaps.size());
  for (const PlanNeed& gap : problem.gaps) gaps.push_back(add_row(gap.need));
  for (const PlanSource& source : problem.sources) sources.push_back(add_row(source.capacity));
  for (const double pool : problem.pools) pools.push_back(add_row(pool));
  for (const PlanPair& pair : problem.pairs) {
    const PlanNeed& gap = problem.gaps[pair.gap];
    const double need = gap.need > 0 ? gap.need : 1;
    const int column = program.AddColumn({pair.floor / need, pair.limit / need}, pair.value * need);
    const auto add = [&](const Row& row, double load) {
      program.entries.push_back({row.row, column, load * need / row.scale});
    };
    add(gaps[pair.gap], 1);
    if (gap.supplier_limit < gap.need) {
      auto [at, fresh] = suppliers[pair.gap].try_emplace(pair.supplier);
      if (fresh) at->second = add_row(gap.supplier_limit);
      add(at->second, 1);
    }
    if (pair.source < 0) continue;
    add(sources[pair.source], 1);
    for (const auto& [pool, load] : problem.sources[pair.source].pools) add(pools[pool], load);
  }
  const auto solver = lp::Solver::Make(program);
  if (!solver.ok()) return solver.status();
  const auto solution = (*solver)->Maximize(stop);
  if (absl::IsFailedPrecondition(solution.status()))
    return absl::FailedPreconditionError("the fixed choices cannot all be kept");
  if (!solution.ok()) return solution.status();

  PlanRelaxation relaxation;
  for (std::size_t i = 0; i < problem.pairs.size(); ++i) {
    const PlanPair& pair = problem.pairs[i];
    const double need = problem.gaps[pair.gap].need > 0 ? problem.gaps[pair.gap].need : 1;
    relaxation.amounts.push_back(std::clamp(solution->columns[i] * need, pair.floor, pair.limit));
  }
  const auto price = [&](const Row& row) { return std::max(0.0, solution->duals[row.row]) / row.scale; };
  for (const Row& row : gaps) relaxation.prices.gaps.push_back(price(row));
  for (const Row& row : sources) relaxation.prices.sources.push_back(price(row));
  for (const Row& row : pools) relaxation.prices.pools.push_back(price(row));
  relaxation.prices.suppliers.resize(problem.gaps.size());
  for (std::size_t i = 0; i < problem.gaps.size(); ++i) {
    for (const auto& [supplier, row] : suppliers[i]) {
      if (price(row) > 0) relaxation.prices.suppliers[i].emplace_back(supplier, price(row));
    }
  }
  return relaxation;
}

}  // namespace bulian::match
