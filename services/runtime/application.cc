#include "services/runtime/application.h"

#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "services/model/error.h"
#include "services/rpc/reflection.h"
#include "services/runtime/assembly.h"
#include "services/runtime/data_metrics.h"
#include "services/runtime/store_choice.h"
#include "services/runtime/version.h"

namespace bulian::runtime {
namespace {

// How often the store drops what it need not keep.
constexpr absl::Duration kUpkeepInterval = absl::Minutes(1);
// Between two tries to open the store.
constexpr absl::Duration kStorePause = absl::Seconds(1);

// The process ends soon and gives all memory back at once; giving millions of pieces back one by one would take a large
// cluster longer than an orchestrator waits. The store may still tell the views of a commit nobody waited for.
void KeepToTheEnd(std::unique_ptr<view::Views> views) {
  static auto* const kept = new std::vector<std::unique_ptr<view::Views>>();
  kept->push_back(std::move(views));
}

std::string HostOf(const std::string& address) { return address.substr(0, address.rfind(':')); }

}  // namespace

Application::Application(Config config, rpc::EventLog* log, Pause pause)
    : config_(std::move(config)),
      log_(log),
      pause_(std::move(pause)),
      authenticator_(config_.insecure_allow_remote),
      modules_(log) {
  AddModules();
}

void Application::AddModules() {
  modules_.Add({"metrics",
                {},
                [this] {
                  metrics_.AddSource("process", ProcessReadings);
                  metrics_.AddSource("probes", [this] { return ProbeReadings(phase_); });
                  return absl::OkStatus();
                },
                nullptr});
  modules_.Add({"http", {"metrics"}, [this] { return StartHttp(); }, [this] { http_.reset(); }});
  modules_.Add({"store",
                {"metrics", "http"},
                [this] { return OpenStore(); },
                [this] {
                  phase_.store_open = false;
                  phase_.AskStoreHealthBy(nullptr);
                  metrics_.RemoveSource("store");
                  store_.reset();
                }});
  modules_.Add({"views",
                {"store"},
                [this] { return LoadViews(); },
                [this] {
                  metrics_.RemoveSource("views");
                  KeepToTheEnd(std::move(views_));
                }});
  modules_.Add({"services", {"views"}, [this] { return AddServices(); }, [this] { RemoveServices(); }});
  modules_.Add({"grpc",
                {"services", "metrics"},
                [this] { return StartGrpc(); },
                [this] {
                  phase_.grpc_port = 0;
                  server_->Shutdown(stop_deadline_);
                  server_.reset();
                }});
  modules_.Add({"upkeep",
                {"store"},
                [this] {
                  StartUpkeep();
                  return absl::OkStatus();
                },
                [this] { upkeep_.reset(); }});
}

absl::Status Application::StartHttp() {
  if (!config_.insecure_allow_remote && !rpc::IsLoopbackAddress(config_.http_listen)) {
    return model::Error(absl::StatusCode::kFailedPrecondition, v1::SERVER_FAULT,
                        "listening on " + config_.http_listen +
                            " is refused: beyond loopback callers have no identity "
                            "(--insecure-allow-remote permits it)");
  }
  auto http = gateway::HttpServer::Start(
      config_.http_listen,
      {{"/metrics",
        [this] {
          return gateway::HttpResponse{200, "text/plain; version=0.0.4; charset=utf-8", metrics_.Text()};
        }},
       {"/livez", [this] { return Livez(phase_); }},
       {"/readyz", [this] { return Readyz(phase_); }},
       {"/startupz", [this] { return Startupz(phase_); }}});
  if (!http.ok()) return http.status();
  http_ = *std::move(http);
  return absl::OkStatus();
}

absl::Status Application::OpenStore() {
  auto opened = OpenChosenStore(config_);
  const auto may_come = [this](const absl::Status& status) {
    return absl::IsUnavailable(status) || (!status.ok() && config_.wait_for_repair);
  };
  for (std::string told; may_come(opened.status()); opened = OpenChosenStore(config_)) {
    phase_.AskStoreHealthBy([why = opened.status()] { return why; });
    std::string why(opened.status().message());
    if (why != told) log_->Write(rpc::LogLevel::kWarning, "waiting for the store", {{"error", why}});
    told = std::move(why);
    if (!pause_(kStorePause)) break;
  }
  if (!opened.ok()) return opened.status();
  store_ = std::move(opened->store);
  phase_.AskStoreHealthBy([this] { return store_->Health(); });
  page_tokens_ = std::make_unique<rpc::PageTokens>(std::move(opened->token_secret));
  metrics_.AddSource("store", [this] { return StoreReadings(*store_); });
  phase_.store_open = true;
  return absl::OkStatus();
}

absl::Status Application::LoadViews() {
  view::ViewOptions options;
  options.kept_versions = static_cast<int>(config_.kept_versions);
  options.kept_age = config_.kept_age;
  options.held = ClustersHeld(config_);
  views_ = std::make_unique<view::Views>(store_.get(), options);
  // Whoever is told of a commit by a watch finds it in the views.
  observers_ = std::make_unique<store::Observers>(
      std::vector<store::CommitObserver*>{views_.get(), &watches_, gap_watches_.observer()});
  store_->SetObserver(observers_.get());
  const absl::Status loaded = views_->Load();
  if (!loaded.ok()) return loaded;
  metrics_.AddSource("views", [this] { return ViewReadings(*views_); });
  phase_.views_loaded = true;
  return absl::OkStatus();
}

absl::Status Application::AddServices() {
  gaps_ = std::make_unique<gap::GapAnalyses>(views_.get());
  metrics_.AddSource("gaps", [this] { return GapReadings(*gaps_); });
  RegisterServices(methods_, {&config_, store_.get(), views_.get(), gaps_.get(), &watches_, &gap_watches_,
                              page_tokens_.get(), &metrics_, log_});
  metrics_.AddSource("watches", [this] { return WatchReadings(watches_); });
  metrics_.AddSource("gap_watches", [this] { return GapWatchReadings(gap_watches_); });
  if (config_.target != "registry") {
    gauges_ = std::make_unique<gap::GapGauges>(views_.get(), gaps_.get());
    metrics_.AddSource("gap_gauges", [this] { return GapGaugeReadings(*gauges_); });
  }
  rpc::RegisterHealthService(methods_, &health_);
  rpc::RegisterReflectionService(methods_);
  RefuseOtherTargets(methods_, config_.target);
  return absl::OkStatus();
}

void Application::RemoveServices() {
  for (const char* source : {"watches", "gap_watches", "gap_gauges"}) metrics_.RemoveSource(source);
  gauges_.reset();
  watches_.Stop();
  gap_watches_.Stop();
  methods_ = rpc::MethodTable();
  metrics_.RemoveSource("gaps");
  gaps_.reset();
}

absl::Status Application::StartGrpc() {
  rpc::ServerOptions options;
  options.listen = config_.listen;
  options.allow_remote = config_.insecure_allow_remote;
  options.max_receive_bytes = static_cast<std::size_t>(config_.max_receive_bytes);
  options.workers = static_cast<int>(config_.workers);
  options.waiting = options.workers * 8;
  options.streams = static_cast<int>(config_.streams);
  options.feeds = static_cast<int>(config_.feeds);
  options.queues = static_cast<int>(config_.queues);
  options.pollers_per_queue = static_cast<int>(config_.pollers);
  auto server = rpc::Server::Start(options, methods_, &authenticator_, &metrics_, log_);
  if (!server.ok()) return server.status();
  server_ = *std::move(server);
  phase_.grpc_port = server_->port();
  return absl::OkStatus();
}

void Application::StartUpkeep() {
  store::Retention retention;
  retention.max_commits = config_.retention_commits;
  retention.max_age = config_.retention_age;
  retention.max_bytes = config_.retention_bytes;
  upkeep_ = std::make_unique<Periodic>(kUpkeepInterval, [this, retention] {
    const auto more = store_->Compact(retention);
    if (!more.ok())
      log_->Write(rpc::LogLevel::kWarning, "upkeep failed", {{"error", std::string(more.status().message())}});
    return more.ok() && *more;
  });
}

absl::Status Application::Start() {
  const absl::Status status = modules_.Start();
  if (!status.ok()) return status;
  phase_.started = true;
  health_.SetServing(true);
  const std::string grpc = HostOf(config_.listen) + ":" + std::to_string(server_->port());
  const std::string http = HostOf(config_.http_listen) + ":" + std::to_string(http_->port());
  log_->Write(rpc::LogLevel::kInfo, "serving",
              {{"version", kVersion}, {"grpc", grpc}, {"http", http}, {"data_dir", config_.data_dir}});
  std::printf("listening grpc=%s\nlistening http=%s\n", grpc.c_str(), http.c_str());
  std::fflush(stdout);
  return absl::OkStatus();
}

void Application::BeginDrain() {
  phase_.draining = true;
  health_.SetServing(false);
}

void Application::Stop(absl::Time deadline) {
  stop_deadline_ = deadline;
  modules_.Stop();
}

}  // namespace bulian::runtime
