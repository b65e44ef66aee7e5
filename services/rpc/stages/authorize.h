// Lets a call on when its caller has the role its method needs (access_table.h); refuses everything else.
#ifndef SERVICES_RPC_STAGES_AUTHORIZE_H_
#define SERVICES_RPC_STAGES_AUTHORIZE_H_

#include <string_view>
#include <vector>

#include "services/rpc/pipeline.h"

namespace bulian::rpc {

class AuthorizeStage final : public Stage {
 public:
  std::string_view name() const override { return "authorize"; }
  std::vector<std::string_view> needs() const override { return {"authenticate"}; }
  absl::Status Enter(PipelineCall& call) override;
};

}  // namespace bulian::rpc

#endif  // SERVICES_RPC_STAGES_AUTHORIZE_H_
