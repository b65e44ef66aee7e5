// Compares threading models of the server for one small call: the plain synchronous API, the callback API, and the
// server's own pipeline with several numbers of queues and polling threads. Client and servers are processes of their
// own, so that processor time is told apart. docs/adr/0001-threading-model.md records results and the decision.
//
// Usage: threading_bench sparse | loaded     prints one line a model; each takes about a minute.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "grpcpp/channel.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "services/rpc/server.h"
#include "tests/bench/quiet_rpc.h"

namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using Clock = std::chrono::steady_clock;

class SyncEcho final : public Health::Service {
  grpc::Status Check(grpc::ServerContext*, const HealthCheckRequest*, HealthCheckResponse* response) override {
    response->set_status(HealthCheckResponse::SERVING);
    return grpc::Status::OK;
  }
};

class CallbackEcho final : public Health::CallbackService {
  grpc::ServerUnaryReactor* Check(grpc::CallbackServerContext* context, const HealthCheckRequest*,
                                  HealthCheckResponse* response) override {
    response->set_status(HealthCheckResponse::SERVING);
    auto* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

// Tells the port and serves until the process is ended.
[[noreturn]] void Announce(int out, int port) {
  [[maybe_unused]] const ssize_t told = write(out, &port, sizeof(port));
  for (;;) pause();
}

template <class Service>
[[noreturn]] void ServePlain(int out) {
  Service service;
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  const auto server = builder.BuildAndStart();
  Announce(out, port);
}

[[noreturn]] void ServePipeline(int queues, int pollers, int out) {
  bulian::rpc::MethodTable methods;
  methods.Unary<HealthCheckRequest, HealthCheckResponse>(
      "grpc.health.v1.Health/Check", bulian::rpc::Weight::kLight,
      [](bulian::rpc::CallContext&, const HealthCheckRequest&, HealthCheckResponse* response) {
        response->set_status(HealthCheckResponse::SERVING);
        return absl::OkStatus();
      });
  bulian::rpc::ServerOptions options;
  options.queues = queues;
  options.pollers_per_queue = pollers;
  const bulian::rpc::DeveloperAuthenticator developer;
  bulian::bench::OneMetric metrics;
  bulian::bench::NoLog log;
  const auto server = bulian::rpc::Server::Start(options, methods, &developer, &metrics, &log);
  if (!server.ok()) std::exit(1);
  Announce(out, (*server)->port());
}

struct Model {
  std::string name;
  std::function<void(int)> serve;
};

std::vector<Model> Models() {
  std::vector<Model> models = {{"sync", ServePlain<SyncEcho>}, {"callback", ServePlain<CallbackEcho>}};
  for (const auto& [queues, pollers] : std::vector<std::pair<int, int>>{{1, 1}, {1, 2}, {2, 1}, {2, 2}, {1, 4}}) {
    models.push_back({"pipeline, " + std::to_string(queues) + " x " + std::to_string(pollers),
                      [q = queues, p = pollers](int out) { ServePipeline(q, p, out); }});
  }
  return models;
}

// A server in a process of its own.
class ServerOf {
 public:
  // `model`: its number. The program starts itself anew: gRPC must not be forked.
  explicit ServerOf(std::size_t model) {
    int out[2];
    if (pipe(out) != 0) std::abort();
    pid_ = fork();
    if (pid_ == 0) {
      const std::string number = std::to_string(model), channel = std::to_string(out[1]);
      execl("/proc/self/exe", "threading_bench", "serve", number.c_str(), channel.c_str(), nullptr);
      _exit(127);
    }
    close(out[1]);
    if (read(out[0], &port_, sizeof(port_)) != sizeof(port_)) std::abort();
    close(out[0]);
  }
  ~ServerOf() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  int port() const { return port_; }

  // Processor seconds used, user and system, from /proc.
  double CpuSeconds() const {
    std::FILE* stat = std::fopen(("/proc/" + std::to_string(pid_) + "/stat").c_str(), "r");
    char text[1024] = {};
    const std::size_t size = std::fread(text, 1, sizeof(text) - 1, stat);
    std::fclose(stat);
    text[size] = 0;
    unsigned long user = 0, system = 0;
    std::sscanf(std::strrchr(text, ')') + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
    return static_cast<double>(user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
  }

 private:
  pid_t pid_ = 0;
  int port_ = 0;
};

std::unique_ptr<Health::Stub> NewStub(int port) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return Health::NewStub(
      grpc::CreateCustomChannel("127.0.0.1:" + std::to_string(port), grpc::InsecureChannelCredentials(), arguments));
}

bool CallOnce(Health::Stub& stub) {
  grpc::ClientContext context;
  HealthCheckRequest request;
  HealthCheckResponse response;
  return stub.Check(&context, request, &response).ok();
}

// Milliseconds of calls spaced 0.6 to 2.4 s apart, over several connections one after the other, so that the whole
// server is idle between calls.
std::vector<double> SparseTimes(int port, int calls, unsigned seed) {
  std::vector<std::unique_ptr<Health::Stub>> stubs;
  for (int i = 0; i < 2; ++i) stubs.push_back(NewStub(port));
  for (auto& stub : stubs) CallOnce(*stub);
  std::mt19937 random(seed);
  std::vector<double> times;
  for (int i = 0; i < calls; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(std::uniform_int_distribution<int>(600, 2400)(random)));
    const auto begin = Clock::now();
    CallOnce(*stubs[static_cast<std::size_t>(i) % stubs.size()]);
    times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - begin).count());
  }
  return times;
}

