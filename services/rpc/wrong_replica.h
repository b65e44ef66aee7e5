// Methods that another kind of replica serves: a call that comes here is told so, not that there is no such method.
#ifndef SERVICES_RPC_WRONG_REPLICA_H_
#define SERVICES_RPC_WRONG_REPLICA_H_

#include <string_view>

#include "services/rpc/method_table.h"

namespace bulian::rpc {

// Adds a row for every method of a service of the generated pool; each answers UNAVAILABLE/WRONG_REPLICA. After the
// rows of the health and reflection services, which list what is served. `target`: what this replica is.
void RefuseService(MethodTable& methods, std::string_view service, std::string_view target);

}  // namespace bulian::rpc

#endif  // SERVICES_RPC_WRONG_REPLICA_H_
