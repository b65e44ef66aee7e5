#include "services/rpc/stages/meter.h"

#include <chrono>
#include <string>

namespace bulian::rpc {
namespace {

constexpr std::string_view kCodeNames[] = {
    "OK",       "Canceled",       "Unknown",          "InvalidArgument",   "DeadlineExceeded",
    "NotFound", "AlreadyExists",  "PermissionDenied", "ResourceExhausted", "FailedPrecondition",
    "Aborted",  "OutOfRange",     "Unimplemented",    "Internal",          "Unavailable",
    "DataLoss", "Unauthenticated"};

std::string TypeOf(const Route& route) {
  if (route.method == nullptr || route.method->shape == MethodShape::kUnary) return "unary";
  return route.method->shape == MethodShape::kBidi ? "bidi_stream" : "server_stream";
}

}  // namespace

MeterStage::MeterStage(std::span<const Route> routes, Metrics* metrics) {
  const std::vector<double> bounds = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                      0.1,    0.25,    0.5,    1,     2.5,    5,     10,   30,    60};
  for (const Route& route : routes) {
    const MetricLabels labels = {
        {"grpc_type", TypeOf(route)}, {"grpc_service", route.service}, {"grpc_method", route.name}};
    Row row;
    row.started = metrics->NewCounter("grpc_server_started_total", "Calls begun on the server.", labels);
    row.received = metrics->NewCounter("grpc_server_msg_received_total", "Messages received from callers.", labels);
    row.sent = metrics->NewCounter("grpc_server_msg_sent_total", "Messages sent to callers.", labels);
    row.seconds =
        metrics->NewHistogram("grpc_server_handling_seconds", "Time from a call's start to its end.", labels, bounds);
    for (int code = 0; code < kCodes; ++code) {
      MetricLabels with_code = labels;
      with_code["grpc_code"] = kCodeNames[code];
      row.handled[static_cast<std::size_t>(code)] =
          metrics->NewCounter("grpc_server_handled_total", "Calls ended on the server, by code.", with_code);
    }
    rows_.push_back(row);
  }
}

absl::Status MeterStage::Enter(PipelineCall& call) {
  rows_[call.route->index].started->Add(1);
  call.metered = true;
  return absl::OkStatus();
}

void MeterStage::Leave(PipelineCall& call, const absl::Status&, const absl::Status& sent) {
  const Row& row = rows_[call.route->index];
  if (!call.metered) row.started->Add(1);
  const auto code = static_cast<std::size_t>(sent.code());
  row.handled[code < kCodes ? code : static_cast<std::size_t>(absl::StatusCode::kUnknown)]->Add(1);
  if (call.received > 0) row.received->Add(static_cast<double>(call.received));
  if (call.sent > 0) row.sent->Add(static_cast<double>(call.sent));
  row.seconds->Observe(std::chrono::duration<double>(std::chrono::steady_clock::now() - call.begin).count());
}

}  // namespace bulian::rpc
