// Who uses a capability type. Depends on the guard `refs:{type}`, so a use added meanwhile is not missed.
#ifndef SERVICES_CAPABILITY_TYPE_USAGE_H_
#define SERVICES_CAPABILITY_TYPE_USAGE_H_

#include <string>
#include <string_view>

#include "bulian/v1/capability.pb.h"
#include "services/resource/resource.h"

namespace bulian::capability {

// The least name of a resource that names the type; empty if none does. What is staged for deletion does not count.
std::string UserOfType(std::string_view name, resource::Lookup& lookup);

// Violations of `unit` and `basis` when amounts stated of the type would no longer fit it.
void CheckUsesStayTrue(const v1::CapabilityType& type, const resource::FieldPath& field, resource::Lookup& lookup,
                       resource::Findings* findings);

}  // namespace bulian::capability

#endif  // SERVICES_CAPABILITY_TYPE_USAGE_H_
