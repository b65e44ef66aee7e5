#include "services/rpc/stages/authenticate.h"

#include <utility>

namespace bulian::rpc {

absl::Status AuthenticateStage::Enter(PipelineCall& call) {
  absl::StatusOr<Identity> identity = authenticator_->Authenticate(call);
  if (identity.ok()) {
    call.context.caller = *std::move(identity);
    return absl::OkStatus();
  }
  return call.route->role == Role::kPublic ? absl::OkStatus() : identity.status();
}

}  // namespace bulian::rpc
