#include "services/rpc/server.h"

#include <algorithm>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "services/model/error.h"
#include "services/rpc/port_sockets.h"
#include "services/rpc/server_call.h"
#include "services/rpc/stages/authenticate.h"
#include "services/rpc/stages/authorize.h"
#include "services/rpc/stages/log.h"
#include "services/rpc/stages/meter.h"
#include "services/rpc/stages/recover.h"
#include "services/rpc/stages/request_id.h"

namespace bulian::rpc {
namespace {

// Calls each queue waits for in advance; more that come at once are matched as these return.
constexpr int kAwaitedPerQueue = 64;
// How long the caller of a feed has to take the message under way when the server goes down.
constexpr absl::Duration kLastMessage = absl::Seconds(1);

absl::Status CannotStart(const std::string& what) {
  return model::Error(absl::StatusCode::kFailedPrecondition, v1::SERVER_FAULT, what);
}

Load LoadOf(const Method& method) {
  if (method.name.starts_with("grpc.health.v1.Health/")) return Load::kExempt;
  if (method.shape == MethodShape::kFeed) return Load::kFeed;
  if (method.shape != MethodShape::kUnary) return Load::kStream;
  return method.weight == Weight::kHeavy ? Load::kHeavy : Load::kLight;
}

absl::StatusOr<std::vector<Route>> RoutesOf(const MethodTable& methods) {
  std::vector<Route> routes;
  for (const auto& [name, method] : methods.methods()) {
    const auto role = RoleFor(name);
    if (!role) return CannotStart("method " + name + " has no row in the access table");
    const std::size_t slash = name.find('/');
    routes.push_back({&method, name.substr(0, slash), name.substr(slash + 1), *role, LoadOf(method), routes.size()});
  }
  routes.push_back({nullptr, "unknown", "unknown", Role::kPublic, Load::kLight, routes.size()});
  return routes;
}

void Configure(const ServerOptions& options, grpc::ServerBuilder* builder) {
  // Our own limit answers with details; gRPC's only bounds what is read before we see it.
  builder->SetMaxReceiveMessageSize(static_cast<int>(std::max(options.max_receive_bytes * 4, std::size_t{64} << 20)));
  builder->SetMaxSendMessageSize(-1);
  builder->SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_GZIP, false);
  builder->SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_DEFLATE, false);
  builder->AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder->AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, 1000);
  builder->AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, 15 * 60 * 1000);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 60 * 1000);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20 * 1000);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder->AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10 * 1000);
}

}  // namespace

bool IsLoopbackAddress(std::string_view address) {
  const std::size_t colon = address.rfind(':');
  const std::string_view host = address.substr(0, colon);
  if (host == "localhost" || host == "[::1]") return true;
  // Four numbers that begin with 127; a name such as 127.evil.example is none.
  return host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string_view::npos;
}

class Server::Impl {
 public:
  absl::Status Start(const ServerOptions& options, const MethodTable& methods, const Authenticator* authenticator,
                     Metrics* metrics, EventLog* log) {
    if (!options.allow_remote && !IsLoopbackAddress(options.listen)) {
      return CannotStart("listening on " + options.listen +
                         " is refused: beyond loopback callers have no identity (--insecure-allow-remote permits it)");
    }
    auto routes = RoutesOf(methods);
    if (!routes.ok()) return routes.status();
    core_.routes = *std::move(routes);
    for (const Route& route : core_.routes) {
      if (route.method != nullptr) core_.by_path["/" + route.method->name] = &route;
    }
    auto pipeline = Assemble(options, authenticator, metrics, log);
    if (!pipeline.ok()) return pipeline.status();
    core_.pipeline = std::make_unique<Pipeline>(*std::move(pipeline));
    core_.limits = {options.max_receive_bytes, options.max_send_bytes};
    core_.heavy = std::make_unique<WorkerPool>(static_cast<std::size_t>(options.workers),
                                               static_cast<std::size_t>(options.waiting));
    // Health watches are not admitted by number; they find room here.
    core_.streams = std::make_unique<WorkerPool>(static_cast<std::size_t>(options.streams) + 64, 0);
    return Listen(options);
  }

