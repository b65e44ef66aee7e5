// The server's behaviour towards callers of unary methods.
#include <atomic>
#include <chrono>
#include <thread>

#include "absl/time/clock.h"
#include "bulian/v1/cluster.grpc.pb.h"
#include "bulian/v1/gap.grpc.pb.h"
#include "services/rpc/health.h"
#include "tests/harness/raw_call.h"
#include "tests/integration/rpc_server_fixture.h"

namespace bulian {
namespace {

using harness::DetailOf;
using harness::RawCall;
using harness::ReasonOf;

TEST_F(RpcServerTest, AnswersWithRequestIdAndTrailers) {
  grpc::ClientContext context;
  context.AddMetadata("x-request-id", "mine-1");
  v1::GetClusterRequest request;
  request.set_name("clusters/a");
  v1::Cluster cluster;
  ASSERT_TRUE(v1::ClusterService::NewStub(channel_)->GetCluster(&context, request, &cluster).ok());
  EXPECT_EQ(cluster.name(), "clusters/a");
  EXPECT_EQ(harness::Trailer(context, "x-request-id"), "mine-1");
  EXPECT_EQ(harness::Trailer(context, "bulian-revision"), "u:1:7");
}

TEST_F(RpcServerTest, AReusedMessageCarriesNothingOver) {
  for (const char* name : {"clusters/long-name-of-a-cluster", "", "clusters/b"}) {
    v1::GetClusterRequest request;
    request.set_name(name);
    v1::Cluster cluster;
    ASSERT_TRUE(cluster.ParseFromString(RawCall(channel_, kGet, request.SerializeAsString()).body));
    EXPECT_EQ(cluster.name(), name);
  }
}

TEST_F(RpcServerTest, MalformedBytesAndBadUtf8) {
  for (const std::string& bytes :
       {std::string("\x0a\x50"), std::string("\xff\xff\xff"), std::string("\x0a\x02\xff\xfe"), std::string("\x07")}) {
    const auto answer = RawCall(channel_, kGet, bytes);
    EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_EQ(ReasonOf(answer.status), "MALFORMED_REQUEST");
  }
  EXPECT_TRUE(RawCall(channel_, kGet, "").status.ok());
}

TEST_F(RpcServerTest, OversizeBothWays) {
  v1::GetClusterRequest request;
  request.set_name(std::string(65 << 10, 'x'));
  auto answer = RawCall(channel_, kGet, request.SerializeAsString());
  EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(answer.status), "REQUEST_TOO_LARGE");
  EXPECT_EQ(DetailOf<google::rpc::ErrorInfo>(answer.status).metadata().at("limit_bytes"), "65536");
  request.set_name("huge");
  answer = RawCall(channel_, kGet, request.SerializeAsString());
  EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(answer.status), "RESPONSE_TOO_LARGE");
  request.set_name("clusters/after");
  EXPECT_TRUE(RawCall(channel_, kGet, request.SerializeAsString()).status.ok());
}

TEST_F(RpcServerTest, UnknownMethodsAndCompressedRequests) {
  for (const char* path : {"/bulian.v1.ClusterService/Nothing", "/x/y", "/bulian.v1.ClusterService"}) {
    const auto answer = RawCall(channel_, path, "");
    EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::UNIMPLEMENTED) << path;
    EXPECT_EQ(ReasonOf(answer.status), "METHOD_UNKNOWN") << path;
  }
  grpc::ClientContext context;
  context.set_compression_algorithm(GRPC_COMPRESS_GZIP);
  v1::GetClusterRequest request;
  request.set_name(std::string(4096, 'x'));
  EXPECT_EQ(RawCall(channel_, kGet, request.SerializeAsString(), &context).status.error_code(),
            grpc::StatusCode::UNIMPLEMENTED);
}

TEST_F(RpcServerTest, ExceptionsAndBareErrorsSayOnlyTheRequestId) {
  for (const char* name : {"throw", "bare"}) {
    grpc::ClientContext context;
    v1::GetClusterRequest request;
    request.set_name(name);
    const auto answer = RawCall(channel_, kGet, request.SerializeAsString(), &context);
    EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::INTERNAL);
    EXPECT_EQ(ReasonOf(answer.status), "SERVER_FAULT");
    EXPECT_EQ(answer.status.error_details().find("secret"), std::string::npos);
    const std::string id = harness::Trailer(context, "x-request-id");
    EXPECT_EQ(id.size(), 32u);
    EXPECT_EQ(DetailOf<google::rpc::ErrorInfo>(answer.status).metadata().at("request_id"), id);
  }
}

