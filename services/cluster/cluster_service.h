// bulian.v1.ClusterService.
#ifndef SERVICES_CLUSTER_CLUSTER_SERVICE_H_
#define SERVICES_CLUSTER_CLUSTER_SERVICE_H_

#include <memory>

#include "services/resource/context.h"
#include "services/rpc/method_table.h"

namespace bulian::cluster {

// Adds the cluster family to the context and the methods to the table. The table shares the context.
void RegisterClusterService(rpc::MethodTable& table, const std::shared_ptr<resource::Context>& context);

}  // namespace bulian::cluster

#endif  // SERVICES_CLUSTER_CLUSTER_SERVICE_H_
