#include "services/scenario/scenario_service.h"

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "services/gap/analysis_request_service.h"
#include "services/model/error.h"
#include "services/model/resource_name.h"
#include "services/scenario/branch_service.h"

namespace bulian::scenario {
namespace {

using model::ResourceType;

// Everything wrong with the request but its changes. Whether its parent is a cluster's name.
bool CheckRequest(const v1::EvaluateScenarioRequest& request, model::Violations* violations) {
  const auto parent = model::ParseResourceName(request.parent());
  const bool in_cluster = parent && parent->type == ResourceType::kCluster;
  if (!in_cluster) violations->Add("parent", request.parent().empty() ? "is required" : "must be `clusters/{cluster}`");
  if (request.changes().empty() || request.changes_size() > kMostChanges)
    violations->Add("changes", "1 to " + std::to_string(kMostChanges) + " changes are allowed");
  gap::CheckAsOf(request.has_as_of(), request.as_of(), violations);
  const auto of_cluster = [&](std::string_view name) { return !in_cluster || model::ClusterIdOf(name) == parent->id; };
  const auto chain = model::ParseResourceName(request.chain());
  if (!request.chain().empty() && (!chain || chain->type != ResourceType::kChain || !of_cluster(request.chain())))
    violations->Add("chain", "must be the full name of a chain of the parent");
  for (int i = 0; i < request.kinds_size(); ++i) {
    if (!v1::GapKind_IsValid(request.kinds(i)) || request.kinds(i) == v1::GAP_KIND_UNSPECIFIED)
      violations->Add("kinds[" + std::to_string(i) + "]", "is not a kind of gap");
  }
  if (request.match_for_size() > kMostMatchTargets)
    violations->Add("match_for", "at most " + std::to_string(kMostMatchTargets) + " segments are allowed");
  for (int i = 0; i < request.match_for_size(); ++i) {
    if (!model::ParseSegmentName(request.match_for(i)) || !of_cluster(request.match_for(i)))
      violations->Add("match_for[" + std::to_string(i) + "]", "must be the full name of a segment of the parent");
  }
  if (request.match_size() < 0 || request.match_size() > kMostMatchSize)
    violations->Add("match_size", "must be 0 to " + std::to_string(kMostMatchSize));
  return in_cluster;
}

absl::Status EvaluateScenario(const ScenarioServiceDeps& deps, rpc::CallContext& call,
                              const v1::EvaluateScenarioRequest& request, v1::EvaluateScenarioResponse* response) {
  model::Violations violations;
  const bool in_cluster = CheckRequest(request, &violations);
  if (!in_cluster || request.changes_size() > kMostChanges) return violations.ToStatus();
  const auto base = gap::Resolve({deps.views, nullptr}, call, model::ClusterIdOf(request.parent()), request.read_at());
  if (!base.ok()) return base.status();
  Branch branch(*base, deps.families.get());
  for (int i = 0; i < request.changes_size(); ++i) {
    if (absl::Status alive = call.CheckAlive(); !alive.ok()) return alive;
    branch.Make(request.changes(i), i, &violations);
  }
  if (!violations.empty()) return violations.ToStatus();

  const view::Patience patience = gap::PatienceOf(call);
  const auto day_of = [&](const model::Snapshot& snapshot) {
    return request.has_as_of() ? *model::ToDay(request.as_of()) : snapshot.cluster().as_of;
  };
  auto before = deps.analysis(*base, day_of(**base), patience);
  if (!before.ok()) return before.status();
  const gap::StopSignal stop = [&] { return !deps.views->CheckPatience(patience).ok(); };
  gap::AnalysisPtr after =
      AdvanceToBranch(*before, branch.snapshot(), day_of(*branch.snapshot()), branch.TakeDelta(), stop);
  if (after == nullptr) return deps.views->CheckPatience(patience);
  const absl::Status evaluated =
      Evaluate({*std::move(before), std::move(after)}, request, deps.evaluators, stop, response);
  if (absl::IsCancelled(evaluated)) return deps.views->CheckPatience(patience);
  response->set_created_count(branch.counts().created);
  response->set_updated_count(branch.counts().updated);
  response->set_deleted_count(branch.counts().deleted);
  return evaluated;
}

}  // namespace

void RegisterScenarioService(rpc::MethodTable& methods, const ScenarioServiceDeps& deps) {
  methods.Unary<v1::EvaluateScenarioRequest, v1::EvaluateScenarioResponse>(
      "bulian.v1.ScenarioService/EvaluateScenario", rpc::Weight::kHeavy,
      [deps](rpc::CallContext& call, const v1::EvaluateScenarioRequest& request,
             v1::EvaluateScenarioResponse* response) { return EvaluateScenario(deps, call, request, response); });
}

}  // namespace bulian::scenario
