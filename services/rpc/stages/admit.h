// Bounds how many calls are served at once, by kind. One too many is RESOURCE_EXHAUSTED/SERVER_BUSY with RetryInfo,
// before its message is read. While the server goes down first no stream begins, then, once the gate is closed, no call
// of any kind (UNAVAILABLE/SHUTTING_DOWN; with RetryInfo, since the gate is closed only for a moment).
#ifndef SERVICES_RPC_STAGES_ADMIT_H_
#define SERVICES_RPC_STAGES_ADMIT_H_

#include <array>
#include <atomic>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "services/rpc/drain_gate.h"
#include "services/rpc/pipeline.h"

namespace bulian::rpc {

struct AdmissionLimits {
  int light = 4096;
  int heavy = 288;  // running and waiting
  int stream = 256;
  int feed = 4096;
  absl::Duration retry_after = absl::Milliseconds(200);      // when busy
  absl::Duration retry_elsewhere = absl::Milliseconds(500);  // when going down
};

class AdmitStage final : public Stage {
 public:
  // `streams_end`: set once when streams are to end. `gate`: what every admitted call passes; the server leaves it when
  // the call's answer is out. Not owned.
  AdmitStage(AdmissionLimits limits, const std::atomic<bool>* streams_end, DrainGate* gate);
  std::string_view name() const override { return "admit"; }
  std::vector<std::string_view> needs() const override { return {"deadline", "authorize"}; }
  absl::Status Enter(PipelineCall& call) override;
  void Leave(PipelineCall& call, const absl::Status& cause, const absl::Status& sent) override;

 private:
  AdmissionLimits limits_;
  const std::atomic<bool>* streams_end_;
  DrainGate* gate_;
  std::array<std::atomic<int>, 5> running_{};  // by Load
};

}  // namespace bulian::rpc

#endif  // SERVICES_RPC_STAGES_ADMIT_H_
