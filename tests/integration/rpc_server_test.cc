// The server's behaviour towards callers, over real connections, with handlers made for the test under real names.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <latch>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "absl/time/clock.h"
#include "bulian/v1/cluster.grpc.pb.h"
#include "bulian/v1/exchange.grpc.pb.h"
#include "bulian/v1/gap.grpc.pb.h"
#include "grpcpp/create_channel.h"
#include "gtest/gtest.h"
#include "services/model/error.h"
#include "services/rpc/health.h"
#include "services/rpc/server.h"
#include "tests/harness/raw_call.h"

namespace bulian {
namespace {

using harness::DetailOf;
using harness::RawCall;
using harness::ReasonOf;

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

constexpr char kGet[] = "/bulian.v1.ClusterService/GetCluster";

class RpcServerTest : public testing::Test {
 protected:
  void SetUp() override {
    methods_.Unary<v1::GetClusterRequest, v1::Cluster>(
        "bulian.v1.ClusterService/GetCluster", rpc::Weight::kLight,
        [](rpc::CallContext& call, const v1::GetClusterRequest& request, v1::Cluster* response) {
          return Get(call, request, response);
        });
    methods_.Unary<v1::AnalyzeGapsRequest, v1::GapReport>("bulian.v1.GapService/AnalyzeGaps", rpc::Weight::kHeavy,
                                                          [this](rpc::CallContext& call, const v1::AnalyzeGapsRequest&,
                                                                 v1::GapReport*) { return WorkUntilStopped(call); });
    methods_.ServerStream<v1::ExportRequest, v1::ExportResponse>(
        "bulian.v1.ExchangeService/Export",
        [this](rpc::CallContext&, const v1::ExportRequest& request, rpc::StreamWriter<v1::ExportResponse>& writer) {
          return Emit(request, writer);
        });
    methods_.Bidi<v1::ImportRequest, v1::ImportResponse>(
        "bulian.v1.ExchangeService/Import",
        [this](rpc::CallContext&, rpc::StreamReader<v1::ImportRequest>& reader,
               rpc::StreamWriter<v1::ImportResponse>& writer) { return Echo(reader, writer); });
    options_.workers = 2;
    options_.waiting = 1;
    options_.max_receive_bytes = 64 << 10;
    options_.max_send_bytes = 256 << 10;
    Restart();
  }

  void Restart() {
    server_.reset();
    auto server = rpc::Server::Start(options_, methods_, &developer_, &metrics_, &log_);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    channel_ = NewChannel();
  }

  std::shared_ptr<grpc::Channel> NewChannel() const {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return grpc::CreateCustomChannel("127.0.0.1:" + std::to_string(server_->port()), grpc::InsecureChannelCredentials(),
                                     arguments);
  }

  static absl::Status Get(rpc::CallContext& call, const v1::GetClusterRequest& request, v1::Cluster* response) {
    if (request.name() == "throw") throw std::runtime_error("the secret reason");
    if (request.name() == "bare") return absl::UnknownError("the secret reason");
    if (request.name() == "huge") response->set_uid(std::string(300 << 10, 'x'));
    if (request.name() == "wrong") {
      model::Violations violations;
      for (int i = 0; i < 100; ++i)
        violations.Add("cluster.regions[" + std::to_string(i) + "]", "不是国家标准行政区划代码，应为六位数字");
      return violations.ToStatus();
    }
    response->set_name(request.name());
    call.trailers.emplace_back("bulian-revision", "u:1:7");
    return absl::OkStatus();
  }

  // Works until the call is over, as a long analysis does.
  absl::Status WorkUntilStopped(rpc::CallContext& call) {
    running_.fetch_add(1);
    absl::Status alive;
    while (!released_ && (alive = call.CheckAlive()).ok()) std::this_thread::yield();
    running_.fetch_sub(1);
    stopped_.fetch_add(1);
    return alive;
  }

  // Messages of about 32 KiB without end, or as many as the name says; OK when the writer says stop.
  absl::Status Emit(const v1::ExportRequest& request, rpc::StreamWriter<v1::ExportResponse>& writer) {
    v1::ExportResponse message;
    message.mutable_revision()->set_cluster_uid(std::string(32 << 10, 'x'));
    const int count = request.parent().empty() ? INT32_MAX : std::stoi(request.parent());
    running_.fetch_add(1);
    for (int i = 0; i < count && writer.Write(message); ++i) written_.fetch_add(1);
    running_.fetch_sub(1);
    stopped_.fetch_add(1);
    return absl::OkStatus();
  }

