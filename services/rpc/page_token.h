// Sealed page tokens: where a list goes on, bound to the query and the caller it was made for.
//
// A token is base64url(serialised PageToken, HMAC-SHA256 of it under the server's secret). It carries no permission:
// the next call is authorised like any other. Thread-safe: immutable.
#ifndef SERVICES_RPC_PAGE_TOKEN_H_
#define SERVICES_RPC_PAGE_TOKEN_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "google/protobuf/message.h"

namespace bulian::rpc {

// Where a list goes on. Empty fields are legal (a list without a cluster has no uid).
struct PageCursor {
  std::string cluster_uid;
  std::int64_t epoch = 0;
  std::int64_t revision = 0;
  std::string last_key;     // the next page begins after it
  std::string params_hash;  // HashOfParams of the request
  std::string caller;       // Identity::name
};

class PageTokens {
 public:
  // `secret`: at least 16 bytes, the same over restarts (LoadOrCreateSecret).
  explicit PageTokens(std::string secret);

  std::string Seal(const PageCursor& cursor) const;

  // INVALID_ARGUMENT/PAGE_TOKEN_INVALID when the token was not sealed with this secret, or was made for other
  // parameters or another caller. Whether uid, epoch and revision can still be served is for the list to say.
  absl::StatusOr<PageCursor> Open(std::string_view token, std::string_view params_hash, std::string_view caller) const;

 private:
  std::string secret_;
};

// SHA-256 over the request's type and its content without the fields `page_token` and `page_size`.
std::string HashOfParams(const google::protobuf::Message& request);

// Reads the secret kept at `path`, or makes a random one there with mode 0600. UNAVAILABLE/STORE_FAILED when the file
// cannot be read or written, FAILED_PRECONDITION/STORE_FAILED when it is not 32 bytes long.
absl::StatusOr<std::string> LoadOrCreateSecret(const std::string& path);

}  // namespace bulian::rpc

#endif  // SERVICES_RPC_PAGE_TOKEN_H_
