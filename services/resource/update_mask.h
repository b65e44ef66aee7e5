// Update masks (AIP-134, 161) over any message. Pure functions.
#ifndef SERVICES_RESOURCE_UPDATE_MASK_H_
#define SERVICES_RESOURCE_UPDATE_MASK_H_

#include <string>
#include <vector>

#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/message.h"
#include "services/model/error.h"

namespace bulian::resource {

// The paths to copy: of the mask, or all fields set in `source` when the mask names none, or all fields for `*`. The
// name, the etag and output-only fields are left out. A path that names no field, or reaches into a list or map, is a
// violation of `update_mask`.
std::vector<std::string> PathsToUpdate(const google::protobuf::FieldMask& mask, const google::protobuf::Message& source,
                                       model::Violations* violations);

// Makes the fields at `paths` in `target` equal to those in `source`, clearing those that are not set there.
void CopyPaths(const std::vector<std::string>& paths, const google::protobuf::Message& source,
               google::protobuf::Message* target);

}  // namespace bulian::resource

#endif  // SERVICES_RESOURCE_UPDATE_MASK_H_
