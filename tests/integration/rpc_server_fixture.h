// A server in the test's own process, over real connections, with handlers made for the tests under real names.
#ifndef TESTS_INTEGRATION_RPC_SERVER_FIXTURE_H_
#define TESTS_INTEGRATION_RPC_SERVER_FIXTURE_H_

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

#include "bulian/v1/cluster.pb.h"
#include "bulian/v1/exchange.pb.h"
#include "grpcpp/channel.h"
#include "gtest/gtest.h"
#include "services/rpc/server.h"

namespace bulian {

class NoLog final : public rpc::EventLog {
 public:
  bool Enabled(rpc::LogLevel) const override { return false; }
  void Write(rpc::LogLevel, std::string_view, const rpc::LogFields&) override {}
};

class NoMetrics final : public rpc::Metrics {
  struct Value final : rpc::Counter, rpc::Histogram {
    void Add(double) override {}
    void Observe(double) override {}
  };
  rpc::Counter* NewCounter(std::string_view, std::string_view, const rpc::MetricLabels&) override { return &value_; }
  rpc::Histogram* NewHistogram(std::string_view, std::string_view, const rpc::MetricLabels&,
                               const std::vector<double>&) override {
    return &value_;
  }
  Value value_;
};

inline constexpr char kGet[] = "/bulian.v1.ClusterService/GetCluster";   // light: answers what its name says
inline constexpr char kAnalyze[] = "/bulian.v1.GapService/AnalyzeGaps";  // heavy: works until released or stopped

class RpcServerTest : public testing::Test {
 protected:
  void SetUp() override;
  // A new server with `options_`, and a channel to it.
  void Restart();
  // A connection of its own.
  std::shared_ptr<grpc::Channel> NewChannel() const;

  // Waits for a condition that is bound to come; the test's time limit ends it otherwise.
  template <class Condition>
  static void Await(Condition condition) {
    while (!condition()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }

  std::atomic<int> running_ = 0, stopped_ = 0, written_ = 0;
  std::atomic<bool> released_ = false;
  rpc::MethodTable methods_;
  rpc::ServerOptions options_;
  rpc::DeveloperAuthenticator developer_;
  NoMetrics metrics_;
  NoLog log_;
  std::unique_ptr<rpc::Server> server_;
  std::shared_ptr<grpc::Channel> channel_;

  static absl::Status Get(rpc::CallContext& call, const v1::GetClusterRequest& request, v1::Cluster* response);

 private:
  // Works until the call is over, as a long analysis does.
  absl::Status WorkUntilStopped(rpc::CallContext& call);
  // Messages of about 32 KiB without end, or as many as the name says; OK when the writer says stop.
  absl::Status Emit(const v1::ExportRequest& request, rpc::StreamWriter<v1::ExportResponse>& writer);
  absl::Status Echo(rpc::StreamReader<v1::ImportRequest>& reader, rpc::StreamWriter<v1::ImportResponse>& writer);
};

}  // namespace bulian

#endif  // TESTS_INTEGRATION_RPC_SERVER_FIXTURE_H_
