// The evaluator of what end products stand to lose. Pure, thread-safe.
#ifndef SERVICES_SCENARIO_RISK_DELTAS_H_
#define SERVICES_SCENARIO_RISK_DELTAS_H_

#include "services/scenario/evaluation.h"

namespace bulian::scenario {

// See Evaluator::add. Does nothing unless the request asks for it.
absl::Status AddRiskDeltas(const Comparison& comparison, const v1::EvaluateScenarioRequest& request,
                           const gap::StopSignal& stop, v1::EvaluateScenarioResponse* response);

}  // namespace bulian::scenario

#endif  // SERVICES_SCENARIO_RISK_DELTAS_H_
