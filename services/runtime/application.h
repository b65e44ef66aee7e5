// The running server: its parts as modules, from configuration to a clean end.
#ifndef SERVICES_RUNTIME_APPLICATION_H_
#define SERVICES_RUNTIME_APPLICATION_H_

#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/gap/gap_gauges_service.h"
#include "services/gap/gap_service.h"
#include "services/gap/gap_watch_service.h"
#include "services/gateway/http_server.h"
#include "services/rpc/authenticator.h"
#include "services/rpc/health.h"
#include "services/rpc/method_table.h"
#include "services/rpc/page_token.h"
#include "services/rpc/server.h"
#include "services/runtime/config.h"
#include "services/runtime/logger.h"
#include "services/runtime/modules.h"
#include "services/runtime/periodic.h"
#include "services/runtime/probes.h"
#include "services/runtime/prometheus_metrics.h"
#include "services/store/observers.h"
#include "services/store/store.h"
#include "services/view/view.h"
#include "services/watch/hub.h"

namespace bulian::runtime {

class Application {
 public:
  // Waits for a time; false: the process is to end.
  using Pause = std::function<bool(absl::Duration)>;
  // `log` is not owned.
  Application(Config config, rpc::EventLog* log, Pause pause);

  // Starts every module, then prints a line `listening grpc=HOST:PORT` and one `listening http=HOST:PORT` on stdout.
  absl::Status Start();

  // Health says NOT_SERVING and /readyz 503; calls are still served.
  void BeginDrain();
  // Ends streams, lets running calls end until `deadline`, stops every module.
  void Stop(absl::Time deadline);

 private:
  void AddModules();
  absl::Status StartHttp();
  // Waits for a store that may come yet (a Redis that is down; with `wait-for-repair` any), telling why in readiness
  // and the log.
  absl::Status OpenStore();
  absl::Status LoadViews();
  absl::Status AddServices();
  void RemoveServices();
  absl::Status StartGrpc();
  void StartUpkeep();

  const Config config_;
  rpc::EventLog* const log_;
  const Pause pause_;
  Phase phase_;
  PrometheusMetrics metrics_;
  std::unique_ptr<rpc::PageTokens> page_tokens_;
  watch::Hub watches_;           // told by the store, as the views are
  gap::GapWatches gap_watches_;  // so is this
  std::unique_ptr<store::Observers> observers_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<view::Views> views_;
  std::unique_ptr<gap::GapAnalyses> gaps_;
  std::unique_ptr<gap::GapGauges> gauges_;
  rpc::MethodTable methods_;
  rpc::HealthState health_;
  rpc::DeveloperAuthenticator authenticator_;
  std::unique_ptr<rpc::Server> server_;
  std::unique_ptr<gateway::HttpServer> http_;
  std::unique_ptr<Periodic> upkeep_;
  absl::Time stop_deadline_ = absl::InfinitePast();
  ModuleManager modules_;  // last: ends before what its modules use
};

}  // namespace bulian::runtime

#endif  // SERVICES_RUNTIME_APPLICATION_H_