// Several servers of each model at once, each with its own sparse caller: many samples in bounded time, and all models
// see the same machine.
void Sparse(int servers_each, int calls_each) {
  const std::vector<Model> models = Models();
  std::vector<std::unique_ptr<ServerOf>> servers;
  for (int i = 0; i < servers_each; ++i) {
    for (std::size_t m = 0; m < models.size(); ++m) servers.push_back(std::make_unique<ServerOf>(m));
  }
  std::vector<std::vector<double>> times(servers.size());
  std::vector<std::thread> callers;
  for (std::size_t i = 0; i < servers.size(); ++i) {
    callers.emplace_back(
        [&, i] { times[i] = SparseTimes(servers[i]->port(), calls_each, static_cast<unsigned>(i) + 1); });
  }
  for (std::thread& caller : callers) caller.join();
  double sync99 = 0;
  std::printf("%-20s %7s %9s %9s %9s %9s %9s\n", "sparse", "calls", "p50 ms", "p90 ms", "p99 ms", "max ms", "p99/sync");
  for (std::size_t m = 0; m < models.size(); ++m) {
    std::vector<double> all;
    for (std::size_t i = m; i < servers.size(); i += models.size())
      all.insert(all.end(), times[i].begin(), times[i].end());
    std::sort(all.begin(), all.end());
    const auto at = [&](double share) {
      return all[std::min(all.size() - 1, static_cast<std::size_t>(share * static_cast<double>(all.size())))];
    };
    if (m == 0) sync99 = at(0.99);
    std::printf("%-20s %7zu %9.2f %9.2f %9.2f %9.2f %9.2f\n", models[m].name.c_str(), all.size(), at(0.5), at(0.9),
                at(0.99), all.back(), at(0.99) / sync99);
  }
}

// Keeps `in_flight` calls going for a while from one asynchronous client; calls made.
long Flood(int port, int in_flight, double seconds) {
  const auto stub = NewStub(port);
  grpc::CompletionQueue queue;
  struct Call {
    std::unique_ptr<grpc::ClientContext> context;
    std::unique_ptr<grpc::ClientAsyncResponseReader<HealthCheckResponse>> reader;
    HealthCheckResponse response;
    grpc::Status status;
  };
  std::vector<Call> calls(static_cast<std::size_t>(in_flight));
  const auto start = [&](Call& call) {
    call.context = std::make_unique<grpc::ClientContext>();
    call.reader = stub->AsyncCheck(call.context.get(), HealthCheckRequest(), &queue);
    call.reader->Finish(&call.response, &call.status, &call);
  };
  for (Call& call : calls) start(call);
  const auto end = Clock::now() + std::chrono::duration<double>(seconds);
  long made = 0;
  int open = in_flight;
  void* tag = nullptr;
  bool ok = false;
  while (open > 0 && queue.Next(&tag, &ok)) {
    ++made;
    if (Clock::now() < end) {
      start(*static_cast<Call*>(tag));
    } else {
      --open;
    }
  }
  queue.Shutdown();
  while (queue.Next(&tag, &ok)) {
  }
  return made;
}

// Rounds of every model in turn, each round starting with another model.
void Loaded(int rounds, double seconds) {
  const std::vector<Model> models = Models();
  for (const int in_flight : {1, 64}) {
    std::vector<double> cpu(models.size()), calls(models.size());
    for (int round = 0; round < rounds; ++round) {
      for (std::size_t k = 0; k < models.size(); ++k) {
        const std::size_t m = (k + static_cast<std::size_t>(round)) % models.size();
        const ServerOf server(m);
        Flood(server.port(), in_flight, 0.2);
        const double before = server.CpuSeconds();
        calls[m] += static_cast<double>(Flood(server.port(), in_flight, seconds));
        cpu[m] += server.CpuSeconds() - before;
      }
    }
    std::printf("%d in flight %*s %12s %12s %10s\n", in_flight, in_flight < 10 ? 8 : 7, "", "calls/s", "cpu us/call",
                "cpu/sync");
    for (std::size_t m = 0; m < models.size(); ++m) {
      std::printf("%-20s %12.0f %12.1f %10.2f\n", models[m].name.c_str(), calls[m] / (rounds * seconds),
                  1e6 * cpu[m] / calls[m], cpu[m] / calls[m] / (cpu[0] / calls[0]));
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  if (what == "serve" && argc == 4) {
    Models()[static_cast<std::size_t>(std::atoi(argv[2]))].serve(std::atoi(argv[3]));
  } else if (what == "sparse") {
    Sparse(4, 30);
  } else if (what == "loaded") {
    Loaded(3, 2.0);
  } else {
    std::fputs("usage: threading_bench sparse | loaded\n", stderr);
    return 2;
  }
  return 0;
}
