#include "services/gap/closure_bound.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "services/gap/closure_division.h"
#include "services/lp/linear_program.h"

namespace bulian::gap {
namespace {

constexpr int kGreatestPairs = 4000;

// Puts one choice into the program: a column of how much of it is taken, and one for each pair of supply and demand, as
// a part of the most that pair can bring.
class ProgramWriter {
 public:
  ProgramWriter(const ClosureProblem& problem, lp::LinearProgram* program, int k) : problem_(problem), lp_(*program) {
    for (const ClosureDemand& demand : problem.demands) lp_.AddRow({-lp::kInfinity, demand.share()});
    count_row_ = lp_.AddRow({-lp::kInfinity, static_cast<double>(k)});
  }

  // Returns the number of pairs.
  int Add(const ClosureChoice& choice) {
    const int taken = lp_.AddColumn({0, 1}, 0);
    lp_.entries.push_back({count_row_, taken, 1});
    int pairs = 0;
    std::vector<std::pair<int, int>> of_demand;  // demand, column
    for (const int at : choice.supplies) {
      const ClosureSupply& supply = problem_.supplies[static_cast<std::size_t>(at)];
      const int supply_row = lp_.AddRow({-lp::kInfinity, 0});
      lp_.entries.push_back({supply_row, taken, -1});
      for (const int demand : supply.feeds) {
        const ClosureDemand& fed = problem_.demands[static_cast<std::size_t>(demand)];
        if (fed.unmet <= 0 || supply.amount <= 0) continue;
        const double most = std::min(fed.unmet, supply.amount);
        const int column = lp_.AddColumn({0, 1}, most * fed.weight);
        lp_.entries.push_back({demand, column, most * fed.weight});
        lp_.entries.push_back({supply_row, column, most / supply.amount});
        of_demand.emplace_back(demand, column);
        ++pairs;
      }
    }
    std::sort(of_demand.begin(), of_demand.end());
    for (std::size_t i = 0; i < of_demand.size();) {
      const int demand = of_demand[i].first;
      const int row = lp_.AddRow({-lp::kInfinity, 0});
      const double share = problem_.demands[static_cast<std::size_t>(demand)].share();
      lp_.entries.push_back({row, taken, -1});
      for (; i < of_demand.size() && of_demand[i].first == demand; ++i) {
        const auto column = static_cast<std::size_t>(of_demand[i].second);
        lp_.entries.push_back({row, of_demand[i].second, lp_.objective[column] / share});
      }
    }
    return pairs;
  }

 private:
  const ClosureProblem& problem_;
  lp::LinearProgram& lp_;
  int count_row_ = 0;
};

}  // namespace

std::vector<double> ValuesAtPrices(const ClosureProblem& problem, std::span<const int> choices,
                                   std::span<const double> prices) {
  std::vector<ClosureDemand> priced = problem.demands;
  for (std::size_t i = 0; i < priced.size(); ++i) priced[i].weight *= 1 - prices[i];
  std::vector<double> values;
  values.reserve(choices.size());
  CapacityDivision division(&priced);
  for (const int choice : choices) {
    division.Clear();
    for (const int supply : problem.choices[static_cast<std::size_t>(choice)].supplies) {
      division.Add(problem.supplies[static_cast<std::size_t>(supply)]);
    }
    values.push_back(division.share());
  }
  return values;
}

double BoundAtPrices(const ClosureProblem& problem, std::span<const double> values, int k,
                     std::span<const double> prices) {
  double bound = 0;
  for (std::size_t i = 0; i < prices.size(); ++i) bound += prices[i] * problem.demands[i].share();
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end(), std::greater<>());
  for (std::size_t i = 0; i < std::min(sorted.size(), static_cast<std::size_t>(k)); ++i) bound += sorted[i];
  return bound;
}

absl::StatusOr<std::vector<double>> FindPrices(const ClosureProblem& problem, std::span<const int> choices, int k,
                                               const StopSignal& stop) {
  lp::LinearProgram program;
  ProgramWriter writer(problem, &program, k);
  int pairs = 0;
  for (const int choice : choices) {
    if (pairs >= kGreatestPairs) break;
    pairs += writer.Add(problem.choices[static_cast<std::size_t>(choice)]);
  }
  auto solver = lp::Solver::Make(program);
  if (!solver.ok()) return solver.status();
  const auto solution = (*solver)->Maximize(stop);
  if (!solution.ok()) return solution.status();
  std::vector<double> prices(problem.demands.size());
  for (std::size_t i = 0; i < prices.size(); ++i) prices[i] = std::clamp(solution->duals[i], 0.0, 1.0);
  return prices;
}

}  // namespace bulian::gap
