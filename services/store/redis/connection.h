// One connection to one Redis process, with its time limits and its credentials.
#ifndef SERVICES_STORE_REDIS_CONNECTION_H_
#define SERVICES_STORE_REDIS_CONNECTION_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/store/redis/reply.h"

namespace bulian::store::redis {

struct Endpoint {
  std::string host;
  int port = 0;
  std::string Text() const { return host + ":" + std::to_string(port); }
  auto operator<=>(const Endpoint&) const = default;
};

// `host:port`, also with an IPv6 address in brackets; false if it is none.
bool ParseEndpoint(std::string_view text, Endpoint* endpoint);

struct Credentials {
  std::string user, password;  // no password: no AUTH
};

// UNAVAILABLE/STORE_FAILED.
absl::Status RedisFailed(std::string_view why);

// Not thread-safe. After the first failure every call fails: make another one.
class Connection {
 public:
  // UNAVAILABLE/STORE_FAILED when nothing answers or the credentials are refused; the message names the endpoint.
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const Endpoint& endpoint, const Credentials& credentials,
                                                          absl::Duration timeout);

  // Queues a command; Flush() sends what is queued. Receive() takes the replies in order. An error reply is a reply;
  // a status is the connection's end, after which what was sent may have been done or not.
  void Queue(const Command& command);
  absl::Status Flush();
  absl::StatusOr<ReplyPtr> Receive();
  // What a server sends by itself; null: nothing within the time, and the connection is as good as before.
  absl::StatusOr<ReplyPtr> ReceiveWithin(absl::Duration timeout);
  // One command and its reply.
  absl::StatusOr<ReplyPtr> Run(const Command& command);

  // How long one Receive() may wait.
  void SetTimeout(absl::Duration timeout);
  const Endpoint& endpoint() const { return endpoint_; }
  bool broken() const { return context_ == nullptr || context_->err != 0; }

 private:
  struct FreeContext {
    void operator()(redisContext* context) const { redisFree(context); }
  };
  Connection(Endpoint endpoint, redisContext* context) : endpoint_(std::move(endpoint)), context_(context) {}
  absl::Status Broken(std::string_view doing);

  Endpoint endpoint_;
  std::unique_ptr<redisContext, FreeContext> context_;
};

}  // namespace bulian::store::redis

#endif  // SERVICES_STORE_REDIS_CONNECTION_H_
