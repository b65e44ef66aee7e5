// bulian.v1.CapabilityService.
#ifndef SERVICES_CAPABILITY_CAPABILITY_SERVICE_H_
#define SERVICES_CAPABILITY_CAPABILITY_SERVICE_H_

#include <memory>

#include "services/resource/context.h"
#include "services/rpc/method_table.h"

namespace bulian::capability {

// Adds the families to the context and the methods to the table. The table shares the context.
void RegisterCapabilityService(rpc::MethodTable& table, const std::shared_ptr<resource::Context>& context);

}  // namespace bulian::capability

#endif  // SERVICES_CAPABILITY_CAPABILITY_SERVICE_H_
