#include "tools/loadgen/drive.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <fstream>
#include <limits>
#include <mutex>
#include <numeric>
#include <sstream>
#include <thread>

namespace bulian::loadgen {
namespace {

using Clock = std::chrono::steady_clock;

// What docs/redis.md asks of a client of several replicas.
constexpr char kSeveralReplicas[] = R"({
  "loadBalancingConfig": [{"round_robin": {}}],
  "healthCheckConfig": {"serviceName": ""},
  "methodConfig": [{"name": [{}], "waitForReady": true, "retryPolicy": {"maxAttempts": 5, "initialBackoff": "0.1s",
    "maxBackoff": "1s", "backoffMultiplier": 2, "retryableStatusCodes": ["UNAVAILABLE"]}}]})";

std::shared_ptr<grpc::Channel> Connect(std::string server) {
  grpc::ChannelArguments settings;
  if (server.find(',') != std::string::npos) {
    settings.SetServiceConfigJSON(kSeveralReplicas);
    server = "ipv4:" + server;
  }
  settings.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // a connection of its own
  settings.SetMaxReceiveMessageSize(64 << 20);
  return grpc::CreateCustomChannel(server, grpc::InsecureChannelCredentials(), settings);
}

}  // namespace

double DriveResult::Percentile(double p) const {
  if (latencies_ms.empty()) return std::numeric_limits<double>::quiet_NaN();
  const double rank = p / 100 * static_cast<double>(latencies_ms.size() - 1);
  return latencies_ms[static_cast<std::size_t>(std::llround(rank))];
}

std::int64_t DriveResult::calls() const {
  return std::accumulate(errors.begin(), errors.end(), static_cast<std::int64_t>(latencies_ms.size()),
                         [](std::int64_t sum, const auto& error) { return sum + error.second; });
}

double DriveResult::ServerCpuMicrosPerCall() const {
  return calls() > 0 && server_cpu_seconds >= 0 ? server_cpu_seconds * 1e6 / static_cast<double>(calls()) : -1;
}

double ProcessCpuSeconds(std::int64_t pid) {
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  std::string text((std::istreambuf_iterator<char>(stat)), std::istreambuf_iterator<char>());
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return -1;
  std::istringstream fields(text.substr(name_end + 1));
  std::string skipped;
  for (int i = 3; i < 14; ++i) fields >> skipped;
  double user = 0, system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

DriveResult Drive(const std::string& server, const DriveOptions& options, const Call& call) {
  DriveResult result;
  std::mutex mutex;
  std::atomic<std::int64_t> next{0};
  const double cpu_before = options.server_pid > 0 ? ProcessCpuSeconds(options.server_pid) : -1;
  const auto start = Clock::now();
  const auto end = start + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(options.seconds));
  const auto caller = [&] {
    const auto channel = Connect(server);
    std::vector<double> latencies;
    std::map<std::string, std::int64_t> errors;
    for (;;) {
      const std::int64_t number = next++;
      auto planned = Clock::now();
      if (options.rate > 0) {
        planned = start + std::chrono::duration_cast<Clock::duration>(
                              std::chrono::duration<double>(static_cast<double>(number) / options.rate));
        std::this_thread::sleep_until(std::min(planned, end));
      }
      if (planned >= end) break;
      const grpc::Status status = call(channel, number);
      if (status.ok())
        latencies.push_back(std::chrono::duration<double, std::milli>(Clock::now() - planned).count());
      else
        ++errors[std::to_string(status.error_code()) + " " + status.error_message()];
    }
    const std::lock_guard lock(mutex);
    result.latencies_ms.insert(result.latencies_ms.end(), latencies.begin(), latencies.end());
    for (const auto& [error, count] : errors) result.errors[error] += count;
  };
  std::vector<std::thread> callers;
  for (int i = 0; i < options.concurrency; ++i) callers.emplace_back(caller);
  for (auto& thread : callers) thread.join();
  result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  if (cpu_before >= 0) result.server_cpu_seconds = ProcessCpuSeconds(options.server_pid) - cpu_before;
  std::sort(result.latencies_ms.begin(), result.latencies_ms.end());
  return result;
}

}  // namespace bulian::loadgen
