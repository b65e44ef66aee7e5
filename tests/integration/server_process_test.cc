// The process as operators meet it: start, refusal to start, probes, metrics, reflection, and its end under load.
#include "tests/harness/server_process.h"

#include <signal.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "gmock/gmock.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "grpc/reflection/v1/reflection.grpc.pb.h"
#include "grpc/reflection/v1alpha/reflection.grpc.pb.h"
#include "gtest/gtest.h"
#include "tests/harness/raw_call.h"

namespace bulian {
namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using harness::RawCall;
using harness::ServerProcess;
using testing::HasSubstr;
using testing::Not;

constexpr char kCheck[] = "/grpc.health.v1.Health/Check";

HealthCheckRequest Of(const std::string& service) {
  HealthCheckRequest request;
  request.set_service(service);
  return request;
}

TEST(ServerProcessTest, ServesProbesMetricsAndHealth) {
  ServerProcess server;
  ASSERT_TRUE(server.running()) << server.log();
  for (const char* path : {"/livez", "/readyz", "/startupz"}) EXPECT_EQ(server.Get(path).code, 200) << path;
  EXPECT_EQ(server.Get("/etc/passwd").code, 404);
  const auto channel = server.NewChannel();
  const auto health = Health::NewStub(channel);
  HealthCheckResponse response;
  grpc::ClientContext whole, service, unknown;
  ASSERT_TRUE(health->Check(&whole, Of(""), &response).ok());
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVING);
  ASSERT_TRUE(health->Check(&service, Of("bulian.v1.GapService"), &response).ok());
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVING);
  EXPECT_EQ(health->Check(&unknown, Of("bulian.v1.NoService"), &response).error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(server.Stop(), 0);
  EXPECT_THAT(server.log(), HasSubstr("\"message\":\"ended\""));
}

TEST(ServerProcessTest, MetricsAreThereBeforeTheFirstCallAndCount) {
  ServerProcess server;
  const auto page = server.Get("/metrics");
  EXPECT_EQ(page.code, 200);
  EXPECT_THAT(page.headers, HasSubstr("version=0.0.4"));
  for (const char* metric :
       {"grpc_server_started_total{grpc_method=\"Check\",grpc_service=\"grpc.health.v1.Health\",grpc_type=\"unary\"} 0",
        "grpc_server_handled_total{grpc_code=\"Internal\",grpc_method=\"AnalyzeGaps\",grpc_service=\"bulian.v1."
        "GapService\"",
        "grpc_server_handling_seconds_count{grpc_method=\"FindCandidates\"",
        "bulian_build_info{version=", "bulian_store_commits_total 0", "bulian_snapshot_clusters 0",
        "bulian_gap_analyses_from_scratch_total 0", "process_resident_memory_bytes "}) {
    EXPECT_THAT(page.body, HasSubstr(metric));
  }
  const auto channel = server.NewChannel();
  EXPECT_TRUE(RawCall(channel, kCheck, "").status.ok());
  EXPECT_FALSE(RawCall(channel, kCheck, "\xff").status.ok());
  const std::string after = server.Get("/metrics").body;
  const std::string labels = "grpc_method=\"Check\",grpc_service=\"grpc.health.v1.Health\",grpc_type=\"unary\"} ";
  EXPECT_THAT(after, HasSubstr("grpc_server_started_total{" + labels + "2"));
  EXPECT_THAT(after, HasSubstr("grpc_server_handled_total{grpc_code=\"OK\"," + labels + "1"));
  EXPECT_THAT(after, HasSubstr("grpc_server_handled_total{grpc_code=\"InvalidArgument\"," + labels + "1"));
  EXPECT_THAT(after, HasSubstr("grpc_server_msg_received_total{" + labels + "2"));
  EXPECT_THAT(after, HasSubstr("grpc_server_msg_sent_total{" + labels + "1"));
}

TEST(ServerProcessTest, DrainsInOrder) {
  ServerProcess server({"", {"--drain-delay=1s"}});
  const auto health = Health::NewStub(server.NewChannel());
  grpc::ClientContext watching;
  const auto watch = health->Watch(&watching, Of(""));
  HealthCheckResponse response;
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVING);
  server.Signal(SIGTERM);
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::NOT_SERVING);
  // Still serving, on old and new connections, while it tells load balancers to go elsewhere.
  EXPECT_EQ(server.Get("/readyz").code, 503);
  EXPECT_EQ(server.Get("/livez").code, 200);
  EXPECT_TRUE(RawCall(server.NewChannel(), kCheck, "").status.ok());
  // Then the stream is ended, not dropped.
  EXPECT_FALSE(watch->Read(&response));
  const grpc::Status ended = watch->Finish();
  EXPECT_EQ(ended.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(harness::ReasonOf(ended), "SHUTTING_DOWN");
  EXPECT_EQ(server.WaitForEnd(), 0);
}

