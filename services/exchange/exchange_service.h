// bulian.v1.ExchangeService.
#ifndef SERVICES_EXCHANGE_EXCHANGE_SERVICE_H_
#define SERVICES_EXCHANGE_EXCHANGE_SERVICE_H_

#include <memory>

#include "services/resource/context.h"
#include "services/rpc/method_table.h"

namespace bulian::exchange {

// Adds Import, Export and Backup to the table, which shares the context. All families are in the context when the first call
// comes.
void RegisterExchangeService(rpc::MethodTable& table, const std::shared_ptr<resource::Context>& context);

}  // namespace bulian::exchange

#endif  // SERVICES_EXCHANGE_EXCHANGE_SERVICE_H_
