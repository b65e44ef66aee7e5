// Rules of supply links. Pure, thread-safe.
#ifndef SERVICES_CHAIN_SUPPLY_LINK_FAMILY_H_
#define SERVICES_CHAIN_SUPPLY_LINK_FAMILY_H_

#include "services/resource/resource.h"

namespace bulian::chain {

resource::Family SupplyLinkFamily();

}  // namespace bulian::chain

#endif  // SERVICES_CHAIN_SUPPLY_LINK_FAMILY_H_
