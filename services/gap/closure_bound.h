// An upper end of what any k choices close: the linear program's, by prices that anyone can check. Pure, thread-safe.
#ifndef SERVICES_GAP_CLOSURE_BOUND_H_
#define SERVICES_GAP_CLOSURE_BOUND_H_

#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "services/gap/closure_problem.h"
#include "services/gap/segment_need.h"

namespace bulian::gap {

// The most each of the choices closes by itself when a share closed of demand i counts 1 - prices[i] (0 to 1).
std::vector<double> ValuesAtPrices(const ClosureProblem& problem, std::span<const int> choices,
                                   std::span<const double> prices);

// Lagrange: for any prices of 0 to 1, no k choices close more than the sum over demands of price times unmet share plus
// the k greatest values at prices. `values` are those of the choices.
double BoundAtPrices(const ClosureProblem& problem, std::span<const double> values, int k,
                     std::span<const double> prices);

// Prices that make that bound small: the duals of
//   max sum t  with  sum over choices of t[.][i] <= unmet share of i  (the prices),  t of one choice and demand <= z *
//   unmet share,  t of one supply, as parts of its amount, <= z,  sum z <= k,  0 <= z <= 1.
// Of more than a few thousand pairs of supply and demand, the program is that of the first choices: its prices are as
// valid for all, but the bound may be greater. CANCELLED if `stop` ended it.
absl::StatusOr<std::vector<double>> FindPrices(const ClosureProblem& problem, std::span<const int> choices, int k,
                                               const StopSignal& stop);

}  // namespace bulian::gap

#endif  // SERVICES_GAP_CLOSURE_BOUND_H_
