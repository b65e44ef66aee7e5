// Bounds how long a call may take: the caller's deadline, at most the maximum of its kind of method, and a default when
// the caller names none. Feeds and health watches have no bound but the caller's.
#ifndef SERVICES_RPC_STAGES_DEADLINE_H_
#define SERVICES_RPC_STAGES_DEADLINE_H_

#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "services/rpc/pipeline.h"

namespace bulian::rpc {

struct TimeLimit {
  absl::Duration when_unset, max;
};

struct DeadlineLimits {
  TimeLimit light{absl::Seconds(10), absl::Minutes(1)};
  TimeLimit heavy{absl::Minutes(1), absl::Minutes(10)};
  TimeLimit stream{absl::Hours(1), absl::Hours(24)};
};

class DeadlineStage final : public Stage {
 public:
  explicit DeadlineStage(DeadlineLimits limits) : limits_(limits) {}
  std::string_view name() const override { return "deadline"; }
  std::vector<std::string_view> needs() const override { return {"request_id"}; }
  absl::Status Enter(PipelineCall& call) override;

 private:
  DeadlineLimits limits_;
};

}  // namespace bulian::rpc

#endif  // SERVICES_RPC_STAGES_DEADLINE_H_
