#include "services/scenario/evaluation.h"

#include "services/match/report.h"
#include "services/risk/disruption.h"
#include "services/scenario/gap_deltas.h"
#include "services/scenario/match_deltas.h"
#include "services/scenario/risk_deltas.h"

namespace bulian::scenario {
namespace {

constexpr char kAlgorithmVersion[] = "scenario-1";

}  // namespace

std::vector<Evaluator> StandardEvaluators() {
  return {{gap::kAlgorithmVersion, AddGapDeltas},
          {std::string(match::kAlgorithmVersion), AddMatchDeltas},
          {risk::kDisruptionVersion, AddRiskDeltas}};
}

absl::Status Evaluate(const Comparison& comparison, const v1::EvaluateScenarioRequest& request,
                      const std::vector<Evaluator>& evaluators, const gap::StopSignal& stop,
                      v1::EvaluateScenarioResponse* response) {
  std::string version = kAlgorithmVersion;
  for (const Evaluator& evaluator : evaluators) {
    if (absl::Status added = evaluator.add(comparison, request, stop, response); !added.ok()) return added;
    version += " " + evaluator.version;
  }
  response->set_algorithm_version(version);
  *response->mutable_revision() = comparison.before->snapshot()->position().ToProto();
  *response->mutable_as_of() = model::ToDate(comparison.before->as_of());
  *response->mutable_as_of_after() = model::ToDate(comparison.after->as_of());
  return absl::OkStatus();
}

}  // namespace bulian::scenario
