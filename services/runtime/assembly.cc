#include "services/runtime/assembly.h"

#include "services/match/match_service.h"

namespace bulian::runtime {

void RegisterServices(rpc::MethodTable& methods, const ServiceDeps& deps) {
  gap::RegisterGapService(methods, {deps.views, deps.page_tokens, deps.gaps});
  match::RegisterMatchService(methods, {deps.views, deps.page_tokens, deps.gaps->Source(), deps.metrics});
}

}  // namespace bulian::runtime
