// Rules of clusters: regions, policy thresholds, ranking weights. Pure, thread-safe.
#ifndef SERVICES_CLUSTER_CLUSTER_FAMILY_H_
#define SERVICES_CLUSTER_CLUSTER_FAMILY_H_

#include "services/resource/resource.h"

namespace bulian::cluster {

resource::Family ClusterFamily();

}  // namespace bulian::cluster

#endif  // SERVICES_CLUSTER_CLUSTER_FAMILY_H_
