#include <cmath>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "bulian/v1/investigation.pb.h"
#include "services/match/investigation.h"
#include "services/match/match_review_service.h"
#include "services/model/error.h"

namespace bulian::match {
namespace {

constexpr int kMostProspects = 10'000, kMostWanted = 1'000;
constexpr std::size_t kMostLabelBytes = 512;
// Room for sums over all prospects without overflow.
constexpr double kMostAmount = 1e18;

void CheckProspect(const v1::Prospect& prospect, const std::string& at, model::Violations* violations) {
  if (prospect.enterprise().empty()) violations->Add(at + ".enterprise", "is required");
  if (prospect.enterprise().size() > kMostLabelBytes) violations->Add(at + ".enterprise", "must be at most 512 bytes");
  if (!(prospect.probability() >= 0 && prospect.probability() <= 1))
    violations->Add(at + ".probability", "must be from 0 to 1");
  if (!(prospect.value() >= 0 && prospect.value() <= kMostAmount))
    violations->Add(at + ".value", "must be from 0 to 1e18");
  if (!(prospect.effort() >= 0 && prospect.effort() <= kMostAmount))
    violations->Add(at + ".effort", "must be from 0 to 1e18");
}

absl::Status Check(const v1::OrderInvestigationsRequest& request) {
  model::Violations violations;
  if (request.wanted() < 0 || request.wanted() > kMostWanted) violations.Add("wanted", "must be from 0 to 1000");
  if (request.prospects().empty()) violations.Add("prospects", "is required");
  if (request.prospects_size() > kMostProspects) {
    violations.Add("prospects", "must be at most 10000");
    return violations.ToStatus();
  }
  absl::flat_hash_set<std::string> labels;
  for (int i = 0; i < request.prospects_size(); ++i) {
    const std::string at = "prospects[" + std::to_string(i) + "]";
    CheckProspect(request.prospects(i), at, &violations);
    if (!labels.insert(request.prospects(i).enterprise()).second) violations.Add(at + ".enterprise", "stands twice");
  }
  return violations.ToStatus();
}

absl::Status OrderInvestigations(const v1::OrderInvestigationsRequest& request,
                                 v1::OrderInvestigationsResponse* response) {
  if (absl::Status status = Check(request); !status.ok()) return status;
  std::vector<InvestigationProspect> prospects;
  prospects.reserve(static_cast<std::size_t>(request.prospects_size()));
  for (const v1::Prospect& one : request.prospects())
    prospects.push_back({one.enterprise(), one.probability(), one.value(), one.effort()});
  const InvestigationOrder order = OrderOfInvestigation(prospects, request.wanted() == 0 ? 1 : request.wanted());
  int position = 0;
  for (const InvestigationStep& step : order.steps) {
    v1::OrderedProspect* ordered = response->add_prospects();
    ordered->set_enterprise(prospects[static_cast<std::size_t>(step.prospect)].label);
    if (std::isfinite(step.index)) ordered->set_index(step.index);
    if (step.called) ordered->set_position(++position);
    ordered->set_reach_probability(step.reach_probability);
    ordered->set_expected_gain(step.expected_gain);
  }
  response->set_expected_value(order.expected_value);
  response->set_expected_effort(order.expected_effort);
  response->set_expected_successes(order.expected_successes);
  response->set_full_probability(order.full_probability);
  response->set_algorithm_version(kInvestigationVersion);
  return absl::OkStatus();
}

}  // namespace

void RegisterInvestigation(rpc::MethodTable& methods) {
  methods.Unary<v1::OrderInvestigationsRequest, v1::OrderInvestigationsResponse>(
      "bulian.v1.MatchService/OrderInvestigations", rpc::Weight::kHeavy,
      [](rpc::CallContext&, const v1::OrderInvestigationsRequest& request, v1::OrderInvestigationsResponse* response) {
        return OrderInvestigations(request, response);
      });
}

}  // namespace bulian::match
