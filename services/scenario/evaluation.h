// What differs between a cluster as it is and as it would be. Pure: each evaluator adds one part of the answer, from
// the two states alone.
#ifndef SERVICES_SCENARIO_EVALUATION_H_
#define SERVICES_SCENARIO_EVALUATION_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "bulian/v1/scenario.pb.h"
#include "services/gap/analysis.h"
#include "services/gap/segment_need.h"

namespace bulian::scenario {

// The analyses before and after the changes, each with its snapshot and date. Their snapshots are of one cluster.
struct Comparison {
  gap::AnalysisPtr before, after;
};

// Adds to the answer to a request that is valid. Thread-safe. NOT_FOUND for what is in neither state; CANCELLED when
// `stop` said so, of which the answer is not whole.
struct Evaluator {
  std::string version;  // of its method, raised when the same input gives another answer
  std::function<absl::Status(const Comparison&, const v1::EvaluateScenarioRequest&, const gap::StopSignal& stop,
                             v1::EvaluateScenarioResponse*)>
      add;
};

// Of gaps and segments, then of candidates, then of what end products stand to lose.
std::vector<Evaluator> StandardEvaluators();

// The whole answer but for what the changes did.
absl::Status Evaluate(const Comparison& comparison, const v1::EvaluateScenarioRequest& request,
                      const std::vector<Evaluator>& evaluators, const gap::StopSignal& stop,
                      v1::EvaluateScenarioResponse* response);

}  // namespace bulian::scenario

#endif  // SERVICES_SCENARIO_EVALUATION_H_
