// What a systemic risk request asks, checked and taken apart. Pure, thread-safe.
#ifndef SERVICES_RISK_SYSTEMIC_REQUEST_H_
#define SERVICES_RISK_SYSTEMIC_REQUEST_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "bulian/v1/risk.pb.h"
#include "services/model/snapshot.h"
#include "services/risk/esri.h"
#include "services/risk/systemic_network.h"

namespace bulian::risk {

inline constexpr double kDefaultThreshold = 0.01;

// INVALID_ARGUMENT with every violation.
absl::Status CheckRequest(const v1::AssessSystemicRiskRequest& request);

// The length of the summary's list that a request asks for.
int TopCount(const v1::AssessSystemicRiskRequest& request);

// Of a checked request.
SystemicQuery QueryOf(const v1::AssessSystemicRiskRequest& request, const model::Snapshot& snapshot);
EsriOptions OptionsOf(const v1::AssessSystemicRiskRequest& request);

// One result to compute.
struct SystemicQuestion {
  std::string enterprise;             // full name; empty for a scenario
  int scenario = -1;                  // index in the request; -1: an enterprise
  EsriShock shock;                    // by firm of the network; empty if none of its enterprises is in it
  std::vector<std::string> unlinked;  // its enterprises that are not
};

// In the order of the answer: enterprises by name, each once, then scenarios as given. NOT_FOUND of the first
// enterprise that does not exist.
absl::StatusOr<std::vector<SystemicQuestion>> QuestionsOf(const v1::AssessSystemicRiskRequest& request,
                                                          const model::Snapshot& snapshot,
                                                          const SystemicNetwork& network);

}  // namespace bulian::risk

#endif  // SERVICES_RISK_SYSTEMIC_REQUEST_H_
