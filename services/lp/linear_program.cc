#include "services/lp/linear_program.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "coin/ClpFactorization.hpp"
#include "coin/ClpSimplex.hpp"
#include "services/lp/coin_program.h"
#include "services/lp/stop_handler.h"

namespace bulian::lp {
namespace {

constexpr double kNothing = 1e-9;

// The bound a price picks, times the price.
double Picked(double price, const Range& range, double nothing) {
  if (std::abs(price) <= nothing) return 0;
  const double bound = price > 0 ? range.upper : range.lower;
  return std::isfinite(bound) ? price * bound : kInfinity;
}

}  // namespace

int LinearProgram::AddRow(Range range) {
  rows.push_back(range);
  return static_cast<int>(rows.size()) - 1;
}

int LinearProgram::AddColumn(Range range, double objective_per_unit) {
  columns.push_back(range);
  objective.push_back(objective_per_unit);
  return static_cast<int>(columns.size()) - 1;
}

double DualBound(const LinearProgram& program, const std::vector<double>& duals) {
  double greatest = 0;
  for (double c : program.objective) greatest = std::max(greatest, std::abs(c));
  const double nothing = kNothing * greatest;
  std::vector<double> reduced = program.objective;
  for (const Entry& entry : program.entries) reduced[entry.column] -= duals[entry.row] * entry.value;
  double bound = 0;
  for (size_t i = 0; i < program.rows.size(); ++i) bound += Picked(duals[i], program.rows[i], nothing);
  for (size_t j = 0; j < program.columns.size(); ++j) bound += Picked(reduced[j], program.columns[j], nothing);
  return bound;
}

struct Solver::Model {
  ClpSimplex clp;
  bool solved = false;  // its basis is worth starting from
};

Solver::Solver(std::unique_ptr<Model> model) : model_(std::move(model)) {}
Solver::~Solver() = default;

absl::StatusOr<std::unique_ptr<Solver>> Solver::Make(const LinearProgram& program) {
  const auto coin = CoinProgram::Make(program);
  if (!coin.ok()) return coin.status();
  auto model = std::make_unique<Model>();
  ClpSimplex& clp = model->clp;
  clp.setLogLevel(0);
  clp.setOptimizationDirection(-1);
  clp.setPrimalTolerance(kNothing);
  clp.setDualTolerance(kNothing);
  clp.loadProblem(coin->matrix, coin->lower.data(), coin->upper.data(), program.objective.data(),
                  coin->row_lower.data(), coin->row_upper.data());
  // Areas of the factorization are kept between solves; taking them anew is most of what a small solve costs.
  clp.factorization()->setPersistenceFlag(1);
  return std::unique_ptr<Solver>(new Solver(std::move(model)));
}

void Solver::SetRow(int row, Range range) {
  model_->clp.setRowBounds(row, CoinBound(range.lower), CoinBound(range.upper));
}

void Solver::SetColumn(int column, Range range) {
  model_->clp.setColumnBounds(column, CoinBound(range.lower), CoinBound(range.upper));
}

void Solver::SetObjective(int column, double objective_per_unit) {
  model_->clp.setObjectiveCoefficient(column, objective_per_unit);
}

absl::StatusOr<Solution> Solver::Maximize(const std::function<bool()>& stop) {
  ClpSimplex& clp = model_->clp;
  if (stop && stop()) return absl::CancelledError("stopped");
  const ClpStopHandler handler(&stop);
  clp.passInEventHandler(&handler);
  if (model_->solved) {
    clp.dual();
  } else {
    clp.primal();
  }
  // Neither optimal, infeasible, unbounded nor stopped: once more from nothing, by the other method.
  if (clp.status() == 3 || clp.status() == 4) {
    clp.allSlackBasis(true);
    if (model_->solved) {
      clp.primal();
    } else {
      clp.dual();
    }
  }
  model_->solved = clp.status() == 0;
  switch (clp.status()) {
    case 0:
      break;
    case 1:
      return absl::FailedPreconditionError("nothing satisfies the bounds");
    case 2:
      return absl::OutOfRangeError("the value has no upper end");
    case 5:
      return absl::CancelledError("stopped");
    default:
      return absl::InternalError(absl::StrCat("Clp ended with status ", clp.status()));
  }
  Solution solution;
  solution.value = clp.objectiveValue();
  solution.columns.assign(clp.primalColumnSolution(), clp.primalColumnSolution() + clp.numberColumns());
  solution.duals.assign(clp.dualRowSolution(), clp.dualRowSolution() + clp.numberRows());
  return solution;
}

}  // namespace bulian::lp
