// The methods a server serves: one row each, with its types, its handler and how heavy it is. Rooms add their rows at
// start (Register...Service functions); the server and the pipeline read it. Not thread-safe while rows are added,
// immutable and thread-safe after.
#ifndef SERVICES_RPC_METHOD_TABLE_H_
#define SERVICES_RPC_METHOD_TABLE_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "services/rpc/call_context.h"
#include "services/rpc/feed.h"

namespace bulian::rpc {

// Where a unary handler runs. kLight: microseconds, never blocks; may run on the thread that polls. kHeavy: may take
// long or block (a commit, an analysis from scratch); runs on a worker.
enum class Weight { kLight, kHeavy };

// Reads the next message of a stream: true with a message, false at the caller's end, or an error (cancelled,
// malformed).
class MessageReader {
 public:
  virtual ~MessageReader() = default;
  virtual absl::StatusOr<bool> Read(google::protobuf::Message* message) = 0;
  // Whether Read() would not wait. False if that is not known.
  virtual bool Ready() { return false; }
};

// Writes a message of a stream; blocks for flow control. False: the caller is gone, stop.
class MessageWriter {
 public:
  virtual ~MessageWriter() = default;
  virtual bool Write(const google::protobuf::Message& message) = 0;
};

template <class Request>
class StreamReader {
 public:
  explicit StreamReader(MessageReader* reader) : reader_(reader) {}
  absl::StatusOr<bool> Read(Request* request) { return reader_->Read(request); }
  bool Ready() { return reader_->Ready(); }

 private:
  MessageReader* reader_;
};

template <class Response>
class StreamWriter {
 public:
  explicit StreamWriter(MessageWriter* writer) : writer_(writer) {}
  bool Write(const Response& response) { return writer_->Write(response); }

 private:
  MessageWriter* writer_;
};

enum class MethodShape { kUnary, kServerStream, kBidi, kFeed };

struct Method {
  std::string name;  // `bulian.v1.EnterpriseService/GetEnterprise`
  MethodShape shape = MethodShape::kUnary;
  Weight weight = Weight::kLight;
  const google::protobuf::Message* request = nullptr;  // prototypes (default instances)
  const google::protobuf::Message* response = nullptr;
  std::function<absl::Status(CallContext&, const google::protobuf::Message&, google::protobuf::Message*)> unary;
  // Of a light method: whether this request may block or take long after all, so that a worker must take it. Asked on
  // the polling thread; null: never.
  std::function<bool(const google::protobuf::Message&)> may_block;
  std::function<absl::Status(CallContext&, const google::protobuf::Message&, MessageWriter&)> server_stream;
  std::function<absl::Status(CallContext&, MessageReader&, MessageWriter&)> bidi;
  std::function<absl::Status(CallContext&, const google::protobuf::Message&, const std::shared_ptr<rpc::Feed>&)> feed;
};

class MethodTable {
 public:
  template <class Request, class Response>
  void Unary(std::string_view name, Weight weight,
             std::function<absl::Status(CallContext&, const Request&, Response*)> handler) {
    Method& row = Add<Request, Response>(name, MethodShape::kUnary, weight);
    row.unary = [handler = std::move(handler)](CallContext& call, const google::protobuf::Message& request,
                                               google::protobuf::Message* response) {
      return handler(call, static_cast<const Request&>(request), static_cast<Response*>(response));
    };
  }

  // A light method but for the requests of which `may_block` is true.
  template <class Request, class Response>
  void MostlyLight(std::string_view name, std::function<bool(const Request&)> may_block,
                   std::function<absl::Status(CallContext&, const Request&, Response*)> handler) {
    Unary<Request, Response>(name, Weight::kLight, std::move(handler));
    methods_[std::string(name)].may_block = [may_block =
                                                 std::move(may_block)](const google::protobuf::Message& request) {
      return may_block(static_cast<const Request&>(request));
    };
  }

  // Stream handlers run on a worker of their own for as long as they last.
  template <class Request, class Response>
  void ServerStream(std::string_view name,
                    std::function<absl::Status(CallContext&, const Request&, StreamWriter<Response>&)> handler) {
    Method& row = Add<Request, Response>(name, MethodShape::kServerStream, Weight::kHeavy);
    row.server_stream = [handler = std::move(handler)](CallContext& call, const google::protobuf::Message& request,
                                                       MessageWriter& writer) {
      StreamWriter<Response> typed(&writer);
      return handler(call, static_cast<const Request&>(request), typed);
    };
  }

  template <class Request, class Response>
  void Bidi(std::string_view name,
            std::function<absl::Status(CallContext&, StreamReader<Request>&, StreamWriter<Response>&)> handler) {
    Method& row = Add<Request, Response>(name, MethodShape::kBidi, Weight::kHeavy);
    row.bidi = [handler = std::move(handler)](CallContext& call, MessageReader& reader, MessageWriter& writer) {
      StreamReader<Request> typed_reader(&reader);
      StreamWriter<Response> typed_writer(&writer);
      return handler(call, typed_reader, typed_writer);
    };
  }

  // A row made elsewhere.
  void Row(Method row) {
    std::string name = row.name;
    methods_[std::move(name)] = std::move(row);
  }

  // A server stream that holds no thread. The handler runs on the polling thread and must not block; an error ends the
  // stream, else it lasts until the feed is ended or closed. The call context is gone when the handler has returned.
  template <class Request, class Response>
  void Feed(std::string_view name,
            std::function<absl::Status(CallContext&, const Request&, const std::shared_ptr<rpc::Feed>&)> handler) {
    Method& row = Add<Request, Response>(name, MethodShape::kFeed, Weight::kLight);
    row.feed = [handler = std::move(handler)](CallContext& call, const google::protobuf::Message& request,
                                              const std::shared_ptr<rpc::Feed>& feed) {
      return handler(call, static_cast<const Request&>(request), feed);
    };
  }

  const std::map<std::string, Method, std::less<>>& methods() const { return methods_; }

 private:
  template <class Request, class Response>
  Method& Add(std::string_view name, MethodShape shape, Weight weight) {
    Method& row = methods_[std::string(name)];
    row.name = name;
    row.shape = shape;
    row.weight = weight;
    row.request = &Request::default_instance();
    row.response = &Response::default_instance();
    return row;
  }

  std::map<std::string, Method, std::less<>> methods_;
};

}  // namespace bulian::rpc

#endif  // SERVICES_RPC_METHOD_TABLE_H_
