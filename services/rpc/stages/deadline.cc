#include "services/rpc/stages/deadline.h"

#include <algorithm>

#include "services/model/error.h"

namespace bulian::rpc {

absl::Status DeadlineStage::Enter(PipelineCall& call) {
  CallContext& context = call.context;
  if (call.route->load != Load::kExempt && call.route->load != Load::kFeed) {
    const TimeLimit& limit = call.route->load == Load::kStream  ? limits_.stream
                             : call.route->load == Load::kHeavy ? limits_.heavy
                                                                : limits_.light;
    context.deadline = context.deadline == absl::InfiniteFuture()
                           ? context.start + limit.when_unset
                           : std::min(context.deadline, context.start + limit.max);
  }
  if (context.deadline <= context.start) {
    return model::Error(absl::StatusCode::kDeadlineExceeded, v1::DEADLINE_PASSED, "the call came after its deadline");
  }
  return absl::OkStatus();
}

}  // namespace bulian::rpc
