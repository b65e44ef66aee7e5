// The evaluator of candidates. Pure, thread-safe.
#ifndef SERVICES_SCENARIO_MATCH_DELTAS_H_
#define SERVICES_SCENARIO_MATCH_DELTAS_H_

#include "services/scenario/evaluation.h"

namespace bulian::scenario {

inline constexpr int kDefaultMatchSize = 10;

// See Evaluator::add. Ranks as FindCandidates does with nothing but target, date and page size set. NOT_FOUND for a
// segment that is in neither state.
absl::Status AddMatchDeltas(const Comparison& comparison, const v1::EvaluateScenarioRequest& request,
                            const gap::StopSignal& stop, v1::EvaluateScenarioResponse* response);

}  // namespace bulian::scenario

#endif  // SERVICES_SCENARIO_MATCH_DELTAS_H_