  void Shutdown(absl::Time deadline) {
    if (server_ == nullptr || down_) return;
    down_ = true;
    core_.EndStreams();
    // gRPC ends a call that comes while it shuts down as CANCELLED. So none may come: no new connection, then every new
    // call refused with a reason, and when the last answer is out no other can leave on the connections there are.
    StopListening(port_);
    core_.gate.Close();
    if (!core_.gate.WaitUntilEmpty(std::min(deadline, absl::Now() + kLastMessage))) core_.CancelFeeds();
    core_.gate.WaitUntilEmpty(deadline);
    EndConnections(port_);
    server_->Shutdown(absl::ToChronoTime(deadline));
    core_.WaitUntilIdle();
    for (auto& queue : queues_) queue->Shutdown();
    for (std::thread& poller : pollers_) poller.join();
    core_.heavy.reset();
    core_.streams.reset();
    server_.reset();
  }

  ServerCore core_;
  int port_ = 0;

 private:
  absl::StatusOr<Pipeline> Assemble(const ServerOptions& options, const Authenticator* authenticator, Metrics* metrics,
                                    EventLog* log) {
    AdmissionLimits limits;
    limits.heavy = options.workers + options.waiting;
    limits.stream = options.streams;
    limits.feed = options.feeds;
    std::vector<std::unique_ptr<Stage>> stages;
    stages.push_back(std::make_unique<RecoverStage>(log));
    stages.push_back(std::make_unique<RequestIdStage>());
    stages.push_back(std::make_unique<DeadlineStage>(options.deadlines));
    stages.push_back(std::make_unique<AuthenticateStage>(authenticator));
    stages.push_back(std::make_unique<AuthorizeStage>());
    stages.push_back(std::make_unique<AdmitStage>(limits, &core_.streams_end, &core_.gate));
    stages.push_back(std::make_unique<MeterStage>(core_.routes, metrics));
    stages.push_back(std::make_unique<LogStage>(log));
    return Pipeline::Make(std::move(stages));
  }

  absl::Status Listen(const ServerOptions& options) {
    const int processors = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
    const int queues = options.queues > 0 ? options.queues : std::max(1, processors / 2);
    const int pollers = options.pollers_per_queue > 0 ? options.pollers_per_queue : 2;
    grpc::ServerBuilder builder;
    Configure(options, &builder);
    builder.RegisterAsyncGenericService(&core_.service);
    builder.AddListeningPort(options.listen, grpc::InsecureServerCredentials(), &port_);
    for (int i = 0; i < queues; ++i) queues_.push_back(builder.AddCompletionQueue());
    server_ = builder.BuildAndStart();
    if (server_ == nullptr || port_ == 0) {
      server_.reset();
      for (auto& queue : queues_) Drain(queue.get());
      return CannotStart("cannot listen on " + options.listen);
    }
    for (auto& queue : queues_) {
      for (int i = 0; i < kAwaitedPerQueue; ++i) ServerCall::Await(&core_, queue.get());
      for (int i = 0; i < pollers; ++i) pollers_.emplace_back([this, q = queue.get()] { Poll(q); });
    }
    return absl::OkStatus();
  }

  void Poll(grpc::ServerCompletionQueue* queue) {
    const MessageCache messages(core_.routes.size());
    void* tag = nullptr;
    bool ok = false;
    while (queue->Next(&tag, &ok)) static_cast<ServerCall::Tag*>(tag)->Run(ok);
  }

  static void Drain(grpc::ServerCompletionQueue* queue) {
    queue->Shutdown();
    void* tag = nullptr;
    bool ok = false;
    while (queue->Next(&tag, &ok)) {
    }
  }

  std::vector<std::unique_ptr<grpc::ServerCompletionQueue>> queues_;
  std::unique_ptr<grpc::Server> server_;
  std::vector<std::thread> pollers_;
  bool down_ = false;
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() { Shutdown(absl::Now()); }

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const ServerOptions& options, const MethodTable& methods,
                                                      const Authenticator* authenticator, Metrics* metrics,
                                                      EventLog* log) {
  auto impl = std::make_unique<Impl>();
  const absl::Status status = impl->Start(options, methods, authenticator, metrics, log);
  if (!status.ok()) return status;
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

int Server::port() const { return impl_->port_; }
void Server::EndStreams() { impl_->core_.EndStreams(); }
void Server::Shutdown(absl::Time deadline) { impl_->Shutdown(deadline); }

}  // namespace bulian::rpc
