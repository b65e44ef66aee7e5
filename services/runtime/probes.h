// What the probes of an orchestrator are told (docs/operations.md): alive, ready for calls, started.
#ifndef SERVICES_RUNTIME_PROBES_H_
#define SERVICES_RUNTIME_PROBES_H_

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/gateway/http_server.h"
#include "services/runtime/prometheus_metrics.h"

namespace bulian::runtime {

// How far the process is. Thread-safe.
struct Phase {
  std::atomic<bool> store_open = false, views_loaded = false;
  std::atomic<bool> started = false;  // every module runs
  std::atomic<bool> draining = false;
  std::atomic<int> grpc_port = 0;  // 0: not listening yet

  // How to ask what the store lacks, in words for an operator; OK: nothing. Asked under a lock: what the function
  // before used may go when this returns.
  void AskStoreHealthBy(std::function<absl::Status()> ask) {
    const std::lock_guard lock(mutex_);
    ask_store_health_ = std::move(ask);
  }
  absl::Status store_health() const {
    const std::lock_guard lock(mutex_);
    return ask_store_health_ ? ask_store_health_() : absl::OkStatus();
  }

 private:
  mutable std::mutex mutex_;
  std::function<absl::Status()> ask_store_health_;
};

// Whether a gRPC server answers on this machine's port, over a connection made for the question.
bool GrpcAnswers(int port, absl::Duration patience);

// 200 while the process lives and, once it listens, its own listener answers.
gateway::HttpResponse Livez(const Phase& phase);
// 200 when calls may come: store open and healthy, views loaded, everything started, not draining. The body lists the
// parts, and what the store lacks.
gateway::HttpResponse Readyz(const Phase& phase);
// 200 once everything started.
gateway::HttpResponse Startupz(const Phase& phase);

// What `/readyz` says, as a metric.
std::vector<Reading> ProbeReadings(const Phase& phase);

}  // namespace bulian::runtime

#endif  // SERVICES_RUNTIME_PROBES_H_
