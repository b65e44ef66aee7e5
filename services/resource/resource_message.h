// The fields every stored resource has, without reflection: imports touch them for every record. Pure functions.
#ifndef SERVICES_RESOURCE_RESOURCE_MESSAGE_H_
#define SERVICES_RESOURCE_RESOURCE_MESSAGE_H_

#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "services/model/resource_name.h"
#include "services/model/snapshot.h"

namespace bulian::resource {

// `message` is of the type's class in all of these.
const std::string& NameOf(model::ResourceType type, const google::protobuf::Message& message);
void SetName(model::ResourceType type, std::string_view name, google::protobuf::Message* message);
const std::string& EtagOf(model::ResourceType type, const google::protobuf::Message& message);

// Clears what only the server sets: uid, times and etag.
void ClearServerFields(model::ResourceType type, google::protobuf::Message* message);

// Sets them for a write at `now`: of a new resource, or of one that was `before`. A cluster keeps no uid of its own: it
// is that of its log.
void StampCreate(model::ResourceType type, std::string_view uid, absl::Time now, google::protobuf::Message* message);
void StampUpdate(model::ResourceType type, const google::protobuf::Message& before, absl::Time now,
                 google::protobuf::Message* message);

// The bytes to store: without name and etag, equal for equal resources.
std::string StoredBytes(model::ResourceType type, google::protobuf::Message* message);

// Whether two resources are equal but for their name, update time and etag.
bool SameContent(model::ResourceType type, google::protobuf::Message* message, const google::protobuf::Message& before);

// The whole resource of a row as a caller sees it.
void ReadResource(const model::Snapshot& snapshot, model::ResourceType type, model::Row row,
                  google::protobuf::Message* message);

}  // namespace bulian::resource

#endif  // SERVICES_RESOURCE_RESOURCE_MESSAGE_H_
