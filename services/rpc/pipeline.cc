#include "services/rpc/pipeline.h"

#include <algorithm>

#include "services/model/error.h"
#include "services/rpc/status_encoding.h"

namespace bulian::rpc {
namespace {

constexpr std::string_view kAllStages[] = {"recover",   "request_id", "deadline", "authenticate",
                                           "authorize", "admit",      "meter",    "log"};

absl::Status WrongOrder(const std::string& what) {
  return model::Error(absl::StatusCode::kFailedPrecondition, v1::SERVER_FAULT, "call pipeline: " + what);
}

}  // namespace

absl::Status Stage::Enter(PipelineCall&) { return absl::OkStatus(); }
void Stage::Leave(PipelineCall&, const absl::Status&, const absl::Status&) {}
absl::Status Stage::Caught(PipelineCall& call, std::string_view) { return ServerFault(call.context.request_id); }

absl::StatusOr<Pipeline> Pipeline::Make(std::vector<std::unique_ptr<Stage>> stages) {
  std::vector<std::string_view> seen;
  const auto passed = [&seen](std::string_view name) {
    return std::find(seen.begin(), seen.end(), name) != seen.end();
  };
  for (const auto& stage : stages) {
    if (passed(stage->name())) return WrongOrder("stage " + std::string(stage->name()) + " is there twice");
    for (const std::string_view need : stage->needs()) {
      if (!passed(need)) {
        return WrongOrder("stage " + std::string(stage->name()) + " needs " + std::string(need) + " before it");
      }
    }
    seen.push_back(stage->name());
  }
  for (const std::string_view name : kAllStages) {
    if (!passed(name)) return WrongOrder("stage " + std::string(name) + " is missing");
  }
  return Pipeline(std::move(stages));
}

absl::Status Pipeline::Enter(PipelineCall& call) const {
  return Run(call, [&] {
    for (const auto& stage : stages_) {
      absl::Status status = stage->Enter(call);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  });
}

absl::Status Pipeline::Leave(PipelineCall& call, const absl::Status& cause) const {
  absl::Status sent = Presentable(cause, call.context.request_id);
  for (auto stage = stages_.rbegin(); stage != stages_.rend(); ++stage) (*stage)->Leave(call, cause, sent);
  return sent;
}

}  // namespace bulian::rpc
