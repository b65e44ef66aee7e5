// Finds out who calls. Methods for everybody go on without an identity.
#ifndef SERVICES_RPC_STAGES_AUTHENTICATE_H_
#define SERVICES_RPC_STAGES_AUTHENTICATE_H_

#include <string_view>
#include <vector>

#include "services/rpc/authenticator.h"
#include "services/rpc/pipeline.h"

namespace bulian::rpc {

class AuthenticateStage final : public Stage {
 public:
  explicit AuthenticateStage(const Authenticator* authenticator) : authenticator_(authenticator) {}
  std::string_view name() const override { return "authenticate"; }
  std::vector<std::string_view> needs() const override { return {"request_id"}; }
  absl::Status Enter(PipelineCall& call) override;

 private:
  const Authenticator* authenticator_;
};

}  // namespace bulian::rpc

#endif  // SERVICES_RPC_STAGES_AUTHENTICATE_H_
