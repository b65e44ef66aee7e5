// What the metrics page says of the store and the snapshots.
#ifndef SERVICES_RUNTIME_DATA_METRICS_H_
#define SERVICES_RUNTIME_DATA_METRICS_H_

#include <vector>

#include "services/runtime/prometheus_metrics.h"
#include "services/store/store.h"
#include "services/view/view.h"

namespace bulian::runtime {

std::vector<Reading> StoreReadings(store::Store& store);
std::vector<Reading> ViewReadings(const view::Views& views);

}  // namespace bulian::runtime

#endif  // SERVICES_RUNTIME_DATA_METRICS_H_
