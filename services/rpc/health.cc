#include "services/rpc/health.h"

#include <chrono>

#include "grpc/health/v1/health.pb.h"
#include "services/model/error.h"

namespace bulian::rpc {
namespace {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

// How often a watch looks whether its caller is still there.
constexpr auto kLook = std::chrono::milliseconds(100);

HealthCheckResponse::ServingStatus StatusOf(const HealthState& state, const std::string& service) {
  const std::optional<bool> serving = state.Of(service);
  if (!serving) return HealthCheckResponse::SERVICE_UNKNOWN;
  return *serving ? HealthCheckResponse::SERVING : HealthCheckResponse::NOT_SERVING;
}

absl::Status Check(const HealthState& state, const HealthCheckRequest& request, HealthCheckResponse* response) {
  const auto status = StatusOf(state, request.service());
  if (status == HealthCheckResponse::SERVICE_UNKNOWN) return model::NotFound(request.service());
  response->set_status(status);
  return absl::OkStatus();
}

absl::Status Watch(const HealthState& state, CallContext& call, const HealthCheckRequest& request,
                   StreamWriter<HealthCheckResponse>& writer) {
  HealthCheckResponse last;
  for (std::uint64_t seen = 0;;) {
    HealthCheckResponse now;
    now.set_status(StatusOf(state, request.service()));
    if (seen == 0 || now.status() != last.status()) {
      if (!writer.Write(now)) return absl::OkStatus();
      last = now;
    }
    seen = state.WaitForChange(seen == 0 ? 1 : seen);
    const absl::Status alive = call.CheckAlive();
    if (!alive.ok()) return alive;
  }
}

}  // namespace

void HealthState::SetServing(bool serving) {
  const std::lock_guard lock(mutex_);
  serving_ = serving;
  ++version_;
  changed_.notify_all();
}

bool HealthState::serving() const {
  const std::lock_guard lock(mutex_);
  return serving_;
}

void HealthState::AddService(std::string_view service) {
  const std::lock_guard lock(mutex_);
  services_.emplace(service);
}

std::optional<bool> HealthState::Of(std::string_view service) const {
  const std::lock_guard lock(mutex_);
  if (!service.empty() && !services_.contains(service)) return std::nullopt;
  return serving_;
}

std::uint64_t HealthState::WaitForChange(std::uint64_t seen) const {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, kLook, [&] { return version_ != seen; });
  return version_;
}

void RegisterHealthService(MethodTable& methods, HealthState* state) {
  methods.Unary<HealthCheckRequest, HealthCheckResponse>(
      "grpc.health.v1.Health/Check", Weight::kLight,
      [state](CallContext&, const HealthCheckRequest& request, HealthCheckResponse* response) {
        return Check(*state, request, response);
      });
  methods.ServerStream<HealthCheckRequest, HealthCheckResponse>(
      "grpc.health.v1.Health/Watch",
      [state](CallContext& call, const HealthCheckRequest& request, StreamWriter<HealthCheckResponse>& writer) {
        return Watch(*state, call, request, writer);
      });
  for (const auto& [name, method] : methods.methods()) state->AddService(name.substr(0, name.find('/')));
}

}  // namespace bulian::rpc
