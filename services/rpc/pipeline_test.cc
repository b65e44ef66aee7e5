#include "services/rpc/pipeline.h"

#include <map>
#include <stdexcept>

#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "services/model/error.h"
#include "services/rpc/authenticator.h"
#include "services/rpc/stages/admit.h"
#include "services/rpc/stages/authenticate.h"
#include "services/rpc/stages/authorize.h"
#include "services/rpc/stages/deadline.h"
#include "services/rpc/stages/log.h"
#include "services/rpc/stages/meter.h"
#include "services/rpc/stages/recover.h"
#include "services/rpc/stages/request_id.h"
#include "services/rpc/status_encoding.h"

namespace bulian::rpc {
namespace {

class FakeLog final : public EventLog {
 public:
  bool Enabled(LogLevel) const override { return true; }
  void Write(LogLevel level, std::string_view message, const LogFields& fields) override {
    std::string line(message);
    for (const LogField& field : fields) line += " " + field.key + "=" + field.text;
    lines.emplace_back(level, line);
  }
  std::vector<std::pair<LogLevel, std::string>> lines;
};

class FakeMetrics final : public Metrics {
 public:
  struct Value final : Counter, Histogram {
    void Add(double amount) override { total += amount; }
    void Observe(double) override { total += 1; }
    double total = 0;
  };
  Counter* NewCounter(std::string_view name, std::string_view, const MetricLabels& labels) override {
    return &At(name, labels);
  }
  Histogram* NewHistogram(std::string_view name, std::string_view, const MetricLabels& labels,
                          const std::vector<double>&) override {
    return &At(name, labels);
  }
  Value& At(std::string_view name, const MetricLabels& labels) {
    std::string key(name);
    for (const auto& [label, value] : labels) key += "," + label + "=" + value;
    return values[key];
  }
  std::map<std::string, Value> values;
};

class FakeCall final : public PipelineCall {
 public:
  FakeCall(const Route* of, std::string peer = "ipv4:127.0.0.1:1") {
    route = of;
    context.method = of->service + "/" + of->name;
    context.peer = std::move(peer);
    context.start = absl::Now();
    begin = std::chrono::steady_clock::now();
  }
  std::string_view Metadata(std::string_view key) const override {
    const auto found = metadata.find(std::string(key));
    return found == metadata.end() ? std::string_view() : std::string_view(found->second);
  }
  std::map<std::string, std::string> metadata;
};

class PipelineTest : public testing::Test {
 protected:
  PipelineTest() {
    Method* rows[] = {&light_, &heavy_, &stream_};
    const Load loads[] = {Load::kLight, Load::kHeavy, Load::kStream};
    const char* names[] = {"Get", "Analyze", "Export"};
    for (std::size_t i = 0; i < 3; ++i) routes_.push_back(Route{rows[i], "a.S", names[i], Role::kReader, loads[i], i});
    routes_.push_back(Route{&light_, "a.S", "Open", Role::kPublic, Load::kExempt, 3});
    routes_.push_back(Route{&stream_, "a.S", "Watch", Role::kReader, Load::kFeed, 4});
  }

  std::vector<std::unique_ptr<Stage>> Stages() {
    std::vector<std::unique_ptr<Stage>> stages;
    stages.push_back(std::make_unique<RecoverStage>(&log_));
    stages.push_back(std::make_unique<RequestIdStage>());
    stages.push_back(std::make_unique<DeadlineStage>(DeadlineLimits{}));
    stages.push_back(std::make_unique<AuthenticateStage>(&developer_));
    stages.push_back(std::make_unique<AuthorizeStage>());
    stages.push_back(
        std::make_unique<AdmitStage>(AdmissionLimits{2, 1, 1, 2, absl::Milliseconds(70)}, &streams_end_, &gate_));
    stages.push_back(std::make_unique<MeterStage>(routes_, &metrics_));
    stages.push_back(std::make_unique<LogStage>(&log_));
    return stages;
  }

  double Count(const std::string& name, const std::string& method, const std::string& code) {
    MetricLabels labels = {{"grpc_type", "unary"}, {"grpc_service", "a.S"}, {"grpc_method", method}};
    if (!code.empty()) labels["grpc_code"] = code;
    return metrics_.At(name, labels).total;
  }

