// FindClosures of GapService: decode, find, encode.
#ifndef SERVICES_GAP_CLOSURE_SERVICE_H_
#define SERVICES_GAP_CLOSURE_SERVICE_H_

#include "services/gap/gap_service.h"

namespace bulian::gap {

// Adds FindClosures. What `deps` points to outlives the table's use.
void RegisterClosureService(rpc::MethodTable& table, const GapServiceDeps& deps);

}  // namespace bulian::gap

#endif  // SERVICES_GAP_CLOSURE_SERVICE_H_
