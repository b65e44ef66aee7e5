#include "services/lp/integer_program.h"

#include <algorithm>
#include <cmath>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "coin/CbcEventHandler.hpp"
#include "coin/CbcHeuristic.hpp"
#include "coin/CbcHeuristicDiveCoefficient.hpp"
#include "coin/CbcModel.hpp"
#include "coin/CglFlowCover.hpp"
#include "coin/CglGomory.hpp"
#include "coin/CglKnapsackCover.hpp"
#include "coin/CglMixedIntegerRounding2.hpp"
#include "coin/OsiClpSolverInterface.hpp"
#include "services/lp/coin_program.h"
#include "services/lp/stop_handler.h"

namespace bulian::lp {
namespace {

constexpr double kWhole = 1e-6;
constexpr int kCutPassesAtRoot = 10;

class CbcStopHandler : public CbcEventHandler {
 public:
  explicit CbcStopHandler(const std::function<bool()>* asked) : stop_(asked) {}
  CbcAction event(CbcEvent which) override {
    if (which != node && which != treeStatus) return noAction;
    return *stop_ && (*stop_)() ? CbcEventHandler::stop : noAction;
  }
  CbcEventHandler* clone() const override { return new CbcStopHandler(*this); }

 private:
  const std::function<bool()>* stop_;
};

void AddCutsAndHeuristics(CbcModel* model) {
  CglGomory gomory;
  gomory.setLimit(100);
  model->addCutGenerator(&gomory, -99, "gomory");
  CglKnapsackCover cover;
  model->addCutGenerator(&cover, -99, "cover");
  CglMixedIntegerRounding2 rounding;
  model->addCutGenerator(&rounding, -99, "rounding");
  CglFlowCover flow;
  model->addCutGenerator(&flow, -99, "flow");
  CbcRounding nearest(*model);
  model->addHeuristic(&nearest);
  CbcHeuristicDiveCoefficient dive(*model);
  model->addHeuristic(&dive);
  model->setMaximumCutPassesAtRoot(kCutPassesAtRoot);
}

double ValueOf(const LinearProgram& program, const std::vector<double>& columns) {
  double value = 0;
  for (std::size_t j = 0; j < columns.size(); ++j) value += program.objective[j] * columns[j];
  return value;
}

IntegerSolution Read(const LinearProgram& program, const std::vector<int>& integers, const CbcModel& model) {
  IntegerSolution solution;
  solution.columns.assign(model.bestSolution(), model.bestSolution() + program.columns.size());
  for (std::size_t j = 0; j < solution.columns.size(); ++j)
    solution.columns[j] = std::clamp(solution.columns[j], program.columns[j].lower, program.columns[j].upper);
  for (const int j : integers) solution.columns[j] = std::round(solution.columns[j]);
  solution.value = ValueOf(program, solution.columns);
  solution.bound =
      model.isProvenOptimal() ? solution.value : std::max(solution.value, -model.getBestPossibleObjValue());
  solution.nodes = model.getNodeCount();
  return solution;
}

}  // namespace

absl::StatusOr<IntegerSolution> MaximizeInteger(const LinearProgram& program, const std::vector<int>& integers,
                                                const std::vector<double>& start, const IntegerLimits& limits,
                                                const std::function<bool()>& stop) {
  if (stop && stop()) return absl::CancelledError("stopped");
  const auto coin = CoinProgram::Make(program);
  if (!coin.ok()) return coin.status();
  std::vector<double> costs;
  for (const double value : program.objective) costs.push_back(-value);
  OsiClpSolverInterface clp;
  clp.messageHandler()->setLogLevel(0);
  clp.getModelPtr()->setLogLevel(0);
  clp.loadProblem(coin->matrix, coin->lower.data(), coin->upper.data(), costs.data(), coin->row_lower.data(),
                  coin->row_upper.data());
  if (!integers.empty()) clp.setInteger(integers.data(), static_cast<int>(integers.size()));
  clp.setDblParam(OsiPrimalTolerance, 1e-9);
  // Cbc asks at its nodes only; the programs it solves for one may be long themselves.
  const ClpStopHandler within(&stop);
  clp.getModelPtr()->passInEventHandler(&within);
  clp.initialSolve();
  if (stop && stop()) return absl::CancelledError("stopped");
  if (clp.isProvenPrimalInfeasible()) return absl::FailedPreconditionError("nothing satisfies the bounds");
  if (!clp.isProvenOptimal()) return absl::InternalError("Clp did not solve the relaxation");

  CbcModel model(clp);
  model.setLogLevel(0);
  model.messageHandler()->setLogLevel(0);
  model.solver()->messageHandler()->setLogLevel(0);
  model.setIntegerTolerance(kWhole);
  AddCutsAndHeuristics(&model);
  model.setMaximumNodes(std::max(limits.nodes, 1));
  model.setAllowableGap(1e-9);
  model.setAllowableFractionGap(limits.relative_gap);
  const CbcStopHandler handler(&stop);
  model.passInEventHandler(&handler);
  if (!start.empty())
    model.setBestSolution(start.data(), static_cast<int>(start.size()), -ValueOf(program, start), true);
  model.branchAndBound();
  if (stop && stop()) return absl::CancelledError("stopped");
  if (model.bestSolution() == nullptr) {
    if (model.isProvenInfeasible()) return absl::FailedPreconditionError("nothing satisfies the bounds");
    return absl::FailedPreconditionError("nothing was found within the limits");
  }
  return Read(program, integers, model);
}

}  // namespace bulian::lp
