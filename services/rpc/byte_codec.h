// Messages to and from the bytes gRPC carries, without a copy more than needed. Thread-safe: no state.
#ifndef SERVICES_RPC_BYTE_CODEC_H_
#define SERVICES_RPC_BYTE_CODEC_H_

#include <cstddef>
#include <string_view>

#include "absl/status/status.h"
#include "google/protobuf/message.h"
#include "grpcpp/support/byte_buffer.h"

namespace bulian::rpc {

// Reads `bytes` into `message`. RESOURCE_EXHAUSTED/REQUEST_TOO_LARGE beyond `limit`; INVALID_ARGUMENT/MALFORMED_REQUEST
// when the bytes are no such message or a string is not UTF-8.
absl::Status Parse(grpc::ByteBuffer* bytes, std::size_t limit, std::string_view method,
                   google::protobuf::Message* message);

// Writes `message` straight into one slice. RESOURCE_EXHAUSTED/RESPONSE_TOO_LARGE beyond `limit`.
absl::Status Serialise(const google::protobuf::Message& message, std::size_t limit, grpc::ByteBuffer* bytes);

}  // namespace bulian::rpc

#endif  // SERVICES_RPC_BYTE_CODEC_H_
