// bulian.v1.ProjectService.
#ifndef SERVICES_PROJECT_PROJECT_SERVICE_H_
#define SERVICES_PROJECT_PROJECT_SERVICE_H_

#include <memory>

#include "services/resource/context.h"
#include "services/rpc/method_table.h"

namespace bulian::project {

// Adds the families to the context and the methods to the table. The table shares the context.
void RegisterProjectService(rpc::MethodTable& table, const std::shared_ptr<resource::Context>& context);

}  // namespace bulian::project

#endif  // SERVICES_PROJECT_PROJECT_SERVICE_H_
