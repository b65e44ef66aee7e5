// Rules of capability types: the taxonomy has no cycles, and what capabilities, demands and links say in a type's unit
// stays true when the type changes. Pure, thread-safe.
#ifndef SERVICES_CAPABILITY_CAPABILITY_TYPE_FAMILY_H_
#define SERVICES_CAPABILITY_CAPABILITY_TYPE_FAMILY_H_

#include "services/resource/resource.h"

namespace bulian::capability {

resource::Family CapabilityTypeFamily();

}  // namespace bulian::capability

#endif  // SERVICES_CAPABILITY_CAPABILITY_TYPE_FAMILY_H_
