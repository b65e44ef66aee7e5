#include "services/rpc/byte_codec.h"

#include <cstdint>
#include <string>

#include "grpcpp/support/proto_buffer_reader.h"
#include "grpcpp/support/slice.h"
#include "services/model/error.h"

namespace bulian::rpc {
namespace {

absl::Status TooLarge(v1::ErrorReason reason, std::string_view what, std::size_t size, std::size_t limit) {
  return model::Error(absl::StatusCode::kResourceExhausted, reason, what,
                      {{"limit_bytes", std::to_string(limit)}, {"size_bytes", std::to_string(size)}});
}

}  // namespace

absl::Status Parse(grpc::ByteBuffer* bytes, std::size_t limit, std::string_view method,
                   google::protobuf::Message* message) {
  const std::size_t size = bytes->Length();
  if (size > limit) return TooLarge(v1::REQUEST_TOO_LARGE, "the request is larger than the server takes", size, limit);
  bool parsed = false;
  grpc::Slice slice;
  if (bytes->TrySingleSlice(&slice).ok()) {
    parsed = message->ParseFromArray(slice.begin(), static_cast<int>(slice.size()));
  } else {
    grpc::ProtoBufferReader reader(bytes);
    parsed = reader.status().ok() && message->ParseFromZeroCopyStream(&reader);
  }
  if (parsed) return absl::OkStatus();
  return model::Error(absl::StatusCode::kInvalidArgument, v1::MALFORMED_REQUEST,
                      "the bytes are no message of the method's type, or a string is not UTF-8",
                      {{"method", std::string(method)}});
}

absl::Status Serialise(const google::protobuf::Message& message, std::size_t limit, grpc::ByteBuffer* bytes) {
  const std::size_t size = message.ByteSizeLong();
  if (size > limit) {
    return TooLarge(v1::RESPONSE_TOO_LARGE,
                    "the answer is larger than the server sends; ask for a smaller page or part", size, limit);
  }
  grpc::Slice slice(size);
  // The slice is new and nobody else's yet, so its bytes may be written.
  message.SerializeWithCachedSizesToArray(const_cast<std::uint8_t*>(slice.begin()));
  *bytes = grpc::ByteBuffer(&slice, 1);
  return absl::OkStatus();
}

}  // namespace bulian::rpc