TEST(ServerProcessTest, NoCallFailsWhileItDrains) {
  ServerProcess server({"", {"--drain-delay=2s"}});
  std::atomic<int> good = 0, bad = 0;
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([&] {
      const auto channel = server.NewChannel();
      // A caller that watches health leaves soon after it turns, within the drain delay; until then every call is
      // answered.
      for (int after_turn = 0; after_turn < 50;) {
        const harness::RawAnswer answer = RawCall(channel, kCheck, "");
        HealthCheckResponse health;
        health.ParseFromString(answer.body);
        if (health.status() == HealthCheckResponse::NOT_SERVING) ++after_turn;
        ++(answer.status.ok() ? good : bad);
        if (!answer.status.ok()) return;
      }
    });
  }
  while (good < 100) std::this_thread::yield();
  server.Signal(SIGTERM);
  EXPECT_EQ(server.WaitForEnd(), 0);
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(bad, 0);
}

// Half of the callers set what docs/examples sets (they retry what is UNAVAILABLE), half set nothing.
TEST(ServerProcessTest, CallersThatIgnoreHealthAreRefusedNeverCancelled) {
  ServerProcess server({"", {"--drain-delay=100ms"}});
  ASSERT_TRUE(server.running()) << server.log();
  std::atomic<int> answered = 0;
  std::vector<std::thread> callers;
  for (int i = 0; i < 6; ++i) {
    grpc::ChannelArguments settings;
    if (i % 2 == 0) {
      settings.SetServiceConfigJSON(
          R"({"loadBalancingConfig": [{"round_robin": {}}], "methodConfig": [{"name": [{}], "retryPolicy": {)"
          R"("maxAttempts": 4, "initialBackoff": "0.01s", "maxBackoff": "0.1s", "backoffMultiplier": 2,)"
          R"("retryableStatusCodes": ["UNAVAILABLE"]}}]})");
    }
    callers.emplace_back([&, channel = server.NewChannel(settings)] {
      for (bool connected = true; connected;) {
        const grpc::Status status = RawCall(channel, "/bulian.v1.ClusterService/GetCluster",
                                            "\x0a\x0a"
                                            "clusters/a")
                                        .status;
        const std::string reason = harness::ReasonOf(status);
        if (reason == "RESOURCE_NOT_FOUND") {
          ++answered;
          continue;
        }
        EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE) << status.error_message();
        EXPECT_THAT(reason, testing::AnyOf("SHUTTING_DOWN", "")) << status.error_message();
        connected = reason == "SHUTTING_DOWN";
      }
    });
  }
  while (answered < 1000) std::this_thread::yield();
  server.Signal(SIGTERM);
  EXPECT_EQ(server.WaitForEnd(), 0);
  for (std::thread& caller : callers) caller.join();
}

TEST(ServerProcessTest, ASecondSignalForcesTheEnd) {
  ServerProcess server({"", {"--drain-delay=10m"}});
  server.Signal(SIGINT);
  while (server.Get("/readyz").code != 503) std::this_thread::yield();
  // The second waiter is ready a moment after the first signal; later signals of the same kind are not lost.
  server.Signal(SIGTERM);
  EXPECT_EQ(server.WaitForEnd(), 130);
}

TEST(ServerProcessTest, ASecondProcessOnTheSameDataIsRefusedWithThePid) {
  ServerProcess first;
  ASSERT_TRUE(first.running()) << first.log();
  ServerProcess second({first.data_dir(), {}});
  EXPECT_FALSE(second.running());
  EXPECT_EQ(second.WaitForEnd(), 1);
  EXPECT_THAT(second.log(), HasSubstr(std::to_string(first.pid())));
  EXPECT_EQ(first.Get("/readyz").code, 200);
}

TEST(ServerProcessTest, ListensBeyondLoopbackOnlyWhenTold) {
  ServerProcess grpc({"", {"--listen=0.0.0.0:0"}}), http({"", {"--http-listen=0.0.0.0:0"}});
  for (ServerProcess* refused : {&grpc, &http}) {
    EXPECT_EQ(refused->WaitForEnd(), 1);
    EXPECT_THAT(refused->log(), HasSubstr("--insecure-allow-remote"));
  }
  ServerProcess told({"", {"--listen=0.0.0.0:0", "--insecure-allow-remote"}});
  EXPECT_TRUE(told.running()) << told.log();
}

TEST(ServerProcessTest, MistakesInTheConfigurationAreStatusTwo) {
  ServerProcess server({"", {"--workers=none"}});
  EXPECT_EQ(server.WaitForEnd(), 2);
  EXPECT_THAT(server.log(), HasSubstr("--workers"));
}

