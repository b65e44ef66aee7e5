// The server's streams: whole, slow, broken and given up.
#include <chrono>
#include <thread>

#include "bulian/v1/exchange.grpc.pb.h"
#include "tests/harness/raw_call.h"
#include "tests/integration/rpc_server_fixture.h"

namespace bulian {
namespace {

using harness::ReasonOf;
using RpcStreamTest = RpcServerTest;

TEST_F(RpcStreamTest, BidiAnswersEachMessageInOrder) {
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

TEST_F(RpcStreamTest, ABrokenMessageEndsABidiStreamCleanly) {
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

TEST_F(RpcStreamTest, AWholeServerStreamArrives) {
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

TEST_F(RpcStreamTest, ASlowReaderHoldsTheWriterAndAGoneOneEndsIt) {
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

}  // namespace
}  // namespace bulian
