// The server as the command line sees it: one channel, unary calls by method name, and errors told to people.
#ifndef TOOLS_CLI_CONNECTION_H_
#define TOOLS_CLI_CONNECTION_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <string_view>

#include "google/protobuf/message.h"

namespace bulian::cli {

class Connection {
 public:
  // `server` is HOST:PORT; `timeout_seconds` is the deadline of a unary call.
  Connection(const std::string& server, int timeout_seconds);

  // Calls `bulian.v1.Service/Method`.
  grpc::Status Call(std::string_view method, const google::protobuf::Message& request,
                    google::protobuf::Message* response);
  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }

 private:
  std::shared_ptr<grpc::Channel> channel_;
  int timeout_seconds_;
};

// The status on stderr: code, message, every field violation, the reason. Returns the exit status 1.
int PrintError(const grpc::Status& status);

}  // namespace bulian::cli

#endif  // TOOLS_CLI_CONNECTION_H_
