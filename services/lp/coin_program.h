// A linear program as COIN-OR's solvers take it. For the .cc files of this room only.
#ifndef SERVICES_LP_COIN_PROGRAM_H_
#define SERVICES_LP_COIN_PROGRAM_H_

#include <vector>

#include "absl/status/statusor.h"
#include "coin/CoinPackedMatrix.hpp"
#include "services/lp/linear_program.h"

namespace bulian::lp {

// A bound, infinite ones as COIN-OR has them.
double CoinBound(double bound);

struct CoinProgram {
  CoinPackedMatrix matrix;  // by column
  std::vector<double> lower, upper, row_lower, row_upper;

  // INVALID_ARGUMENT for data that is not as LinearProgram says.
  static absl::StatusOr<CoinProgram> Make(const LinearProgram& program);
};

}  // namespace bulian::lp

#endif  // SERVICES_LP_COIN_PROGRAM_H_
