// Puts a joint plan into messages. Pure.
#ifndef SERVICES_MATCH_PLAN_REPORT_H_
#define SERVICES_MATCH_PLAN_REPORT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bulian/v1/match.pb.h"
#include "services/gap/analysis.h"
#include "services/match/plan_inputs.h"

namespace bulian::match {

inline constexpr std::string_view kPlanVersion = "plan-1";

class PlanReporter {
 public:
  // `tightened` is the problem the plan is of. Nothing is owned.
  PlanReporter(const gap::ClusterAnalysis* analysis, const PlanInputs* inputs, const PlanProblem* tightened,
               const Plan* plan);

  // What stands on every page.
  void FillHead(v1::PlanMatchesResponse* response) const;
  int gap_count() const { return static_cast<int>(inputs_.gaps.size()); }
  void FillGap(int gap, bool all_candidates, v1::PlanGap* message) const;
  // Capacities that are used, have a price or draw on a pool that has one, by id.
  int capacity_count() const { return static_cast<int>(told_.size()); }
  void FillCapacity(int number, v1::PlanCapacity* message) const;

 private:
  void FillAssignment(int pair, v1::PlanAssignment* message) const;
  void FillEnterprise(std::uint16_t cluster, model::Row row, std::string* name, v1::LocalizedText* display_name) const;

  const gap::ClusterAnalysis& analysis_;
  const PlanInputs& inputs_;
  const PlanProblem& tightened_;
  const Plan& plan_;
  std::vector<int> first_pair_;                             // by gap; and the end of the last
  std::vector<double> used_, drawn_;                        // of sources and pools
  std::vector<std::vector<std::pair<int, double>>> draws_;  // by pool: sources and the load of a unit
  std::vector<int> told_;                                   // sources, and pools counted on from the sources' number
};

}  // namespace bulian::match

#endif  // SERVICES_MATCH_PLAN_REPORT_H_
