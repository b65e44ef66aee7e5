#include "services/rpc/wrong_replica.h"

#include <string>
#include <utility>

#include "google/protobuf/descriptor.h"
#include "services/model/error.h"

namespace bulian::rpc {

void RefuseService(MethodTable& methods, std::string_view service, std::string_view target) {
  const auto* pool = google::protobuf::DescriptorPool::generated_pool();
  auto* messages = google::protobuf::MessageFactory::generated_factory();
  const auto* described = pool->FindServiceByName(std::string(service));
  for (int i = 0; described != nullptr && i < described->method_count(); ++i) {
    const auto& what = *described->method(i);
    Method row;
    row.name = std::string(service) + "/" + what.name();
    row.request = messages->GetPrototype(what.input_type());
    row.response = messages->GetPrototype(what.output_type());
    const absl::Status refusal =
        model::Error(absl::StatusCode::kUnavailable, v1::WRONG_REPLICA, "another kind of replica serves this method",
                     {{"target", std::string(target)}, {"method", row.name}});
    if (what.client_streaming()) {
      row.shape = MethodShape::kBidi;
      row.bidi = [refusal](CallContext&, MessageReader&, MessageWriter&) { return refusal; };
    } else if (what.server_streaming()) {
      row.shape = MethodShape::kServerStream;
      row.server_stream = [refusal](CallContext&, const google::protobuf::Message&, MessageWriter&) { return refusal; };
    } else {
      row.unary = [refusal](CallContext&, const google::protobuf::Message&, google::protobuf::Message*) {
        return refusal;
      };
    }
    methods.Row(std::move(row));
  }
}

}  // namespace bulian::rpc