  absl::Status Echo(rpc::StreamReader<v1::ImportRequest>& reader, rpc::StreamWriter<v1::ImportResponse>& writer) {
    running_.fetch_add(1);
    absl::Status status;
    for (v1::ImportRequest request;;) {
      const auto more = reader.Read(&request);
      if (!more.ok()) status = more.status();
      if (!more.ok() || !*more) break;
      v1::ImportResponse response;
      response.set_sequence(request.sequence());
      if (!writer.Write(response)) break;
    }
    running_.fetch_sub(1);
    stopped_.fetch_add(1);
    return status;
  }

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
};

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
  EXPECT_EQ(RawCall(channel_, "/bulian.v1.GapService/AnalyzeGaps", "", &context).status.error_code(),
            grpc::StatusCode::DEADLINE_EXCEEDED);
  Await([&] { return running_ == 0 && stopped_ == 1; });
}

TEST_F(RpcServerTest, AnOwnDeadlineIsToldWithDetails) {
  options_.deadlines.heavy = {absl::Milliseconds(20), absl::Milliseconds(20)};
  Restart();
  const auto answer = RawCall(channel_, "/bulian.v1.GapService/AnalyzeGaps", "");
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
  EXPECT_TRUE(RawCall(channel_, "/bulian.v1.GapService/AnalyzeGaps", "").status.ok());
  server_->Shutdown(absl::Now() + absl::Seconds(30));  // waits for every call: it would not return if one were left
}

TEST_F(RpcServerTest, OneTooManyIsBusyWithAHintWhenToRetry) {
  std::vector<std::thread> callers;
  std::atomic<int> good = 0;
  for (int i = 0; i < 3; ++i) {
    callers.emplace_back([&] {  // again and again: the calls below may have been in first
      const auto channel = NewChannel();
      while (!RawCall(channel, "/bulian.v1.GapService/AnalyzeGaps", "").status.ok()) {
      }
      ++good;
    });
  }
  grpc::Status busy;
  std::string pushback;
  do {  // until the three are in: two run, one waits
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(200));
    busy = RawCall(channel_, "/bulian.v1.GapService/AnalyzeGaps", "", &context).status;
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

TEST_F(RpcServerTest, BidiAnswersEachMessageInOrder) {
  grpc::ClientContext context;
  const auto stream = v1::ExchangeService::NewStub(channel_)->Import(&context);
  std::thread writer([&] {
    for (int i = 1; i <= 500; ++i) {
      v1::ImportRequest request;
      request.set_sequence(i);
      if (!stream->Write(request)) break;
    }
    stream->WritesDone();
  });
  v1::ImportResponse response;
  int read = 0;
  while (stream->Read(&response)) EXPECT_EQ(response.sequence(), ++read);
  writer.join();
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_EQ(read, 500);
}

TEST_F(RpcServerTest, ABrokenMessageEndsABidiStreamCleanly) {
  grpc::ClientContext context;
  const auto stream = v1::ExchangeService::NewStub(channel_)->Import(&context);
  v1::ImportRequest large;
  large.set_parent(std::string(65 << 10, 'x'));
  stream->Write(large);
  v1::ImportResponse response;
  EXPECT_FALSE(stream->Read(&response));
  const grpc::Status status = stream->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(status), "REQUEST_TOO_LARGE");
}

TEST_F(RpcServerTest, AWholeServerStreamArrives) {
  grpc::ClientContext context;
  v1::ExportRequest request;
  request.set_parent("40");
  const auto stream = v1::ExchangeService::NewStub(channel_)->Export(&context, request);
  v1::ExportResponse response;
  int read = 0;
  while (stream->Read(&response)) ++read;
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_EQ(read, 40);
}

TEST_F(RpcServerTest, ASlowReaderHoldsTheWriterAndAGoneOneEndsIt) {
  grpc::ClientContext context;
  const auto stream = v1::ExchangeService::NewStub(channel_)->Export(&context, v1::ExportRequest());
  v1::ExportResponse response;
  ASSERT_TRUE(stream->Read(&response));
  // The writer comes to rest although it has more to say.
  int before = -1;
  Await([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    const bool rests = written_ == before;
    before = written_;
    return rests;
  });
  EXPECT_LT(written_, 1000);
  EXPECT_EQ(running_, 1);
  context.TryCancel();
  Await([&] { return running_ == 0; });
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(RpcServerTest, EndingStreamsNeverMakesACutLookComplete) {
  grpc::ClientContext reading, waiting, late;
  const auto stub = v1::ExchangeService::NewStub(channel_);
  const auto output = stub->Export(&reading, v1::ExportRequest());
  const auto both = stub->Import(&waiting);
  v1::ExportResponse response;
  ASSERT_TRUE(output->Read(&response));
  Await([&] { return running_ == 2; });
  server_->EndStreams();
  while (output->Read(&response)) {
  }
  const grpc::Status cut = output->Finish(), idle = both->Finish();
  for (const grpc::Status& status : {cut, idle}) {
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
    EXPECT_EQ(ReasonOf(status), "SHUTTING_DOWN");
  }
  EXPECT_EQ(ReasonOf(stub->Import(&late)->Finish()), "SHUTTING_DOWN");
  EXPECT_TRUE(RawCall(channel_, kGet, "").status.ok());
}

TEST_F(RpcServerTest, ShutdownLetsARunningCallEnd) {
  std::atomic<bool> good = false;
  std::thread caller([&] { good = RawCall(channel_, "/bulian.v1.GapService/AnalyzeGaps", "").status.ok(); });
  Await([&] { return running_ == 1; });
  std::thread shutdown([&] { server_->Shutdown(absl::Now() + absl::Seconds(60)); });
  // New connections are refused once the listener is closed.
  Await([&] { return !RawCall(NewChannel(), kGet, "").status.ok(); });
  released_ = true;
  shutdown.join();
  caller.join();
  EXPECT_TRUE(good);
}

TEST_F(RpcServerTest, ShutdownCancelsWhatDoesNotEndInTime) {
  grpc::Status status;
  std::thread caller([&] { status = RawCall(channel_, "/bulian.v1.GapService/AnalyzeGaps", "").status; });
  Await([&] { return running_ == 1; });
  server_->Shutdown(absl::Now() + absl::Milliseconds(50));
  caller.join();
  EXPECT_EQ(running_, 0);
  EXPECT_FALSE(status.ok());
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
