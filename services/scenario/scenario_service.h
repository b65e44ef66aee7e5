// ScenarioService over the pure parts of this room: decode, branch, evaluate, encode.
#ifndef SERVICES_SCENARIO_SCENARIO_SERVICE_H_
#define SERVICES_SCENARIO_SCENARIO_SERVICE_H_

#include <memory>
#include <vector>

#include "services/gap/gap_service.h"
#include "services/resource/resource.h"
#include "services/rpc/method_table.h"
#include "services/scenario/evaluation.h"
#include "services/view/view.h"

namespace bulian::scenario {

inline constexpr int kMostChanges = 1000, kMostMatchTargets = 20, kMostMatchSize = 100;

// Not owned but for the families; outlives the method table's use.
struct ScenarioServiceDeps {
  const view::Views* views = nullptr;
  std::shared_ptr<const resource::Families> families;  // of all stored types
  gap::PatientAnalysisSource analysis;
  std::vector<Evaluator> evaluators = StandardEvaluators();
};

// Adds EvaluateScenario.
void RegisterScenarioService(rpc::MethodTable& methods, const ScenarioServiceDeps& deps);

}  // namespace bulian::scenario

#endif  // SERVICES_SCENARIO_SCENARIO_SERVICE_H_
