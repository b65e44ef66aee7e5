// Streams that hold no thread, over real connections: their order, their limits and every way they end.
#include <grpcpp/grpcpp.h>

#include <fstream>
#include <mutex>
#include <sstream>
#include <thread>
#include <vector>

#include "bulian/v1/exchange.grpc.pb.h"
#include "services/model/error.h"
#include "tests/harness/raw_call.h"
#include "tests/integration/rpc_server_fixture.h"

namespace bulian {
namespace {

using Stub = v1::ExchangeService::Stub;

// Keeps every feed it is given, and counts what it is told.
class Feeder {
 public:
  absl::Status Take(const v1::WatchChangesRequest& request, const std::shared_ptr<rpc::Feed>& feed) {
    if (request.parent() == "refuse") return model::NotFound("clusters/none");
    if (request.parent() == "throw") throw std::runtime_error("the secret reason");
    feed->Listen(std::make_shared<Listener>(this));
    if (request.parent() == "at once") {
      for (int i = 1; i <= 100; ++i) feed->Send(Message(i), i);
      feed->End(absl::OkStatus());
    }
    const std::lock_guard lock(mutex_);
    feeds_.push_back(feed);
    return absl::OkStatus();
  }

  static std::shared_ptr<const std::string> Message(std::int64_t number, std::size_t bytes = 10) {
    v1::WatchChangesResponse message;
    message.mutable_revision()->set_number(number);
    message.set_resume_token(std::string(bytes, 'x'));
    return std::make_shared<const std::string>(message.SerializeAsString());
  }

  std::vector<std::shared_ptr<rpc::Feed>> feeds() {
    const std::lock_guard lock(mutex_);
    return feeds_;
  }
  std::atomic<int> closed = 0, room = 0;

 private:
  class Listener final : public rpc::FeedListener {
   public:
    explicit Listener(Feeder* feeder) : feeder_(feeder) {}
    void OnRoom() override { feeder_->room.fetch_add(1); }
    void OnClosed() override { feeder_->closed.fetch_add(1); }

   private:
    Feeder* const feeder_;
  };
  std::mutex mutex_;
  std::vector<std::shared_ptr<rpc::Feed>> feeds_;
};

class RpcFeedTest : public RpcServerTest {
 protected:
  void SetUp() override {
    methods_.Feed<v1::WatchChangesRequest, v1::WatchChangesResponse>(
        "bulian.v1.ExchangeService/WatchChanges",
        [this](rpc::CallContext&, const v1::WatchChangesRequest& request, const std::shared_ptr<rpc::Feed>& feed) {
          return feeder_.Take(request, feed);
        });
    RpcServerTest::SetUp();
  }
  void TearDown() override { server_.reset(); }

  std::unique_ptr<grpc::ClientReader<v1::WatchChangesResponse>> Open(Stub& stub, grpc::ClientContext* context,
                                                                     const std::string& parent = "") {
    v1::WatchChangesRequest request;
    request.set_parent(parent);
    return stub.WatchChanges(context, request);
  }
  // Opens many and waits until the server has them.
  struct Client {
    grpc::ClientContext context;
    std::unique_ptr<grpc::ClientReader<v1::WatchChangesResponse>> reader;
  };
  std::vector<std::unique_ptr<Client>> OpenMany(Stub& stub, std::size_t count) {
    const std::size_t before = feeder_.feeds().size();
    std::vector<std::unique_ptr<Client>> clients;
    for (std::size_t i = 0; i < count; ++i) {
      clients.push_back(std::make_unique<Client>());
      clients.back()->reader = Open(stub, &clients.back()->context);
    }
    Await([&] { return feeder_.feeds().size() == before + count; });
    return clients;
  }

  Feeder feeder_;
};

int ThreadsOfThisProcess() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.rfind("Threads:", 0) == 0) return std::stoi(line.substr(8));
  return -1;
}

TEST_F(RpcFeedTest, WhatIsSentBeforeTheHandlerReturnsComesWholeAndInOrder) {
  Stub stub(channel_);
  grpc::ClientContext context;
  const auto reader = Open(stub, &context, "at once");
  v1::WatchChangesResponse message;
  for (int i = 1; i <= 100; ++i) {
    ASSERT_TRUE(reader->Read(&message));
    EXPECT_EQ(message.revision().number(), i);
  }
  EXPECT_FALSE(reader->Read(&message));
  EXPECT_TRUE(reader->Finish().ok());
  Await([this] { return feeder_.closed == 1; });
}

