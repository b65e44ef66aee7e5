#include "services/rpc/call_context.h"

#include "absl/time/clock.h"
#include "services/model/error.h"

namespace bulian::rpc {

absl::Status CallContext::CheckAlive() const {
  // The deadline first: gRPC also reports a passed deadline as a cancellation.
  if (deadline != absl::InfiniteFuture() && absl::Now() >= deadline) {
    return model::Error(absl::StatusCode::kDeadlineExceeded, v1::DEADLINE_PASSED, "the call's deadline passed");
  }
  if (Cancelled()) {
    return model::Error(absl::StatusCode::kCancelled, v1::CALL_CANCELLED, "the caller went away");
  }
  return absl::OkStatus();
}

}  // namespace bulian::rpc
