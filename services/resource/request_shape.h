// The fields that requests of standard methods have in common, found by name once at start and read by reflection.
// Immutable, thread-safe. An absent field reads as empty.
#ifndef SERVICES_RESOURCE_REQUEST_SHAPE_H_
#define SERVICES_RESOURCE_REQUEST_SHAPE_H_

#include <string>
#include <string_view>

#include "bulian/v1/revision.pb.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/message.h"
#include "services/model/error.h"

namespace bulian::resource {

class RequestShape {
 public:
  // `request` is a request or response message type; `resource` the type of the resource it is about.
  RequestShape(const google::protobuf::Descriptor* request, const google::protobuf::Descriptor* resource);

  std::string Text(const google::protobuf::Message& request, std::string_view field) const;
  bool Flag(const google::protobuf::Message& request, std::string_view field) const;
  int Number(const google::protobuf::Message& request, std::string_view field) const;

  // `enterprise`, and `enterprise_id`.
  std::string resource_field() const;
  std::string id_field() const { return resource_field() + "_id"; }
  bool HasResource(const google::protobuf::Message& request) const;
  const google::protobuf::Message& Resource(const google::protobuf::Message& request) const;
  v1::ReadAt ReadPosition(const google::protobuf::Message& request) const;
  google::protobuf::FieldMask UpdateMask(const google::protobuf::Message& request) const;

  // Of a response.
  google::protobuf::Message* AddResource(google::protobuf::Message* response) const;
  void SetText(google::protobuf::Message* response, std::string_view field, std::string value) const;
  void SetRevision(google::protobuf::Message* response, const v1::Revision& revision) const;

 private:
  const google::protobuf::FieldDescriptor* Find(std::string_view field) const;

  const google::protobuf::Descriptor* request_;
  const google::protobuf::FieldDescriptor* resource_ = nullptr;
};

// `request_id` as given: empty or a UUID, else a violation.
void CheckRequestId(std::string_view request_id, model::Violations* violations);

// Digest of what a write asks for, to tell a repeat from another request under the same id.
std::string PayloadDigest(const google::protobuf::Message& request);

}  // namespace bulian::resource

#endif  // SERVICES_RESOURCE_REQUEST_SHAPE_H_
