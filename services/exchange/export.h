// The order of an export: by type, and within a type what a resource names before it, so that only resources that name
// each other in a circle have to wait for one another when imported. Pure, thread-safe.
#ifndef SERVICES_EXCHANGE_EXPORT_H_
#define SERVICES_EXCHANGE_EXPORT_H_

#include <functional>

#include "services/model/snapshot.h"
#include "services/resource/resource.h"

namespace bulian::exchange {

// Calls `visit` for every resource; false stops. Resources come by name where nothing else orders them.
void VisitInImportOrder(const model::Snapshot& snapshot, const resource::Families& families,
                        const std::function<bool(model::ResourceType, model::Row)>& visit);

}  // namespace bulian::exchange

#endif  // SERVICES_EXCHANGE_EXPORT_H_
