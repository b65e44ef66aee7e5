// The choice that closes most, and the best set of k: exact by branch and bound where that ends within a limit of work,
// else the best set found (greedy or better) with a bound. Pure, thread-safe.
#ifndef SERVICES_GAP_CLOSURE_SEARCH_H_
#define SERVICES_GAP_CLOSURE_SEARCH_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "services/gap/closure_problem.h"
#include "services/gap/segment_need.h"

namespace bulian::gap {

// What the choices close together. Costs the paths along which their supplies are divided.
ClosureValue ValueOf(const ClosureProblem& problem, std::span<const int> choices);

// What each choice closes alone; nullopt if `stop` ended it.
std::optional<std::vector<ClosureValue>> ValuesAlone(const ClosureProblem& problem, const StopSignal& stop);

// How much work branch and bound may take: gains of one more choice that are computed, one for each
// 256 demands.
inline constexpr std::int64_t kClosureWork = 200'000;

struct ClosureBest {
  std::vector<int> choices;  // ascending; none of them could be left out without loss
  ClosureValue value;
  bool optimal = false;  // no set of at most k is over it, by ClosureValue::IsOver
  double bound = 0;      // of the share of any set of at most k; value.share if optimal
  // The bound of the linear program and its prices, by demand; absent if at most one choice is asked for or all fit in.
  std::optional<double> lp_bound;
  std::vector<double> prices;
};

// The best of the sets of at most k (0 or more) of the choices, which are ascending. Deterministic: the limit counts
// work, not time. CANCELLED if `stop` ended it.
absl::StatusOr<ClosureBest> FindBestSet(const ClosureProblem& problem, std::span<const int> choices, int k,
                                        const StopSignal& stop, std::int64_t work = kClosureWork);

}  // namespace bulian::gap

#endif  // SERVICES_GAP_CLOSURE_SEARCH_H_
