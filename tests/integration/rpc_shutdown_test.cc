// The server's end as callers see it: what runs may finish, what comes too late is told so, nothing looks whole that is
// cut.
#include <atomic>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "bulian/v1/exchange.grpc.pb.h"
#include "tests/harness/raw_call.h"
#include "tests/integration/rpc_server_fixture.h"

namespace bulian {
namespace {

using harness::RawCall;
using harness::ReasonOf;
using RpcShutdownTest = RpcServerTest;

TEST_F(RpcShutdownTest, EndingStreamsNeverMakesACutLookComplete) {
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

TEST_F(RpcShutdownTest, ShutdownLetsARunningCallEnd) {
  std::atomic<bool> good = false;
  std::thread caller([&] { good = RawCall(channel_, kAnalyze, "").status.ok(); });
  Await([&] { return running_ == 1; });
  std::thread shutdown([&] { server_->Shutdown(absl::Now() + absl::Seconds(60)); });
  // New connections are refused once the listener is closed.
  Await([&] { return !RawCall(NewChannel(), kGet, "").status.ok(); });
  released_ = true;
  shutdown.join();
  caller.join();
  EXPECT_TRUE(good);
}

TEST_F(RpcShutdownTest, ShutdownCancelsWhatDoesNotEndInTime) {
  grpc::Status status;
  std::thread caller([&] { status = RawCall(channel_, kAnalyze, "").status; });
  Await([&] { return running_ == 1; });
  server_->Shutdown(absl::Now() + absl::Milliseconds(50));
  caller.join();
  EXPECT_EQ(running_, 0);
  EXPECT_FALSE(status.ok());
}

// Callers that never look at health, through the whole end of the server, again and again.
TEST_F(RpcShutdownTest, NoCallIsCancelledByTheEndOfTheServer) {
  for (int round = 0; round < 20; ++round) {
    Restart();
    std::atomic<int> answered = 0, cut = 0, wrong = 0;
    std::vector<std::thread> callers;
    for (int i = 0; i < 8; ++i) {
      callers.emplace_back([&, channel = NewChannel()] {
        for (int late = 0; late < 3;) {
          const grpc::Status status = RawCall(channel, kGet, "").status;
          if (status.ok()) {
            ++answered;
            continue;
          }
          // Refused with a reason, or the connection is gone; the server is, after that.
          const std::string reason = ReasonOf(status);
          if (reason != "SHUTTING_DOWN") ++late;
          if (status.error_code() != grpc::StatusCode::UNAVAILABLE || (reason != "SHUTTING_DOWN" && !reason.empty())) {
            ++wrong;
            ADD_FAILURE() << status.error_code() << ": " << status.error_message();
          }
          ++cut;
        }
      });
    }
    Await([&] { return answered > 200; });
    server_->Shutdown(absl::Now() + absl::Seconds(60));
    for (std::thread& caller : callers) caller.join();
    ASSERT_EQ(wrong, 0);
    EXPECT_GT(cut, 0);
  }
}

TEST_F(RpcShutdownTest, WhoComesWhileRunningCallsEndIsToldToGoElsewhere) {
  ASSERT_TRUE(RawCall(channel_, kGet, "").status.ok());
  grpc::Status running;
  std::thread caller([&] { running = RawCall(NewChannel(), kAnalyze, "").status; });
  Await([&] { return running_ == 1; });
  std::thread shutdown([&] { server_->Shutdown(absl::Now() + absl::Seconds(60)); });
  grpc::Status late;
  std::string pushback;
  Await([&] {  // on the connection it has
    grpc::ClientContext context;
    late = RawCall(channel_, kGet, "", &context).status;
    pushback = harness::Trailer(context, "grpc-retry-pushback-ms");
    return !late.ok();
  });
  EXPECT_EQ(late.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(ReasonOf(late), "SHUTTING_DOWN");
  EXPECT_FALSE(pushback.empty());
  EXPECT_EQ(running_, 1);
  released_ = true;
  shutdown.join();
  caller.join();
  EXPECT_TRUE(running.ok());
}

}  // namespace
}  // namespace bulian
