#include "services/match/investigation_service.h"

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "bulian/v1/investigation.pb.h"
#include "services/match/investigation.h"
#include "services/match/match_request.h"
#include "services/match/prospects.h"
#include "services/model/error.h"
#include "services/model/resource_name.h"

namespace bulian::match {
namespace {

using Request = v1::OrderInvestigationsRequest;
using Response = v1::OrderInvestigationsResponse;

constexpr int kMostProspects = 10'000, kMostWanted = 1'000, kDefaultLimit = 100, kMostLimit = 1'000;
constexpr std::size_t kMostLabelBytes = 512;

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

void CheckProspects(const Request& request, model::Violations* violations) {
  if (request.prospects_size() > kMostProspects) {
    violations->Add("prospects", "must be at most 10000");
    return;
  }
  absl::flat_hash_set<std::string> labels;
  for (int i = 0; i < request.prospects_size(); ++i) {
    const std::string at = "prospects[" + std::to_string(i) + "]";
    CheckProspect(request.prospects(i), at, violations);
    if (!labels.insert(request.prospects(i).enterprise()).second) violations->Add(at + ".enterprise", "stands twice");
  }
}

v1::MatchTarget TargetOf(const v1::InvestigationTarget& asked) {
  v1::MatchTarget target;
  if (asked.has_segment()) target.set_segment(asked.segment());
  if (asked.has_gap()) target.set_gap(asked.gap());
  if (asked.has_requirement()) *target.mutable_requirement() = asked.requirement();
  return target;
}

void CheckSearch(const Request& request, model::Violations* violations) {
  CheckCommon(request.parent(), TargetOf(request.target()), nullptr, request.has_as_of() ? &request.as_of() : nullptr,
              violations);
  if (request.exclude_current_suppliers() && request.target().has_requirement())
    violations->Add("exclude_current_suppliers", "a free requirement has no suppliers; ask for a segment or a gap");
  if (request.limit() < 0 || request.limit() > kMostLimit) violations->Add("limit", "must be from 0 to 1000");
  CheckProspectTerms(request.terms(), "terms", violations);
}

// What is only for a target and stands there without one.
void CheckNoSearch(const Request& request, model::Violations* violations) {
  const auto refuse = [&](const char* field, bool stands) {
    if (stands) violations->Add(field, "needs a target");
  };
  refuse("parent", !request.parent().empty());
  refuse("terms", request.has_terms());
  refuse("held_only", request.held_only());
  refuse("include_outside", request.include_outside());
  refuse("exclude_current_suppliers", request.exclude_current_suppliers());
  refuse("limit", request.limit() != 0);
  refuse("as_of", request.has_as_of());
  refuse("read_at", request.has_read_at());
}

absl::Status Check(const Request& request) {
  model::Violations violations;
  if (request.wanted() < 0 || request.wanted() > kMostWanted) violations.Add("wanted", "must be from 0 to 1000");
  if (!request.has_target() && request.prospects().empty())
    violations.Add("prospects", "prospects or a target are required");
  if (request.has_target() && !request.prospects().empty())
    violations.Add("target", "must not be given with prospects: it finds its own");
  CheckProspects(request, &violations);
  request.has_target() ? CheckSearch(request, &violations) : CheckNoSearch(request, &violations);
  return violations.ToStatus();
}

std::vector<v1::OrderedProspect> GivenProspects(const Request& request) {
  std::vector<v1::OrderedProspect> prospects;
  for (const v1::Prospect& one : request.prospects()) {
    v1::OrderedProspect& prospect = prospects.emplace_back();
    prospect.set_enterprise(one.enterprise());
    prospect.set_probability(one.probability());
    prospect.set_probability_source(v1::PROBABILITY_GIVEN);
    prospect.set_value(one.value());
    prospect.set_effort(one.effort());
  }
  return prospects;
}

absl::StatusOr<std::vector<v1::OrderedProspect>> FindProspects(rpc::CallContext& call, const view::Views& views,
                                                               const CandidateFinder& find, const Request& request,
                                                               Response* response) {
  v1::FindCandidatesRequest search;
  search.set_parent(request.parent());
  *search.mutable_target() = TargetOf(request.target());
  search.set_scope(request.held_only() ? v1::FindCandidatesRequest::HELD_ONLY
                                       : v1::FindCandidatesRequest::HELD_AND_POTENTIAL);
  search.set_include_recruits(request.include_outside());
  if (request.include_outside()) search.add_recruit_clusters(request.parent());  // itself: no other one
  search.set_exclude_current_suppliers(request.exclude_current_suppliers());
  if (request.has_as_of()) *search.mutable_as_of() = request.as_of();
  search.set_page_size(request.limit() == 0 ? kDefaultLimit : request.limit());
  const view::Patience patience{call.deadline, [&call] { return call.Cancelled(); }};
  const auto snapshot = views.Resolve(model::ClusterIdOf(request.parent()), request.read_at(), patience);
  if (!snapshot.ok()) return snapshot.status();
  *search.mutable_read_at()->mutable_at_revision() = (*snapshot)->position().ToProto();
  v1::FindCandidatesResponse found;
  if (const absl::Status status = find(call, search, &found); !status.ok()) return status;

  response->set_candidate_count(found.candidate_count());
  *response->mutable_revision() = found.clusters(0).revision();
  *response->mutable_as_of() = found.as_of();
  response->set_find_version(found.algorithm_version());
  if (found.has_potential_model()) {
    *response->mutable_potential_records() = found.potential_model().records();
    *response->mutable_potential_weights() = found.potential_model().weights();
  }
  if (request.terms().has_willingness()) {
    response->set_willingness(request.terms().willingness());
  } else {
    const Willingness counted = CountWillingness(**snapshot);
    response->set_willingness(counted.probability());
    response->set_willing_matches(counted.willing);
    response->set_unwilling_matches(counted.unwilling);
  }
  return ProspectsOf(request.terms(), response->willingness(), &found, response->mutable_left_out());
}

void Order(std::vector<v1::OrderedProspect> known, int wanted, Response* response) {
  std::vector<InvestigationProspect> prospects;
  prospects.reserve(known.size());
  for (const v1::OrderedProspect& one : known)
    prospects.push_back({one.enterprise(), one.probability(), one.value(), one.effort()});
  const InvestigationOrder order = OrderOfInvestigation(prospects, wanted == 0 ? 1 : wanted);
  int position = 0;
  for (const InvestigationStep& step : order.steps) {
    v1::OrderedProspect* const ordered = response->add_prospects();
    ordered->Swap(&known[static_cast<std::size_t>(step.prospect)]);
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
}

}  // namespace

void RegisterInvestigation(rpc::MethodTable& methods, const view::Views* views, CandidateFinder find) {
  methods.Unary<Request, Response>(
      "bulian.v1.MatchService/OrderInvestigations", rpc::Weight::kHeavy,
      [views, find = std::move(find)](rpc::CallContext& call, const Request& request, Response* response) {
        if (absl::Status status = Check(request); !status.ok()) return status;
        if (!request.has_target()) {
          Order(GivenProspects(request), request.wanted(), response);
          return absl::OkStatus();
        }
        auto found = FindProspects(call, *views, find, request, response);
        if (!found.ok()) return found.status();
        Order(*std::move(found), request.wanted(), response);
        return absl::OkStatus();
      });
}

}  // namespace bulian::match
