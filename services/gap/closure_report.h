// Closures as the messages of the API. Pure, thread-safe.
#ifndef SERVICES_GAP_CLOSURE_REPORT_H_
#define SERVICES_GAP_CLOSURE_REPORT_H_

#include <span>

#include "bulian/v1/closure.pb.h"
#include "services/gap/analysis.h"
#include "services/gap/closure_options.h"
#include "services/gap/closure_search.h"

namespace bulian::gap {

// The option at a position of the ranking, with its sources and effects.
void FillClosureOption(const ClusterAnalysis& analysis, const ClosureQuery& query, const Closures& closures, int option,
                       v1::ClosureOption* message);

void FillClosurePlan(const ClusterAnalysis& analysis, const ClosureQuery& query, const Closures& closures,
                     const ClosureBest& best, v1::ClosurePlan* message);

// The segment of a demand. `prices` by demand; empty: all 0.
void FillClosureSegment(const ClusterAnalysis& analysis, const ClosureQuery& query, const Closures& closures,
                        int demand, std::span<const double> prices, v1::ClosureSegment* message);

}  // namespace bulian::gap

#endif  // SERVICES_GAP_CLOSURE_REPORT_H_
