// Gives the call its request id: the caller's `x-request-id` when it is usable (1 to 128 letters, digits and `-_.:/`),
// else a new one. It goes into logs, INTERNAL errors and the trailing metadata.
#ifndef SERVICES_RPC_STAGES_REQUEST_ID_H_
#define SERVICES_RPC_STAGES_REQUEST_ID_H_

#include <string>
#include <string_view>
#include <vector>

#include "services/rpc/pipeline.h"

namespace bulian::rpc {

inline constexpr std::string_view kRequestIdKey = "x-request-id";

// 32 hexadecimal digits, different each time. Thread-safe.
std::string MintRequestId();

class RequestIdStage final : public Stage {
 public:
  std::string_view name() const override { return "request_id"; }
  std::vector<std::string_view> needs() const override { return {"recover"}; }
  absl::Status Enter(PipelineCall& call) override;
};

}  // namespace bulian::rpc

#endif  // SERVICES_RPC_STAGES_REQUEST_ID_H_
