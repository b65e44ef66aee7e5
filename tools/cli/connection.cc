#include "tools/cli/connection.h"

#include <grpcpp/generic/generic_stub.h>

#include <chrono>
#include <iostream>

#include "google/rpc/code.pb.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace bulian::cli {
namespace {

grpc::ChannelArguments ChannelSettings() {
  grpc::ChannelArguments settings;
  settings.SetMaxReceiveMessageSize(64 << 20);
  settings.SetMaxSendMessageSize(16 << 20);
  settings.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
  return settings;
}

}  // namespace

Connection::Connection(const std::string& server, int timeout_seconds)
    : channel_(grpc::CreateCustomChannel(server, grpc::InsecureChannelCredentials(), ChannelSettings())),
      timeout_seconds_(timeout_seconds) {}

grpc::Status Connection::Call(std::string_view method, const google::protobuf::Message& request,
                              google::protobuf::Message* response) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(timeout_seconds_));
  grpc::Slice slice(request.SerializeAsString());
  const grpc::ByteBuffer bytes(&slice, 1);
  grpc::CompletionQueue queue;
  grpc::GenericStub stub(channel_);
  auto call = stub.PrepareUnaryCall(&context, "/" + std::string(method), bytes, &queue);
  call->StartCall();
  grpc::ByteBuffer answer;
  grpc::Status status;
  call->Finish(&answer, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  if (!status.ok()) return status;
  grpc::Slice whole;
  if (!answer.DumpToSingleSlice(&whole).ok() ||
      !response->ParseFromArray(whole.begin(), static_cast<int>(whole.size())))
    return {grpc::StatusCode::INTERNAL, "the server's answer cannot be read"};
  return status;
}

int PrintError(const grpc::Status& status) {
  std::cerr << "error: " << google::rpc::Code_Name(static_cast<google::rpc::Code>(status.error_code())) << ": "
            << status.error_message() << '\n';
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) return 1;
  for (const auto& detail : details.details()) {
    google::rpc::BadRequest bad;
    google::rpc::ErrorInfo info;
    if (detail.UnpackTo(&bad)) {
      for (const auto& violation : bad.field_violations())
        std::cerr << "  " << violation.field() << ": " << violation.description() << '\n';
    } else if (detail.UnpackTo(&info)) {
      std::cerr << "  reason: " << info.reason() << '\n';
    }
  }
  return 1;
}

}  // namespace bulian::cli
