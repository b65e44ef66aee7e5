#include "services/rpc/stages/log.h"

#include <chrono>
#include <string>

namespace bulian::rpc {
namespace {

LogLevel LevelOf(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kOk:
      return LogLevel::kDebug;
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kDataLoss:
      return LogLevel::kError;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kResourceExhausted:
      return LogLevel::kWarning;
    default:
      return LogLevel::kInfo;
  }
}

}  // namespace

void LogStage::Leave(PipelineCall& call, const absl::Status& cause, const absl::Status& sent) {
  const LogLevel level = LevelOf(sent.code());
  if (!log_->Enabled(level)) return;
  const auto spent = std::chrono::steady_clock::now() - call.begin;
  LogFields fields = {{"method", call.context.method},
                      {"request_id", call.context.request_id},
                      {"caller", call.context.caller.name},
                      {"peer", call.context.peer},
                      {"code", absl::StatusCodeToString(sent.code())},
                      {"duration_us", std::chrono::duration_cast<std::chrono::microseconds>(spent).count()},
                      {"received", call.received},
                      {"sent", call.sent}};
  if (!cause.ok()) fields.emplace_back("error", std::string(cause.message()));
  log_->Write(level, "call", fields);
}

}  // namespace bulian::rpc
