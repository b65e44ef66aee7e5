// What a disruption request asks for: checks of its shape, and what it names looked up. Pure, thread-safe.
#ifndef SERVICES_RISK_DISRUPTION_REQUEST_H_
#define SERVICES_RISK_DISRUPTION_REQUEST_H_

#include <vector>

#include "absl/status/statusor.h"
#include "bulian/v1/risk.pb.h"
#include "services/gap/analysis.h"
#include "services/model/error.h"
#include "services/risk/disruption.h"

namespace bulian::risk {

// Adds all that is wrong with failures, unit and sourcing.
void CheckFailures(const v1::AssessDisruptionRequest& request, model::Violations* violations);

// The given failures; NOT_FOUND for an enterprise or segment that is not there.
absl::StatusOr<std::vector<Stoppage>> StoppagesOf(const v1::AssessDisruptionRequest& request,
                                                  const gap::ClusterAnalysis& analysis);

}  // namespace bulian::risk

#endif  // SERVICES_RISK_DISRUPTION_REQUEST_H_
