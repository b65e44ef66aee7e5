// StructureService: decode, assess, encode.
#ifndef SERVICES_GAP_STRUCTURE_SERVICE_H_
#define SERVICES_GAP_STRUCTURE_SERVICE_H_

#include "services/gap/gap_service.h"

namespace bulian::gap {

// Adds AssessStructure and AssessFeasibility. What `deps` points to outlives the table's use.
void RegisterStructureService(rpc::MethodTable& table, const GapServiceDeps& deps);

}  // namespace bulian::gap

#endif  // SERVICES_GAP_STRUCTURE_SERVICE_H_
