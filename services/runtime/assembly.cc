#include "services/runtime/assembly.h"

#include <memory>

#include "services/capability/capability_service.h"
#include "services/chain/chain_service.h"
#include "services/cluster/cluster_service.h"
#include "services/enterprise/enterprise_service.h"
#include "services/exchange/exchange_service.h"
#include "services/match/match_service.h"
#include "services/project/project_service.h"
#include "services/resource/context.h"

namespace bulian::runtime {

void RegisterServices(rpc::MethodTable& methods, const ServiceDeps& deps) {
  const auto context = std::make_shared<resource::Context>();
  context->store = deps.store;
  context->views = deps.views;
  context->page_tokens = deps.page_tokens;
  cluster::RegisterClusterService(methods, context);
  enterprise::RegisterEnterpriseService(methods, context);
  capability::RegisterCapabilityService(methods, context);
  chain::RegisterChainService(methods, context);
  project::RegisterProjectService(methods, context);
  exchange::RegisterExchangeService(methods, context);
  gap::RegisterGapService(methods, {deps.views, deps.page_tokens, deps.gaps});
  match::RegisterMatchService(methods, {deps.views, deps.page_tokens, deps.gaps->Source(), deps.metrics,
                                        [gaps = deps.gaps](std::string_view cluster) { return gaps->Ready(cluster); }});
}

}  // namespace bulian::runtime
