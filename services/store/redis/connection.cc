#include "services/store/redis/connection.h"

#include <poll.h>
#include <sys/time.h>

#include <cerrno>
#include <utility>

#include "services/model/error.h"

namespace bulian::store::redis {
bool ParseEndpoint(std::string_view text, Endpoint* endpoint) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const std::int64_t port = ToInteger(text.substr(colon + 1));
  if (host.empty() || port < 1 || port > 65535) return false;
  *endpoint = {std::string(host), static_cast<int>(port)};
  return true;
}

absl::Status RedisFailed(std::string_view why) {
  return model::Error(absl::StatusCode::kUnavailable, v1::STORE_FAILED, "Redis: " + std::string(why));
}

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(const Endpoint& endpoint, const Credentials& credentials,
                                                             absl::Duration timeout) {
  redisContext* context = redisConnectWithTimeout(endpoint.host.c_str(), endpoint.port, absl::ToTimeval(timeout));
  if (context == nullptr) return RedisFailed("no memory for a connection");
  std::unique_ptr<Connection> connection(new Connection(endpoint, context));
  if (context->err != 0) return connection->Broken("connect to");
  redisEnableKeepAlive(context);
  connection->SetTimeout(timeout);
  if (!credentials.password.empty()) {
    Command auth = {"AUTH"};
    if (!credentials.user.empty()) auth.push_back(credentials.user);
    auth.push_back(credentials.password);
    auto reply = connection->Run(auth);
    if (!reply.ok()) return reply.status();
    if (const Reply answer(reply->get()); answer.IsError())
      return RedisFailed(endpoint.Text() + " refuses the user or the password: " + std::string(answer.Text()));
  }
  return connection;
}

void Connection::SetTimeout(absl::Duration timeout) { redisSetTimeout(context_.get(), absl::ToTimeval(timeout)); }

absl::Status Connection::Broken(std::string_view doing) {
  std::string why = context_->err == 0 ? "the connection ended" : context_->errstr;
  if (context_->err == REDIS_ERR_IO && (errno == EAGAIN || errno == EWOULDBLOCK)) why = "no answer in time";
  return RedisFailed("could not " + std::string(doing) + " " + endpoint_.Text() + ": " + why);
}

void Connection::Queue(const Command& command) {
  std::vector<const char*> parts;
  std::vector<std::size_t> sizes;
  parts.reserve(command.size());
  sizes.reserve(command.size());
  for (const std::string& part : command) {
    parts.push_back(part.data());
    sizes.push_back(part.size());
  }
  redisAppendCommandArgv(context_.get(), static_cast<int>(parts.size()), parts.data(), sizes.data());
}

absl::Status Connection::Flush() {
  int done = 0;
  while (done == 0) {
    if (redisBufferWrite(context_.get(), &done) != REDIS_OK) return Broken("send to");
  }
  return absl::OkStatus();
}

absl::StatusOr<ReplyPtr> Connection::Receive() {
  void* reply = nullptr;
  errno = 0;
  if (redisGetReply(context_.get(), &reply) != REDIS_OK) return Broken("read from");
  return ReplyPtr(static_cast<redisReply*>(reply));
}

absl::StatusOr<ReplyPtr> Connection::ReceiveWithin(absl::Duration timeout) {
  while (true) {
    void* reply = nullptr;
    if (redisGetReplyFromReader(context_.get(), &reply) != REDIS_OK) return Broken("read from");
    if (reply != nullptr) return ReplyPtr(static_cast<redisReply*>(reply));
    pollfd readable{context_->fd, POLLIN, 0};
    const int ready = poll(&readable, 1, static_cast<int>(absl::ToInt64Milliseconds(timeout)));
    if (ready == 0 || (ready < 0 && errno == EINTR)) return ReplyPtr();
    if (ready < 0 || redisBufferRead(context_.get()) != REDIS_OK) return Broken("read from");
  }
}

absl::StatusOr<ReplyPtr> Connection::Run(const Command& command) {
  Queue(command);
  if (absl::Status sent = Flush(); !sent.ok()) return sent;
  return Receive();
}

}  // namespace bulian::store::redis
