// bulian.v1.EnterpriseService.
#ifndef SERVICES_ENTERPRISE_ENTERPRISE_SERVICE_H_
#define SERVICES_ENTERPRISE_ENTERPRISE_SERVICE_H_

#include <memory>

#include "services/resource/context.h"
#include "services/rpc/method_table.h"

namespace bulian::enterprise {

// Adds the families to the context and the methods to the table. The table shares the context.
void RegisterEnterpriseService(rpc::MethodTable& table, const std::shared_ptr<resource::Context>& context);

}  // namespace bulian::enterprise

#endif  // SERVICES_ENTERPRISE_ENTERPRISE_SERVICE_H_
