// Server reflection, v1 and v1alpha, as rows of the method table. Describes the services that are served and every file
// they need; packages under `bulian.internal` stay hidden.
#ifndef SERVICES_RPC_REFLECTION_H_
#define SERVICES_RPC_REFLECTION_H_

#include "services/rpc/method_table.h"

namespace bulian::rpc {

// Call it when `methods` has all other rows. Descriptors come from the generated pool: link what is served.
void RegisterReflectionService(MethodTable& methods);

}  // namespace bulian::rpc

#endif  // SERVICES_RPC_REFLECTION_H_
