#include "tests/harness/raw_call.h"

#include <chrono>

#include "grpcpp/completion_queue.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/support/slice.h"

namespace bulian::harness {

RawAnswer RawCall(const std::shared_ptr<grpc::Channel>& channel, const std::string& path, const std::string& bytes,
                  grpc::ClientContext* context) {
  grpc::ClientContext own;
  if (context == nullptr) context = &own;
  if (context->deadline() == std::chrono::system_clock::time_point::max()) {
    context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  }
  grpc::GenericStub stub(channel);
  grpc::CompletionQueue queue;
  const grpc::Slice slice(bytes);
  const auto call = stub.PrepareUnaryCall(context, path, grpc::ByteBuffer(&slice, 1), &queue);
  call->StartCall();
  RawAnswer answer;
  grpc::ByteBuffer body;
  call->Finish(&body, &answer.status, &queue);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  grpc::Slice whole;
  if (answer.status.ok() && body.DumpToSingleSlice(&whole).ok()) {
    answer.body.assign(reinterpret_cast<const char*>(whole.begin()), whole.size());
  }
  return answer;
}

google::rpc::Status DetailsOf(const grpc::Status& status) {
  google::rpc::Status details;
  details.ParseFromString(status.error_details());
  return details;
}

std::string ReasonOf(const grpc::Status& status) { return DetailOf<google::rpc::ErrorInfo>(status).reason(); }

std::string Trailer(const grpc::ClientContext& context, const std::string& key) {
  const auto& trailers = context.GetServerTrailingMetadata();
  const auto found = trailers.find(key);
  return found == trailers.end() ? "" : std::string(found->second.data(), found->second.size());
}

}  // namespace bulian::harness
