// grpc.health.v1.Health as rows of the method table: Check and Watch, per service and for the whole server ("").
#ifndef SERVICES_RPC_HEALTH_H_
#define SERVICES_RPC_HEALTH_H_

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "services/rpc/method_table.h"

namespace bulian::rpc {

// Whether the server is to be sent calls. All services rise and fall together. Thread-safe.
class HealthState {
 public:
  void SetServing(bool serving);
  bool serving() const;

  // Makes a service known by name.
  void AddService(std::string_view service);
  // Whether a service is served and serving; nullopt when it is not known.
  std::optional<bool> Of(std::string_view service) const;

  // Waits until the state is another than `seen` (a version) or some 100 ms passed; returns the version.
  std::uint64_t WaitForChange(std::uint64_t seen) const;

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  bool serving_ = false;
  std::uint64_t version_ = 1;
  std::set<std::string, std::less<>> services_;
};

// Adds Check and Watch, and makes every service in `methods` so far known to `state` (not owned). Call it last.
void RegisterHealthService(MethodTable& methods, HealthState* state);

}  // namespace bulian::rpc

#endif  // SERVICES_RPC_HEALTH_H_
