// All registry services over a real store in a temporary folder, called through the method table as the server would.
#ifndef SERVICES_EXCHANGE_REGISTRY_FIXTURE_H_
#define SERVICES_EXCHANGE_REGISTRY_FIXTURE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bulian/v1/exchange.pb.h"
#include "gtest/gtest.h"
#include "services/exchange/import_session.h"
#include "services/exchange/interposed_store.h"
#include "services/model/error.h"
#include "services/resource/context.h"
#include "services/rpc/method_table.h"
#include "services/store/observers.h"
#include "services/store/store.h"
#include "services/view/view.h"
#include "services/watch/hub.h"

namespace bulian::exchange {

// How a stream goes.
struct ImportRun {
  bool overlap = true;                                      // messages are there at once, else after each answer
  std::function<void(std::size_t)> before;                  // called before message i is read, also for the end
  std::function<bool(const v1::ImportResponse&)> answered;  // false: the caller is gone
  std::function<bool()> cancelled = [] { return false; };   // the call
  ImportSession::Limits limits;
};
struct ImportOutcome {
  absl::Status status;
  std::vector<v1::ImportResponse> answers;
};

class Registry {
 public:
  explicit Registry(const watch::WatcherOptions& watches = {});
  ~Registry();

  template <class Request>
  absl::Status Call(const std::string& method, const Request& request, google::protobuf::Message* response) {
    rpc::CallContext call;
    call.method = "bulian.v1." + method;
    call.caller.name = "partners/test";
    return table_.methods().at(call.method).unary(call, request, response);
  }
  // A request in text format.
  template <class Request, class Response>
  absl::StatusOr<Response> Call(const std::string& method, const std::string& text) {
    Request request;
    Parse(text, &request);
    Response response;
    if (absl::Status status = Call(method, request, &response); !status.ok()) return status;
    return response;
  }

  // One import stream over these messages; the answers, or the error that ended it.
  absl::StatusOr<std::vector<v1::ImportResponse>> Import(const std::vector<v1::ImportRequest>& requests);
  // The same in every circumstance, with the answers before an error.
  ImportOutcome Import(const std::vector<v1::ImportRequest>& requests, const ImportRun& run);
  InterposedStore& store() { return *store_; }
  view::Views& views() { return *views_; }
  watch::Hub& watches() { return hub_; }
  const rpc::MethodTable& methods() const { return table_; }
  // For services of other rooms over the same store.
  rpc::MethodTable& methods() { return table_; }
  const std::shared_ptr<const resource::Context>& context() const { return context_; }
  std::vector<v1::ImportRecord> Export(const std::string& cluster);
  std::int64_t Revision(const std::string& cluster) const;

  static void Parse(const std::string& text, google::protobuf::Message* message);

 private:
  std::string folder_;
  std::unique_ptr<InterposedStore> store_;
  std::unique_ptr<view::Views> views_;
  watch::Hub hub_;
  std::unique_ptr<store::Observers> observers_;
  std::unique_ptr<rpc::PageTokens> tokens_;
  std::shared_ptr<const resource::Context> context_;
  rpc::MethodTable table_;
};

// An import message into `clusters/c` of one record in text format.
v1::ImportRequest Message(std::int64_t sequence, const std::string& text);

// Records as sorted texts, without what differs between two clusters of the same content.
std::vector<std::string> Comparable(std::vector<v1::ImportRecord> records);

}  // namespace bulian::exchange

#endif  // SERVICES_EXCHANGE_REGISTRY_FIXTURE_H_
