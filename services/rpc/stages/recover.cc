#include "services/rpc/stages/recover.h"

#include "services/rpc/status_encoding.h"

namespace bulian::rpc {

absl::Status RecoverStage::Caught(PipelineCall& call, std::string_view what) {
  log_->Write(LogLevel::kError, "exception in a call",
              {{"method", call.context.method}, {"request_id", call.context.request_id}, {"what", what}});
  return ServerFault(call.context.request_id);
}

}  // namespace bulian::rpc
