#include "services/runtime/assembly.h"

#include <memory>

#include "services/capability/capability_family.h"
#include "services/capability/capability_service.h"
#include "services/capability/capability_type_family.h"
#include "services/chain/chain_family.h"
#include "services/chain/chain_service.h"
#include "services/chain/supply_link_family.h"
#include "services/cluster/cluster_family.h"
#include "services/cluster/cluster_service.h"
#include "services/enterprise/enterprise_family.h"
#include "services/enterprise/enterprise_service.h"
#include "services/exchange/exchange_service.h"
#include "services/gap/closure_service.h"
#include "services/gap/structure_service.h"
#include "services/match/match_service.h"
#include "services/match/plan_service.h"
#include "services/match_record/match_family.h"
#include "services/match_record/match_record_service.h"
#include "services/project/project_family.h"
#include "services/project/project_service.h"
#include "services/resource/context.h"
#include "services/risk/risk_service.h"
#include "services/rpc/wrong_replica.h"
#include "services/scenario/scenario_service.h"

namespace bulian::runtime {

namespace {

constexpr std::string_view kRegistryServices[] = {
    "bulian.v1.ClusterService", "bulian.v1.EnterpriseService", "bulian.v1.CapabilityService", "bulian.v1.ChainService",
    "bulian.v1.ProjectService", "bulian.v1.ExchangeService",   "bulian.v1.MatchRecordService"};
constexpr std::string_view kAnalysisServices[] = {"bulian.v1.GapService", "bulian.v1.MatchService",
                                                  "bulian.v1.RiskService", "bulian.v1.ScenarioService",
                                                  "bulian.v1.StructureService"};

// The rules of all stored types, also for a target without the services that write them.
std::shared_ptr<const resource::Families> AllFamilies() {
  auto families = std::make_shared<resource::Families>();
  for (resource::Family (*family)() :
       {cluster::ClusterFamily, enterprise::EnterpriseFamily, capability::CapabilityFamily,
        capability::CapabilityTypeFamily, chain::ChainFamily, chain::SupplyLinkFamily, project::ProjectFamily,
        match_record::MatchFamily})
    families->Add(family());
  return families;
}

void RegisterRegistry(rpc::MethodTable& methods, const ServiceDeps& deps) {
  const auto context = std::make_shared<resource::Context>();
  context->store = deps.store;
  context->views = deps.views;
  context->page_tokens = deps.page_tokens;
  cluster::RegisterClusterService(methods, context);
  enterprise::RegisterEnterpriseService(methods, context);
  capability::RegisterCapabilityService(methods, context);
  chain::RegisterChainService(methods, context);
  project::RegisterProjectService(methods, context);
  match_record::RegisterMatchRecordService(methods, context);
  exchange::RegisterExchangeService(methods, context);
  exchange::RegisterWatch(methods, context, deps.watches);
  deps.watches->Start({deps.store, deps.views});
}

void RegisterAnalysis(rpc::MethodTable& methods, const ServiceDeps& deps) {
  gap::RegisterGapService(methods, {deps.views, deps.page_tokens, deps.gaps});
  deps.gap_watches->Start(deps.store, deps.views, deps.gaps);
  gap::RegisterGapWatch(methods, deps.page_tokens, deps.gap_watches);
  gap::RegisterClosureService(methods, {deps.views, deps.page_tokens, deps.gaps});
  gap::RegisterStructureService(methods, {deps.views, deps.page_tokens, deps.gaps});
  const match::MatchServiceDeps match_deps{
      deps.views, deps.page_tokens, deps.gaps->Source(), deps.metrics,
      [gaps = deps.gaps](std::string_view cluster) { return gaps->Ready(cluster); }};
  match::RegisterMatchService(methods, match_deps);
  match::RegisterPlanService(methods, match_deps);
  risk::RegisterRiskService(methods,
                            {.views = deps.views, .page_tokens = deps.page_tokens, .analysis = deps.gaps->Source()});
  scenario::RegisterScenarioService(methods,
                                    {.views = deps.views, .families = AllFamilies(), .analysis = deps.gaps->Source()});
}

}  // namespace

void RegisterServices(rpc::MethodTable& methods, const ServiceDeps& deps) {
  if (deps.config->target != "analysis") RegisterRegistry(methods, deps);
  if (deps.config->target != "registry") RegisterAnalysis(methods, deps);
}

void RefuseOtherTargets(rpc::MethodTable& methods, std::string_view target) {
  for (const std::string_view service : kRegistryServices) {
    if (target == "analysis") rpc::RefuseService(methods, service, target);
  }
  for (const std::string_view service : kAnalysisServices) {
    if (target == "registry") rpc::RefuseService(methods, service, target);
  }
}

}  // namespace bulian::runtime
