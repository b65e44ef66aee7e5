// Linear programs of which some columns take whole numbers only, solved by Cbc (COIN-OR), whose types stay in the .cc.
#ifndef SERVICES_LP_INTEGER_PROGRAM_H_
#define SERVICES_LP_INTEGER_PROGRAM_H_

#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "services/lp/linear_program.h"

namespace bulian::lp {

struct IntegerLimits {
  int nodes = 1000;         // of the search tree, at least 1
  double relative_gap = 0;  // it is enough to come so near to the best
};

struct IntegerSolution {
  double value = 0;             // c x of the best found
  std::vector<double> columns;  // x; exactly whole where asked
  double bound = 0;             // no x gives more
  int nodes = 0;                // looked at
};

// Maximises c x. `integers` are columns. `start` is empty or a solution to start from; one that keeps not all bounds is
// left out. FAILED_PRECONDITION if nothing satisfies the bounds, or nothing was found within the limits; CANCELLED if
// `stop` (may be empty; asked at every node and every few steps of the simplex) ended it; INVALID_ARGUMENT for
// data that is not as LinearProgram says, INTERNAL if the numbers defeat the solver. The same input gives the same
// answer: limits are counts, not times.
absl::StatusOr<IntegerSolution> MaximizeInteger(const LinearProgram& program, const std::vector<int>& integers,
                                                const std::vector<double>& start, const IntegerLimits& limits,
                                                const std::function<bool()>& stop = {});

}  // namespace bulian::lp

#endif  // SERVICES_LP_INTEGER_PROGRAM_H_