  Method light_, heavy_, stream_;
  std::vector<Route> routes_;
  FakeLog log_;
  FakeMetrics metrics_;
  DeveloperAuthenticator developer_;
  std::atomic<bool> streams_end_ = false;
  DrainGate gate_;
};

TEST_F(PipelineTest, AcceptsTheOrder) { EXPECT_TRUE(Pipeline::Make(Stages()).ok()); }

TEST_F(PipelineTest, RefusesAnyStageThatStandsBeforeOneItNeeds) {
  const std::size_t count = Stages().size();
  for (std::size_t i = 0; i < count; ++i) {
    auto missing = Stages();
    missing.erase(missing.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_FALSE(Pipeline::Make(std::move(missing)).ok()) << i;
    auto twice = Stages();
    twice.push_back(std::move(Stages()[i]));
    EXPECT_FALSE(Pipeline::Make(std::move(twice)).ok()) << i;
  }
  for (const auto& [first, second] : std::vector<std::pair<int, int>>{{0, 1}, {1, 2}, {3, 4}, {4, 5}, {5, 6}, {6, 7}}) {
    auto swapped = Stages();
    std::swap(swapped[static_cast<std::size_t>(first)], swapped[static_cast<std::size_t>(second)]);
    EXPECT_FALSE(Pipeline::Make(std::move(swapped)).ok()) << first;
  }
}

TEST_F(PipelineTest, KeepsAUsableRequestIdAndMintsOtherwise) {
  const auto pipeline = *Pipeline::Make(Stages());
  FakeCall given(&routes_[0]), bad(&routes_[0]);
  given.metadata["x-request-id"] = "abc-1";
  bad.metadata["x-request-id"] = "a b\n";
  ASSERT_TRUE(pipeline.Enter(given).ok());
  ASSERT_TRUE(pipeline.Enter(bad).ok());
  EXPECT_EQ(given.context.request_id, "abc-1");
  EXPECT_EQ(bad.context.request_id.size(), 32u);
  EXPECT_NE(MintRequestId(), MintRequestId());
}

TEST_F(PipelineTest, BoundsDeadlines) {
  const auto pipeline = *Pipeline::Make(Stages());
  FakeCall unset(&routes_[0]), far(&routes_[1]), near(&routes_[2]), late(&routes_[0]), open(&routes_[3]);
  far.context.deadline = far.context.start + absl::Hours(50);
  near.context.deadline = near.context.start + absl::Seconds(3);
  late.context.deadline = late.context.start - absl::Seconds(1);
  for (FakeCall* call : {&unset, &far, &near, &open}) ASSERT_TRUE(pipeline.Enter(*call).ok());
  EXPECT_EQ(unset.context.deadline, unset.context.start + DeadlineLimits{}.light.when_unset);
  EXPECT_EQ(far.context.deadline, far.context.start + DeadlineLimits{}.heavy.max);
  EXPECT_EQ(near.context.deadline, near.context.start + absl::Seconds(3));
  EXPECT_EQ(open.context.deadline, absl::InfiniteFuture());
  EXPECT_EQ(model::ReasonOf(pipeline.Enter(late)), v1::DEADLINE_PASSED);
}

TEST_F(PipelineTest, OnlyThisMachineIsKnown) {
  const auto pipeline = *Pipeline::Make(Stages());
  FakeCall local(&routes_[0]), remote(&routes_[0], "ipv4:10.0.0.7:99"), open(&routes_[3], "ipv4:10.0.0.7:99");
  ASSERT_TRUE(pipeline.Enter(local).ok());
  EXPECT_EQ(local.context.caller.name, "partners/dev");
  const absl::Status refused = pipeline.Enter(remote);
  EXPECT_EQ(refused.code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(model::ReasonOf(refused), v1::IDENTITY_REQUIRED);
  EXPECT_TRUE(pipeline.Enter(open).ok());
  for (const char* peer : {"ipv6:%5B::1%5D:5", "ipv6:[::1]:5", "unix:/tmp/s"})
    EXPECT_TRUE(IsLoopbackPeer(peer)) << peer;
  for (const char* peer : {"ipv4:128.0.0.1:5", "ipv6:%5B2001:db8::1%5D:5", "", "ipv4:1.127.0.1:1"}) {
    EXPECT_FALSE(IsLoopbackPeer(peer)) << peer;
  }
}

TEST_F(PipelineTest, AKnownCallerWithoutARoleIsRefused) {
  FakeCall call(&routes_[0]);
  call.context.caller = {"partners/x", false};
  EXPECT_EQ(model::ReasonOf(AuthorizeStage().Enter(call)), v1::PERMISSION_MISSING);
}

TEST_F(PipelineTest, OneTooManyIsBusyAndLeavingMakesRoom) {
  const auto pipeline = *Pipeline::Make(Stages());
  FakeCall first(&routes_[1]), second(&routes_[1]), third(&routes_[1]);
  ASSERT_TRUE(pipeline.Enter(first).ok());
  const absl::Status busy = pipeline.Enter(second);
  EXPECT_EQ(model::ReasonOf(busy), v1::SERVER_BUSY);
  EXPECT_EQ(RetryAfter(busy), absl::Milliseconds(70));
  pipeline.Leave(second, busy).IgnoreError();
  pipeline.Leave(first, absl::OkStatus()).IgnoreError();
  EXPECT_TRUE(pipeline.Enter(third).ok());
}

TEST_F(PipelineTest, FeedsHaveALimitOfTheirOwnAndNoTimeButTheCallers) {
  const auto pipeline = *Pipeline::Make(Stages());
  FakeCall stream(&routes_[2]), first(&routes_[4]), second(&routes_[4]), third(&routes_[4]);
  second.context.deadline = second.context.start + absl::Hours(1000);
  ASSERT_TRUE(pipeline.Enter(stream).ok());
  ASSERT_TRUE(pipeline.Enter(first).ok());
  ASSERT_TRUE(pipeline.Enter(second).ok());
  EXPECT_EQ(first.context.deadline, absl::InfiniteFuture());
  EXPECT_EQ(second.context.deadline, second.context.start + absl::Hours(1000));
  EXPECT_EQ(model::ReasonOf(pipeline.Enter(third)), v1::SERVER_BUSY);
}

TEST_F(PipelineTest, NoStreamBeginsWhileStreamsEnd) {
  const auto pipeline = *Pipeline::Make(Stages());
  streams_end_ = true;
  FakeCall stream(&routes_[2]), feed(&routes_[4]), unary(&routes_[0]);
  EXPECT_EQ(model::ReasonOf(pipeline.Enter(stream)), v1::SHUTTING_DOWN);
  EXPECT_EQ(model::ReasonOf(pipeline.Enter(feed)), v1::SHUTTING_DOWN);
  EXPECT_TRUE(pipeline.Enter(unary).ok());
}

TEST_F(PipelineTest, NoCallBeginsOnceTheGateIsClosed) {
  const auto pipeline = *Pipeline::Make(Stages());
  FakeCall running(&routes_[0]);
  ASSERT_TRUE(pipeline.Enter(running).ok());
  EXPECT_TRUE(running.in_gate);
  gate_.Close();
  for (const Route& route : routes_) {
    FakeCall late(&route);
    const absl::Status refused = pipeline.Enter(late);
    EXPECT_EQ(refused.code(), absl::StatusCode::kUnavailable);
    EXPECT_EQ(model::ReasonOf(refused), v1::SHUTTING_DOWN);
    EXPECT_TRUE(RetryAfter(refused).has_value());
    EXPECT_FALSE(late.in_gate);
  }
  EXPECT_FALSE(gate_.WaitUntilEmpty(absl::InfinitePast()));
  gate_.Leave();
  EXPECT_TRUE(gate_.WaitUntilEmpty(absl::InfinitePast()));
}

TEST_F(PipelineTest, CountsAndLogsAlsoRefusedCalls) {
  const auto pipeline = *Pipeline::Make(Stages());
  EXPECT_TRUE(metrics_.values.contains(
      "grpc_server_handled_total,grpc_code=DataLoss,grpc_method=Get,grpc_service=a.S,grpc_type=unary"));
  FakeCall good(&routes_[0]), remote(&routes_[0], "ipv4:10.0.0.7:99");
  ASSERT_TRUE(pipeline.Enter(good).ok());
  good.received = good.sent = 1;
  pipeline.Leave(good, absl::OkStatus()).IgnoreError();
  pipeline.Leave(remote, pipeline.Enter(remote)).IgnoreError();
  EXPECT_EQ(Count("grpc_server_started_total", "Get", ""), 2);
  EXPECT_EQ(Count("grpc_server_handled_total", "Get", "OK"), 1);
  EXPECT_EQ(Count("grpc_server_handled_total", "Get", "Unauthenticated"), 1);
  EXPECT_EQ(Count("grpc_server_msg_sent_total", "Get", ""), 1);
  EXPECT_EQ(Count("grpc_server_handling_seconds", "Get", ""), 2);
  ASSERT_EQ(log_.lines.size(), 2u);
  EXPECT_EQ(log_.lines[0].first, LogLevel::kDebug);
  EXPECT_NE(log_.lines[1].second.find("code=UNAUTHENTICATED"), std::string::npos);
}

TEST_F(PipelineTest, ExceptionsBecomeFaultsThatSayOnlyTheRequestId) {
  const auto pipeline = *Pipeline::Make(Stages());
  FakeCall call(&routes_[0]);
  ASSERT_TRUE(pipeline.Enter(call).ok());
  const absl::Status cause = pipeline.Run(call, []() -> absl::Status { throw std::runtime_error("secret"); });
  const absl::Status sent = pipeline.Leave(call, cause);
  EXPECT_EQ(model::ReasonOf(sent), v1::SERVER_FAULT);
  EXPECT_EQ(sent.message().find("secret"), absl::string_view::npos);
  EXPECT_NE(log_.lines[0].second.find("secret"), std::string::npos);
  FakeCall odd(&routes_[0]);
  EXPECT_EQ(model::ReasonOf(pipeline.Run(odd, []() -> absl::Status { throw 7; })), v1::SERVER_FAULT);
  EXPECT_EQ(Count("grpc_server_handled_total", "Get", "Internal"), 1);
}

TEST_F(PipelineTest, ABareErrorIsLoggedButNotSent) {
  const auto pipeline = *Pipeline::Make(Stages());
  FakeCall call(&routes_[0]);
  ASSERT_TRUE(pipeline.Enter(call).ok());
  EXPECT_EQ(model::ReasonOf(pipeline.Leave(call, absl::UnknownError("inner detail"))), v1::SERVER_FAULT);
  EXPECT_NE(log_.lines.back().second.find("inner detail"), std::string::npos);
  EXPECT_EQ(log_.lines.back().first, LogLevel::kError);
}

}  // namespace
}  // namespace bulian::rpc
