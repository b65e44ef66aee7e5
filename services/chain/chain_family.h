// Rules of chains: segments, their requirements and inputs. Cycles of inputs are legal. Pure, thread-safe.
#ifndef SERVICES_CHAIN_CHAIN_FAMILY_H_
#define SERVICES_CHAIN_CHAIN_FAMILY_H_

#include "services/resource/resource.h"

namespace bulian::chain {

resource::Family ChainFamily();

}  // namespace bulian::chain

#endif  // SERVICES_CHAIN_CHAIN_FAMILY_H_
