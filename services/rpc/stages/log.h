// Writes one event a call: answers at debug level, refusals at info, overload at warning, faults of the server at
// error.
#ifndef SERVICES_RPC_STAGES_LOG_H_
#define SERVICES_RPC_STAGES_LOG_H_

#include <string_view>
#include <vector>

#include "services/rpc/event_log.h"
#include "services/rpc/pipeline.h"

namespace bulian::rpc {

class LogStage final : public Stage {
 public:
  explicit LogStage(EventLog* log) : log_(log) {}
  std::string_view name() const override { return "log"; }
  std::vector<std::string_view> needs() const override { return {"request_id", "authenticate", "meter"}; }
  void Leave(PipelineCall& call, const absl::Status& cause, const absl::Status& sent) override;

 private:
  EventLog* log_;
};

}  // namespace bulian::rpc

#endif  // SERVICES_RPC_STAGES_LOG_H_
