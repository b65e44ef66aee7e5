// bulian.v1.ChainService.
#ifndef SERVICES_CHAIN_CHAIN_SERVICE_H_
#define SERVICES_CHAIN_CHAIN_SERVICE_H_

#include <memory>

#include "services/resource/context.h"
#include "services/rpc/method_table.h"

namespace bulian::chain {

// Adds the families to the context and the methods to the table. The table shares the context.
void RegisterChainService(rpc::MethodTable& table, const std::shared_ptr<resource::Context>& context);

}  // namespace bulian::chain

#endif  // SERVICES_CHAIN_CHAIN_SERVICE_H_
