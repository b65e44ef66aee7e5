// EnterpriseService.SearchEnterprises: decode, search, encode.
#ifndef SERVICES_ENTERPRISE_SEARCH_SERVICE_H_
#define SERVICES_ENTERPRISE_SEARCH_SERVICE_H_

#include <memory>

#include "services/resource/context.h"
#include "services/rpc/method_table.h"

namespace bulian::enterprise {

// Adds the method to the table, which shares the context. The index of a cluster is made when its first search comes
// and follows its commits from then on, off the threads that write.
void RegisterSearch(rpc::MethodTable& table, const std::shared_ptr<resource::Context>& context);

}  // namespace bulian::enterprise

#endif  // SERVICES_ENTERPRISE_SEARCH_SERVICE_H_
