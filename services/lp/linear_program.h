// Linear programs: maximise c x where every row a x and every column x lies within its bounds. Solved by Clp (COIN-OR),
// whose types stay in the .cc.
#ifndef SERVICES_LP_LINEAR_PROGRAM_H_
#define SERVICES_LP_LINEAR_PROGRAM_H_

#include <functional>
#include <limits>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"

namespace bulian::lp {

// A bound that does not bind.
inline constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Range {
  double lower = 0, upper = kInfinity;
};

struct Entry {
  int row = 0, column = 0;
  double value = 0;
};

// Plain data. Several entries of one row and column add up. No NaN; lower ends are at most upper ends.
struct LinearProgram {
  std::vector<Range> rows, columns;
  std::vector<double> objective;  // by column
  std::vector<Entry> entries;

  int AddRow(Range range);
  int AddColumn(Range range, double objective_per_unit);
};

struct Solution {
  double value = 0;             // c x; unique, what follows need not be
  std::vector<double> columns;  // x
  std::vector<double> duals;    // by row: what one more unit of its binding bound adds to the value
};

// An upper end of c x that anyone can recompute from the program and any duals (weak duality): the sum over rows of the
// bound the dual's sign picks times the dual, and over columns of the same with the reduced cost c - duals a. Equal to
// the value at the duals of a Solution. Infinite if a dual or a reduced cost picks an infinite bound; magnitudes below
// 1e-9 of the objective's greatest are taken as 0.
double DualBound(const LinearProgram& program, const std::vector<double>& duals);

// Keeps the last basis, from which the next solve starts: after a change of a few bounds a solve costs a few steps.
// One thread at a time. The same sequence of calls gives the same answers.
class Solver {
 public:
  // INVALID_ARGUMENT for data that is not as LinearProgram says.
  static absl::StatusOr<std::unique_ptr<Solver>> Make(const LinearProgram& program);
  ~Solver();

  void SetRow(int row, Range range);
  void SetColumn(int column, Range range);
  void SetObjective(int column, double objective_per_unit);

  // FAILED_PRECONDITION if nothing satisfies the bounds, OUT_OF_RANGE if the value has no upper end, CANCELLED if
  // `stop` (may be empty; asked every few steps) ended it, INTERNAL if the numbers defeat the solver.
  absl::StatusOr<Solution> Maximize(const std::function<bool()>& stop = {});

 private:
  struct Model;
  explicit Solver(std::unique_ptr<Model> model);

  std::unique_ptr<Model> model_;
};

}  // namespace bulian::lp

#endif  // SERVICES_LP_LINEAR_PROGRAM_H_
