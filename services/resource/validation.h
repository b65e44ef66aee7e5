// All rules of one staged resource in one place: its own, its references', and those of what it brings along.
#ifndef SERVICES_RESOURCE_VALIDATION_H_
#define SERVICES_RESOURCE_VALIDATION_H_

#include "google/protobuf/message.h"
#include "services/resource/field_path.h"
#include "services/resource/overlay.h"
#include "services/resource/resource.h"

namespace bulian::resource {

// Checks a staged resource by itself and against what it names.
void Validate(const Family& family, const google::protobuf::Message& resource, const FieldPath& field, Overlay& overlay,
              Findings* findings);

// Stages what the staged write of `resource` brings along, and validates it. `before` is null on create.
void StageFollowUps(const Family& family, const Families& families, const google::protobuf::Message* before,
                    const google::protobuf::Message& resource, const FieldPath& field, const Stamper& stamper,
                    Overlay& overlay, Findings* findings);

}  // namespace bulian::resource

#endif  // SERVICES_RESOURCE_VALIDATION_H_
