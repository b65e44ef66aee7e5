// Rules of capabilities, also for those a project plans. Pure, thread-safe.
#ifndef SERVICES_CAPABILITY_CAPABILITY_FAMILY_H_
#define SERVICES_CAPABILITY_CAPABILITY_FAMILY_H_

#include <string_view>

#include "bulian/v1/capability.pb.h"
#include "services/resource/resource.h"

namespace bulian::capability {

resource::Family CapabilityFamily();

void NormaliseCapability(v1::Capability* capability);
// `within` is any name in the cluster.
void CheckCapability(const v1::Capability& capability, std::string_view within, const resource::FieldPath& field,
                     model::Violations* violations);
// `enterprise` is the name of its (future) parent, which exists; its site and pools are looked up there.
void CheckCapabilityReferences(const v1::Capability& capability, std::string_view enterprise,
                               const resource::FieldPath& field, resource::Lookup& lookup,
                               resource::Findings* findings);

}  // namespace bulian::capability

#endif  // SERVICES_CAPABILITY_CAPABILITY_FAMILY_H_
