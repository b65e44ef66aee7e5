#include "services/resource/request_shape.h"

#include <memory>
#include <utility>

#include "services/resource/uid.h"
#include "services/rpc/page_token.h"

namespace bulian::resource {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

RequestShape::RequestShape(const Descriptor* request, const Descriptor* resource) : request_(request) {
  for (int i = 0; i < request->field_count(); ++i) {
    if (request->field(i)->message_type() == resource) resource_ = request->field(i);
  }
}

const FieldDescriptor* RequestShape::Find(std::string_view field) const {
  return request_->FindFieldByName(std::string(field));
}

std::string RequestShape::Text(const Message& request, std::string_view field) const {
  const FieldDescriptor* found = Find(field);
  return found == nullptr ? std::string() : request.GetReflection()->GetString(request, found);
}

bool RequestShape::Flag(const Message& request, std::string_view field) const {
  const FieldDescriptor* found = Find(field);
  return found != nullptr && request.GetReflection()->GetBool(request, found);
}

int RequestShape::Number(const Message& request, std::string_view field) const {
  const FieldDescriptor* found = Find(field);
  return found == nullptr ? 0 : request.GetReflection()->GetInt32(request, found);
}

std::string RequestShape::resource_field() const { return resource_ == nullptr ? std::string() : resource_->name(); }

bool RequestShape::HasResource(const Message& request) const {
  return request.GetReflection()->HasField(request, resource_);
}

const Message& RequestShape::Resource(const Message& request) const {
  return request.GetReflection()->GetMessage(request, resource_);
}

v1::ReadAt RequestShape::ReadPosition(const Message& request) const {
  const FieldDescriptor* found = Find("read_at");
  return found == nullptr ? v1::ReadAt()
                          : static_cast<const v1::ReadAt&>(request.GetReflection()->GetMessage(request, found));
}

google::protobuf::FieldMask RequestShape::UpdateMask(const Message& request) const {
  const FieldDescriptor* found = Find("update_mask");
  if (found == nullptr) return {};
  return static_cast<const google::protobuf::FieldMask&>(request.GetReflection()->GetMessage(request, found));
}

Message* RequestShape::AddResource(Message* response) const {
  return response->GetReflection()->AddMessage(response, resource_);
}

void RequestShape::SetText(Message* response, std::string_view field, std::string value) const {
  const FieldDescriptor* found = Find(field);
  if (found != nullptr) response->GetReflection()->SetString(response, found, std::move(value));
}

void RequestShape::SetRevision(Message* response, const v1::Revision& revision) const {
  const FieldDescriptor* found = Find("revision");
  if (found != nullptr) response->GetReflection()->MutableMessage(response, found)->CopyFrom(revision);
}

void CheckRequestId(std::string_view request_id, model::Violations* violations) {
  if (!request_id.empty() && !IsUuid(request_id)) violations->Add("request_id", "must be a UUID of 36 characters");
}

std::string PayloadDigest(const Message& request) {
  std::unique_ptr<Message> payload(request.New());
  payload->CopyFrom(request);
  const Descriptor* type = request.GetDescriptor();
  for (const char* field : {"request_id", "validate_only"}) {
    if (const FieldDescriptor* found = type->FindFieldByName(field))
      payload->GetReflection()->ClearField(payload.get(), found);
  }
  return rpc::HashOfParams(*payload);
}

}  // namespace bulian::resource