TEST(ServerProcessTest, ATableOfCodesIsCheckedAtTheStart) {
  const std::string path = testing::TempDir() + "/regions.csv";
  std::ofstream(path) << "code,name_zh,name_en\n500109,北碚区,Beibei\n9,x,y\n";
  for (const char* action : {"--check-config", "--log-level=info"}) {
    ServerProcess server({"", {"--region-names=" + path, "--industry-codes=/nonexistent.csv", action}});
    EXPECT_EQ(server.WaitForEnd(), 2);
    EXPECT_THAT(server.log(), HasSubstr(path + ": line 3: the code "));
    EXPECT_THAT(server.log(), HasSubstr("/nonexistent.csv: cannot be read"));
  }
  std::ofstream(path) << "code,name_zh,name_en\n500109,北碚区,Beibei\n";
  ServerProcess server({"", {"--region-names=" + path}});
  EXPECT_TRUE(server.running()) << server.log();
}

TEST(ServerProcessTest, AWriteBeyondALimitDoesNotEndTheProcess) {
  ServerProcess server;
  ASSERT_TRUE(server.running()) << server.log();
  std::ifstream status("/proc/" + std::to_string(server.pid()) + "/status");
  unsigned long long ignored = 0;
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("SigIgn:")) ignored = std::stoull(line.substr(7), nullptr, 16);
  }
  for (const int signal : {SIGPIPE, SIGXFSZ}) EXPECT_TRUE(ignored >> (signal - 1) & 1) << signal;
}

TEST(ServerProcessTest, TheLogIsJsonAndFilesAreManyByDefault) {
  ServerProcess server({"", {"--log-level=debug"}});
  RawCall(server.NewChannel(), kCheck, "");
  EXPECT_EQ(server.Stop(), 0);
  std::istringstream lines(server.log());
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    EXPECT_TRUE(line.starts_with("{\"time\":\"") && line.ends_with("}")) << line;
  }
  EXPECT_GT(count, 5);
  EXPECT_THAT(server.log(), HasSubstr("\"method\":\"grpc.health.v1.Health/Check\""));
}

// What a reflection client learns: the services listed, and each described from the files sent.
template <class Service, class Request, class Response>
void ExpectDescribesEverything(const std::shared_ptr<grpc::Channel>& channel) {
  const auto stub = Service::NewStub(channel);
  grpc::ClientContext context;
  const auto stream = stub->ServerReflectionInfo(&context);
  Request request;
  Response response;
  request.set_list_services("");
  ASSERT_TRUE(stream->Write(request) && stream->Read(&response));
  std::set<std::string> services;
  for (const auto& service : response.list_services_response().service()) services.insert(service.name());
  for (const char* name :
       {"grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection",
        "bulian.v1.GapService", "bulian.v1.MatchService", "bulian.v1.RiskService"}) {
    EXPECT_TRUE(services.contains(name)) << name;
  }
  google::protobuf::SimpleDescriptorDatabase files;
  std::set<std::string> seen;
  for (const std::string& service : services) {
    request.set_file_containing_symbol(service);
    ASSERT_TRUE(stream->Write(request) && stream->Read(&response));
    ASSERT_TRUE(response.has_file_descriptor_response())
        << service << ": " << response.error_response().error_message();
    for (const std::string& bytes : response.file_descriptor_response().file_descriptor_proto()) {
      google::protobuf::FileDescriptorProto file;
      ASSERT_TRUE(file.ParseFromString(bytes));
      EXPECT_THAT(file.package(), Not(HasSubstr("internal")));
      if (seen.insert(file.name()).second) files.Add(file);
    }
  }
  google::protobuf::DescriptorPool pool(&files);
  for (const std::string& service : services) {
    const auto* descriptor = pool.FindServiceByName(service);
    ASSERT_NE(descriptor, nullptr) << service;
    EXPECT_GT(descriptor->method_count(), 0);
  }
  for (const char* hidden : {"bulian.internal.v1.PageToken", "no.such.Symbol"}) {
    request.set_file_containing_symbol(hidden);
    ASSERT_TRUE(stream->Write(request) && stream->Read(&response));
    EXPECT_EQ(response.error_response().error_code(), grpc::StatusCode::NOT_FOUND) << hidden;
  }
  request.set_all_extension_numbers_of_type("google.protobuf.FieldOptions");
  ASSERT_TRUE(stream->Write(request) && stream->Read(&response));
  EXPECT_GT(response.all_extension_numbers_response().extension_number_size(), 0);
  stream->WritesDone();
  EXPECT_TRUE(stream->Finish().ok());
}

TEST(ServerProcessTest, ReflectionDescribesEveryServiceInBothVersions) {
  ServerProcess server;
  const auto channel = server.NewChannel();
  namespace now = grpc::reflection::v1;
  namespace alpha = grpc::reflection::v1alpha;
  ExpectDescribesEverything<now::ServerReflection, now::ServerReflectionRequest, now::ServerReflectionResponse>(
      channel);
  ExpectDescribesEverything<alpha::ServerReflection, alpha::ServerReflectionRequest, alpha::ServerReflectionResponse>(
      channel);
}

}  // namespace
}  // namespace bulian
