// Rules of capabilities that are still to come: what a project plans and what a match promises. Pure, thread-safe.
// `list` is the name of the repeated field within `field`; `within` is any name in the cluster.
#ifndef SERVICES_CAPABILITY_PLANNED_CAPABILITY_H_
#define SERVICES_CAPABILITY_PLANNED_CAPABILITY_H_

#include <memory>
#include <string_view>
#include <vector>

#include "bulian/v1/project.pb.h"
#include "google/protobuf/message.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "services/resource/resource.h"

namespace bulian::capability {

using PlannedCapabilities = google::protobuf::RepeatedPtrField<v1::PlannedCapability>;

void NormalisePlanned(PlannedCapabilities* planned);

// At most 64, each with an id of its own.
void CheckPlanned(const PlannedCapabilities& planned, std::string_view list, std::string_view within,
                  const resource::FieldPath& field, model::Violations* violations);

// `owner` is the enterprise they will be of, `owned` whether it exists; if not, only their types are looked for.
void CheckPlannedReferences(const PlannedCapabilities& planned, std::string_view list, std::string_view owner,
                            bool owned, std::string_view within, const resource::FieldPath& field,
                            resource::Lookup& lookup, resource::Findings* findings);

// Adds those of the owner's that do not exist by name.
void AddPlanned(const PlannedCapabilities& planned, std::string_view owner, resource::Lookup& lookup,
                std::vector<std::unique_ptr<google::protobuf::Message>>* more);

}  // namespace bulian::capability

#endif  // SERVICES_CAPABILITY_PLANNED_CAPABILITY_H_
