// The evaluator of gaps and segments. Pure, thread-safe.
#ifndef SERVICES_SCENARIO_GAP_DELTAS_H_
#define SERVICES_SCENARIO_GAP_DELTAS_H_

#include "services/scenario/evaluation.h"

namespace bulian::scenario {

// See Evaluator::add. NOT_FOUND for a chain that is in neither state.
absl::Status AddGapDeltas(const Comparison& comparison, const v1::EvaluateScenarioRequest& request,
                          const gap::StopSignal& stop, v1::EvaluateScenarioResponse* response);

}  // namespace bulian::scenario

#endif  // SERVICES_SCENARIO_GAP_DELTAS_H_
