// bulian.v1.ExchangeService.
#ifndef SERVICES_EXCHANGE_EXCHANGE_SERVICE_H_
#define SERVICES_EXCHANGE_EXCHANGE_SERVICE_H_

#include <memory>

#include "services/resource/context.h"
#include "services/rpc/method_table.h"
#include "services/watch/hub.h"

namespace bulian::exchange {

// Adds Import, Export and Backup to the table, which shares the context. All families are in the context when the first
// call comes.
void RegisterExchangeService(rpc::MethodTable& table, const std::shared_ptr<resource::Context>& context);

// Adds WatchChanges, served by a hub that is started with the same context.
void RegisterWatch(rpc::MethodTable& table, const std::shared_ptr<const resource::Context>& context, watch::Hub* hub);

}  // namespace bulian::exchange

#endif  // SERVICES_EXCHANGE_EXCHANGE_SERVICE_H_