TEST_F(RpcServerTest, ManyViolationsPassAClientWithDefaultHeaderLimits) {
  v1::GetClusterRequest request;
  request.set_name("wrong");
  const auto answer = RawCall(channel_, kGet, request.SerializeAsString());
  EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ReasonOf(answer.status), "INVALID_FIELDS");
  EXPECT_GT(DetailOf<google::rpc::BadRequest>(answer.status).field_violations_size(), 20);
}

TEST_F(RpcServerTest, DeadlineStopsTheWork) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(50));
  EXPECT_EQ(RawCall(channel_, kAnalyze, "", &context).status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  Await([&] { return running_ == 0 && stopped_ == 1; });
}

TEST_F(RpcServerTest, AnOwnDeadlineIsToldWithDetails) {
  options_.deadlines.heavy = {absl::Milliseconds(20), absl::Milliseconds(20)};
  Restart();
  const auto answer = RawCall(channel_, kAnalyze, "");
  EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_EQ(ReasonOf(answer.status), "DEADLINE_PASSED");
}

TEST_F(RpcServerTest, AThousandCancelledCallsLeaveNothingBehind) {
  options_.waiting = 1000;  // a cancelled call may still be ending when the next one comes
  Restart();
  const auto stub = v1::GapService::NewStub(channel_);
  for (int i = 0; i < 1000; ++i) {
    grpc::CompletionQueue queue;
    grpc::ClientContext context;
    v1::GapReport report;
    grpc::Status status;
    auto call = stub->AsyncAnalyzeGaps(&context, v1::AnalyzeGapsRequest(), &queue);
    call->Finish(&report, &status, &call);
    if (i % 2 == 0) Await([&] { return running_ > 0; });
    context.TryCancel();
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::CANCELLED);
  }
  Await([&] { return running_ == 0; });
  // Every slot is free again: as many calls as there are workers run at once.
  released_ = true;
  EXPECT_TRUE(RawCall(channel_, kAnalyze, "").status.ok());
  server_->Shutdown(absl::Now() + absl::Seconds(30));  // waits for every call: it would not return if one were left
}

TEST_F(RpcServerTest, OneTooManyIsBusyWithAHintWhenToRetry) {
  std::vector<std::thread> callers;
  std::atomic<int> good = 0;
  for (int i = 0; i < 3; ++i) {
    callers.emplace_back([&] {  // again and again: the calls below may have been in first
      const auto channel = NewChannel();
      while (!RawCall(channel, kAnalyze, "").status.ok()) {
      }
      ++good;
    });
  }
  grpc::Status busy;
  std::string pushback;
  do {  // until the three are in: two run, one waits
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(200));
    busy = RawCall(channel_, kAnalyze, "", &context).status;
    pushback = harness::Trailer(context, "grpc-retry-pushback-ms");
  } while (busy.error_code() != grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(busy), "SERVER_BUSY");
  EXPECT_GT(DetailOf<google::rpc::RetryInfo>(busy).retry_delay().nanos(), 0);
  EXPECT_FALSE(pushback.empty());
  EXPECT_TRUE(RawCall(channel_, kGet, "").status.ok());  // light calls go on
  released_ = true;
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(good, 3);
}

TEST_F(RpcServerTest, ManyConnections) {
  std::vector<std::shared_ptr<grpc::Channel>> channels;
  for (int i = 0; i < 300; ++i) channels.push_back(NewChannel());
  for (int round = 0; round < 2; ++round) {
    for (const auto& channel : channels) EXPECT_TRUE(RawCall(channel, kGet, "").status.ok());
  }
}

TEST_F(RpcServerTest, RefusesToStartBeyondLoopbackAndWithoutARow) {
  rpc::ServerOptions remote = options_;
  for (const char* address : {"0.0.0.0:0", "[::]:0", "127.example.com:0", "10.1.2.3:0"}) {
    remote.listen = address;
    EXPECT_FALSE(rpc::Server::Start(remote, methods_, &developer_, &metrics_, &log_).ok()) << address;
  }
  rpc::MethodTable more = methods_;
  more.Unary<v1::GetClusterRequest, v1::Cluster>("bulian.v1.ClusterService/NewMethod", rpc::Weight::kLight, Get);
  const auto refused = rpc::Server::Start(options_, more, &developer_, &metrics_, &log_);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.status().message().find("ClusterService/NewMethod"), absl::string_view::npos);
  rpc::ServerOptions taken = options_;
  taken.listen = "127.0.0.1:" + std::to_string(server_->port());
  EXPECT_FALSE(rpc::Server::Start(taken, methods_, &developer_, &metrics_, &log_).ok());
}

}  // namespace
}  // namespace bulian
