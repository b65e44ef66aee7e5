// Rules of enterprises: identifiers, sites, owners, pools, members. Pure, thread-safe.
#ifndef SERVICES_ENTERPRISE_ENTERPRISE_FAMILY_H_
#define SERVICES_ENTERPRISE_ENTERPRISE_FAMILY_H_

#include "services/resource/resource.h"

namespace bulian::enterprise {

resource::Family EnterpriseFamily();

}  // namespace bulian::enterprise

#endif  // SERVICES_ENTERPRISE_ENTERPRISE_FAMILY_H_
