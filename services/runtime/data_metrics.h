// What the metrics page says of the store, the snapshots and the gap analyses.
#ifndef SERVICES_RUNTIME_DATA_METRICS_H_
#define SERVICES_RUNTIME_DATA_METRICS_H_

#include <vector>

#include "services/gap/gap_gauges_service.h"
#include "services/gap/gap_service.h"
#include "services/gap/gap_watch_service.h"
#include "services/runtime/prometheus_metrics.h"
#include "services/store/store.h"
#include "services/view/view.h"
#include "services/watch/hub.h"

namespace bulian::runtime {

std::vector<Reading> StoreReadings(store::Store& store);
std::vector<Reading> ViewReadings(const view::Views& views);
std::vector<Reading> GapReadings(const gap::GapAnalyses& analyses);
// Brings analyses up to date for that, for half a second at most.
std::vector<Reading> GapGaugeReadings(gap::GapGauges& gauges);
std::vector<Reading> WatchReadings(const watch::Hub& hub);
std::vector<Reading> GapWatchReadings(const gap::GapWatches& watches);

}  // namespace bulian::runtime

#endif  // SERVICES_RUNTIME_DATA_METRICS_H_