TEST_F(RpcFeedTest, AHandlerThatRefusesOrThrowsEndsTheStream) {
  Stub stub(channel_);
  grpc::ClientContext refused, thrown;
  EXPECT_EQ(harness::ReasonOf(Open(stub, &refused, "refuse")->Finish()), "RESOURCE_NOT_FOUND");
  EXPECT_EQ(harness::ReasonOf(Open(stub, &thrown, "throw")->Finish()), "SERVER_FAULT");
  EXPECT_EQ(harness::RawCall(channel_, "/bulian.v1.ExchangeService/WatchChanges", "\xff").status.error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(RpcFeedTest, FeedsHaveALimitOfTheirOwnAndTakeNoThreads) {
  options_.feeds = 300;
  options_.streams = 1;
  Restart();
  Stub stub(channel_);
  auto one = OpenMany(stub, 1);
  const int threads = ThreadsOfThisProcess();
  auto many = OpenMany(stub, 299);
  // gRPC's core starts a timer or resolver thread of its own when the machine is busy; a thread a feed would be 299.
  EXPECT_LE(ThreadsOfThisProcess(), threads + 10);
  grpc::ClientContext context;
  EXPECT_EQ(harness::ReasonOf(Open(stub, &context)->Finish()), "SERVER_BUSY");
  many.pop_back();
  Await([this] { return feeder_.closed == 1; });
  for (const auto& feed : feeder_.feeds()) feed->Send(Feeder::Message(7), 7);
  v1::WatchChangesResponse message;
  for (const auto& client : many) {
    ASSERT_TRUE(client->reader->Read(&message));
    EXPECT_EQ(message.revision().number(), 7);
  }
}

TEST_F(RpcFeedTest, ManyCallersThatVanishWhileMessagesComeLeaveNothingBehind) {
  for (int round = 0; round < 5; ++round) {
    const auto channel = NewChannel();
    Stub stub(channel);
    auto clients = OpenMany(stub, 200);
    const auto feeds = feeder_.feeds();
    std::thread sender([&] {
      for (std::int64_t i = 1; i <= 20; ++i)
        for (std::size_t feed = feeds.size() - 200; feed < feeds.size(); ++feed)
          feeds[feed]->Send(Feeder::Message(i, 1000), i);
    });
    std::thread ender([&] {
      for (std::size_t feed = feeds.size() - 200; feed < feeds.size(); feed += 3)
        feeds[feed]->End(model::NotFound("clusters/c"));
    });
    clients.clear();
    sender.join();
    ender.join();
    Await([&] { return feeder_.closed == 200 * (round + 1); });
  }
}

TEST_F(RpcFeedTest, ACallerThatTakesNothingIsToldWhyOnceItReads) {
  Stub stub(channel_);
  auto clients = OpenMany(stub, 1);
  const auto feed = feeder_.feeds().back();
  for (std::int64_t i = 1; i <= 100; ++i) ASSERT_TRUE(feed->Send(Feeder::Message(i, 256 << 10), i));
  Await([&] { return feed->Taken() > 0; });
  const auto mark = feed->DropQueued();
  ASSERT_TRUE(mark);
  ASSERT_LT(*mark, 100) << "a connection holds less than 25 MiB";
  feed->End(model::Error(absl::StatusCode::kResourceExhausted, v1::READER_TOO_SLOW, "too slow"));
  EXPECT_FALSE(feed->Send(Feeder::Message(1), 1));
  v1::WatchChangesResponse message;
  std::int64_t last = 0;
  while (clients[0]->reader->Read(&message)) {
    EXPECT_EQ(message.revision().number(), last + 1);
    last = message.revision().number();
  }
  EXPECT_EQ(last, *mark) << "the reader has what the mark says, and no more";
  EXPECT_EQ(harness::ReasonOf(clients[0]->reader->Finish()), "READER_TOO_SLOW");
}

TEST_F(RpcFeedTest, AFullQueueTellsOfRoom) {
  Stub stub(channel_);
  auto clients = OpenMany(stub, 1);
  const auto feed = feeder_.feeds().back();
  std::int64_t sent = 0;
  for (; !feed->Full(); ++sent) feed->Send(Feeder::Message(sent, 100 << 10), sent);
  v1::WatchChangesResponse message;
  for (std::int64_t i = 1; i <= sent; ++i) ASSERT_TRUE(clients[0]->reader->Read(&message));
  Await([this] { return feeder_.room == 1; });
  EXPECT_FALSE(feed->Full());
}

TEST_F(RpcFeedTest, ShutdownEndsFeedsWithAReasonAndDoesNotWaitForWhoTakesNothing) {
  const auto idle_channel = NewChannel(), stuck_channel = NewChannel();
  Stub idle_stub(idle_channel), stuck_stub(stuck_channel);
  auto idle = OpenMany(idle_stub, 100);
  auto stuck = OpenMany(stuck_stub, 1);
  const auto feed = feeder_.feeds().back();
  for (std::int64_t i = 1; i <= 100; ++i) feed->Send(Feeder::Message(i, 256 << 10), i);
  const absl::Time begin = absl::Now();
  server_->Shutdown(begin + absl::Minutes(5));
  EXPECT_LT(absl::Now() - begin, absl::Minutes(4));
  for (const auto& client : idle) {
    const grpc::Status status = client->reader->Finish();
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
    EXPECT_EQ(harness::ReasonOf(status), "SHUTTING_DOWN");
  }
  EXPECT_EQ(feeder_.closed, 101);
}

TEST_F(RpcFeedTest, TheCallersDeadlineEndsTheStream) {
  Stub stub(channel_);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(200));
  EXPECT_EQ(Open(stub, &context)->Finish().error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  Await([this] { return feeder_.closed == 1; });
}

}  // namespace
}  // namespace bulian
