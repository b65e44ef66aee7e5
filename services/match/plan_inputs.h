// What a joint plan is about: the gaps of some segments, their candidates as FindCandidates ranks them, and the
// capacities and pools these share, as numbers and with the way back to the records. Pure, thread-safe.
//
// `cluster` says whose record a row is of: 0 the asked cluster's, else the place among the others, plus one, as
// Entry::source does.
#ifndef SERVICES_MATCH_PLAN_INPUTS_H_
#define SERVICES_MATCH_PLAN_INPUTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "bulian/v1/match.pb.h"
#include "services/gap/analysis.h"
#include "services/match/plan_problem.h"
#include "services/match/ranking.h"
#include "services/match/score_parts.h"

namespace bulian::match {

// A planned segment, by its place in the problem's gaps.
struct PlannedGap {
  int segment = 0;                // in the analysis' graph
  bool counts_suppliers = false;  // amounts are numbers of suppliers
  double unit_factor = 1;         // SI units per unit of the segment
  std::string unit{};
  bool stock = false;
  double weight = 1;
  std::vector<char> today{};  // by supplier: one of today's
  int candidates_left_out = 0, without_capacity = 0;
};

// By place in the problem's pairs.
struct PlannedPair {
  std::uint16_t cluster = 0;
  model::Row enterprise = model::kNoRow;
  model::Row record = model::kNoRow;  // the capability; for PLANNED the project
  v1::CandidateBasis basis{};
  v1::Fit fit{};
  double score = 0;
  bool recruit = false;
};

// By place in the problem's sources, and then of its pools.
struct PlannedCapacity {
  std::string id{};  // as PlanCapacity.capacity
  std::uint16_t cluster = 0;
  model::Row enterprise = model::kNoRow;
  std::string unit{};
  double unit_factor = 1;
};

struct PlanInputs {
  std::vector<model::SnapshotPtr> clusters;  // the asked one first
  PlanProblem problem;                       // amounts in SI units a year, or numbers of suppliers
  std::vector<PlannedGap> gaps;
  std::vector<PlannedPair> pairs;
  std::vector<PlannedCapacity> sources, pools;
  PartWeights weights{};
  double score_weight = 0.5;
};

// `request` is checked (plan_request.h); `others` are the other clusters it looks for recruits in, by name.
// INVALID_ARGUMENT for what makes no sense in this state, NOT_FOUND for targets that are not there, CANCELLED if `stop`
// ended it.
absl::StatusOr<PlanInputs> CollectPlanInputs(const gap::AnalysisPtr& analysis,
                                             const std::vector<model::SnapshotPtr>& others,
                                             const v1::PlanMatchesRequest& request, const gap::StopSignal& stop);

}  // namespace bulian::match

#endif  // SERVICES_MATCH_PLAN_INPUTS_H_
