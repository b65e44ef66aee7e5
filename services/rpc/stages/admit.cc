#include "services/rpc/stages/admit.h"

#include "services/model/error.h"
#include "services/rpc/status_encoding.h"

namespace bulian::rpc {

AdmitStage::AdmitStage(AdmissionLimits limits, const std::atomic<bool>* streams_end, DrainGate* gate)
    : limits_(limits), streams_end_(streams_end), gate_(gate) {}

absl::Status AdmitStage::Enter(PipelineCall& call) {
  const Load load = call.route->load;
  call.in_gate = gate_->Enter();
  if (!call.in_gate) {
    return WithRetryAfter(model::Error(absl::StatusCode::kUnavailable, v1::SHUTTING_DOWN, "the server is going down"),
                          limits_.retry_elsewhere);
  }
  if (load == Load::kExempt) return absl::OkStatus();
  if ((load == Load::kStream || load == Load::kFeed) && streams_end_->load(std::memory_order_relaxed)) {
    return model::Error(absl::StatusCode::kUnavailable, v1::SHUTTING_DOWN, "the server is going down");
  }
  const int limit = load == Load::kStream  ? limits_.stream
                    : load == Load::kFeed  ? limits_.feed
                    : load == Load::kHeavy ? limits_.heavy
                                           : limits_.light;
  std::atomic<int>& running = running_[static_cast<std::size_t>(load)];
  if (running.fetch_add(1, std::memory_order_relaxed) >= limit) {
    running.fetch_sub(1, std::memory_order_relaxed);
    return WithRetryAfter(model::Error(absl::StatusCode::kResourceExhausted, v1::SERVER_BUSY, "too many calls at once"),
                          limits_.retry_after);
  }
  call.admitted = true;
  return absl::OkStatus();
}

void AdmitStage::Leave(PipelineCall& call, const absl::Status&, const absl::Status&) {
  if (!call.admitted) return;
  call.admitted = false;
  running_[static_cast<std::size_t>(call.route->load)].fetch_sub(1, std::memory_order_relaxed);
}

}  // namespace bulian::rpc
