#include "services/rpc/stages/authorize.h"

#include "services/model/error.h"

namespace bulian::rpc {

absl::Status AuthorizeStage::Enter(PipelineCall& call) {
  // Only the developer identity has roles so far, all of them.
  if (call.route->role == Role::kPublic || call.context.caller.developer) return absl::OkStatus();
  return model::Error(absl::StatusCode::kPermissionDenied, v1::PERMISSION_MISSING, "the caller may not do this",
                      {{"method", call.context.method}});
}

}  // namespace bulian::rpc
