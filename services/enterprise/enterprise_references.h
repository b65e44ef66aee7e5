// What enterprises name and who names them.
#ifndef SERVICES_ENTERPRISE_ENTERPRISE_REFERENCES_H_
#define SERVICES_ENTERPRISE_ENTERPRISE_REFERENCES_H_

#include <string>
#include <string_view>

#include "bulian/v1/enterprise.pb.h"
#include "services/resource/resource.h"

namespace bulian::enterprise {

// Owners and members exist; identifiers are free, else IDENTIFIER_TAKEN with the holder; sites and pools that
// capabilities or plans use stay.
void CheckReferences(const v1::Enterprise& enterprise, const resource::FieldPath& field, resource::Lookup& lookup,
                     resource::Findings* findings);

// The least name of a supply link, owned enterprise, alliance, project or match that names the enterprise; empty if
// none does.
std::string UserOfEnterprise(std::string_view name, resource::Lookup& lookup);

// Names of its capabilities.
std::vector<std::string> CapabilitiesOf(std::string_view name, const model::Snapshot& snapshot);

}  // namespace bulian::enterprise

#endif  // SERVICES_ENTERPRISE_ENTERPRISE_REFERENCES_H_
