// Unary calls as bytes, for requests that no generated stub would send.
#ifndef TESTS_HARNESS_RAW_CALL_H_
#define TESTS_HARNESS_RAW_CALL_H_

#include <map>
#include <memory>
#include <string>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"

namespace bulian::harness {

struct RawAnswer {
  grpc::Status status;
  std::string body;
};

// Calls `/service/method` with `bytes` and waits, 30 s at most unless the context has a deadline.
RawAnswer RawCall(const std::shared_ptr<grpc::Channel>& channel, const std::string& path, const std::string& bytes,
                  grpc::ClientContext* context = nullptr);

// The details a status carries; empty messages where it has none.
google::rpc::Status DetailsOf(const grpc::Status& status);
template <class Detail>
Detail DetailOf(const grpc::Status& status) {
  const google::rpc::Status details = DetailsOf(status);
  Detail detail;
  for (const auto& any : details.details()) {
    if (any.Is<Detail>()) any.UnpackTo(&detail);
  }
  return detail;
}
// ErrorInfo.reason, empty if there is none.
std::string ReasonOf(const grpc::Status& status);

// A trailing metadata value after the call; empty if absent.
std::string Trailer(const grpc::ClientContext& context, const std::string& key);

}  // namespace bulian::harness

#endif  // TESTS_HARNESS_RAW_CALL_H_
