// First stage: an exception of a handler or a later stage becomes INTERNAL/SERVER_FAULT, and the log says what it was.
#ifndef SERVICES_RPC_STAGES_RECOVER_H_
#define SERVICES_RPC_STAGES_RECOVER_H_

#include <string_view>
#include <vector>

#include "services/rpc/event_log.h"
#include "services/rpc/pipeline.h"

namespace bulian::rpc {

class RecoverStage final : public Stage {
 public:
  explicit RecoverStage(EventLog* log) : log_(log) {}
  std::string_view name() const override { return "recover"; }
  std::vector<std::string_view> needs() const override { return {}; }
  absl::Status Caught(PipelineCall& call, std::string_view what) override;

 private:
  EventLog* log_;
};

}  // namespace bulian::rpc

#endif  // SERVICES_RPC_STAGES_RECOVER_H_
