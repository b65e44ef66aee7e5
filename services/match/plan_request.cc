#include "services/match/plan_request.h"

#include <cmath>
#include <set>
#include <string>
#include <utility>

#include "services/gap/report.h"
#include "services/match/score_parts.h"
#include "services/model/day.h"
#include "services/model/resource_name.h"

namespace bulian::match {
namespace {

constexpr int kMostItems = 1000, kMostSuppliers = 10, kMostCandidates = 200, kMostNodes = 1'000'000;
constexpr double kMostWeight = 1000, kMostAmount = 1e18;

class Checker {
 public:
  Checker(const v1::PlanMatchesRequest& request, model::Violations* violations)
      : request_(request), violations_(*violations) {}

  void Run() {
    const auto parent = model::ParseResourceName(request_.parent());
    if (!parent || parent->type != model::ResourceType::kCluster) {
      violations_.Add("parent",
                      request_.parent().empty() ? "is required: clusters/{cluster}" : "must be clusters/{cluster}");
    } else {
      cluster_ = parent->id;
    }
    Targets();
    Constraints();
    Segments();
    Choices();
    if (!v1::FindCandidatesRequest::Scope_IsValid(request_.scope())) violations_.Add("scope", "unknown value");
    Share("score_weight", request_.score_weight(), 0);
    Share("relative_gap", request_.relative_gap(), 0);
    Count("node_limit", request_.node_limit(), kMostNodes);
    if (request_.has_weights()) NormaliseWeights(&request_.weights(), v1::RankingWeights(), "weights", &violations_);
    if (request_.include_recruits() && request_.local_only())
      violations_.Add("include_recruits", "must not be given with local_only");
    if (request_.has_as_of() && !model::ToDay(request_.as_of())) violations_.Add("as_of", "must be a full date");
    if (request_.page_size() < 0) violations_.Add("page_size", "must be 0 or more");
  }

 private:
  static std::string At(const char* list, int i) { return std::string(list) + "[" + std::to_string(i) + "]"; }

  void Share(const std::string& field, double share, double least) {
    if (!(share >= least && share <= 1)) violations_.Add(field, "must be from 0 to 1");
  }
  void SupplierShare(const std::string& field, double share) {
    if (!(share > 0 && share <= 1)) violations_.Add(field, "must be over 0 and at most 1");
  }
  void Count(const std::string& field, int count, int most) {
    if (count < 0 || count > most) violations_.Add(field, "must be from 0 to " + std::to_string(most));
  }
  void Many(const char* list, int size) {
    if (size > kMostItems) violations_.Add(list, "at most " + std::to_string(kMostItems));
  }
  bool IsOurs(std::string_view cluster) const { return cluster_.empty() || cluster == cluster_; }

  void Segment(const std::string& field, const std::string& name) {
    const auto segment = model::ParseSegmentName(name);
    if (!segment) {
      violations_.Add(field, "must be clusters/{cluster}/chains/{chain}/segments/{segment}");
    } else if (!IsOurs(segment->cluster)) {
      violations_.Add(field, "must be of the parent cluster");
    }
  }

  void Targets() {
    Many("targets", request_.targets_size());
    for (int i = 0; i < request_.targets_size(); ++i) {
      const std::string& target = request_.targets(i);
      const auto name = model::ParseResourceName(target);
      if (name && name->type == model::ResourceType::kChain) {
        if (!IsOurs(model::ClusterIdOf(target))) violations_.Add(At("targets", i), "must be of the parent cluster");
        continue;
      }
      const auto gap = model::ParseGapName(target);
      if (gap && !gap::KindOfSlug(gap->kind)) {
        violations_.Add(At("targets", i), "is no kind of gap");
      } else if (gap || model::ParseSegmentName(target)) {
        Segment(At("targets", i), gap ? std::string(gap->segment_name) : target);
      } else {
        violations_.Add(At("targets", i), "must be a chain, a segment or a gap");
      }
    }
  }

  void Constraints() {
    const v1::PlanConstraints& all = request_.constraints();
    Count("constraints.min_suppliers", all.min_suppliers(), kMostSuppliers);
    if (all.has_max_supplier_share()) SupplierShare("constraints.max_supplier_share", all.max_supplier_share());
    Share("constraints.least_share", all.least_share(), 0);
    if (!(all.lot_share() == 0 || (all.lot_share() >= 1 / kMostLots && all.lot_share() <= 1)))
      violations_.Add("constraints.lot_share", "must be 0, or from 1e-6 to 1");
    Count("constraints.candidates_per_gap", all.candidates_per_gap(), kMostCandidates);
  }

  void Segments() {
    Many("segment_constraints", request_.segment_constraints_size());
    std::set<std::string> seen;
    for (int i = 0; i < request_.segment_constraints_size(); ++i) {
      const v1::SegmentPlanConstraints& one = request_.segment_constraints(i);
      const std::string at = At("segment_constraints", i);
      Segment(at + ".segment", one.segment());
      if (!seen.insert(one.segment()).second) violations_.Add(at + ".segment", "repeated");
      if (one.has_weight() && !(one.weight() > 0 && one.weight() <= kMostWeight))
        violations_.Add(at + ".weight", "must be over 0 and at most 1000");
      Count(at + ".min_suppliers", one.min_suppliers(), kMostSuppliers);
      if (one.has_max_supplier_share()) SupplierShare(at + ".max_supplier_share", one.max_supplier_share());
      if (one.has_lot() && !(one.lot() > 0 && one.lot() <= kMostAmount))
        violations_.Add(at + ".lot", "must be over 0 and at most 1e18");
    }
  }

  void Choices() {
    Many("fixed_choices", request_.fixed_choices_size());
    std::set<std::pair<std::string, std::string>> seen;
    for (int i = 0; i < request_.fixed_choices_size(); ++i) {
      const v1::FixedPlanChoice& one = request_.fixed_choices(i);
      const std::string at = At("fixed_choices", i);
      Segment(at + ".segment", one.segment());
      const auto enterprise = model::ParseResourceName(one.enterprise());
      if (!enterprise || enterprise->type != model::ResourceType::kEnterprise ||
          (!request_.include_recruits() && !IsOurs(model::ClusterIdOf(one.enterprise()))))
        violations_.Add(at + ".enterprise",
                        "must be an enterprise of the parent cluster, or with include_recruits of "
                        "another one");
      if (!seen.insert({one.segment(), one.enterprise()}).second) violations_.Add(at, "repeated");
      if (!(one.min_amount() >= 0 && one.min_amount() <= kMostAmount))
        violations_.Add(at + ".min_amount", "must be from 0 to 1e18");
      if (one.has_max_amount() && !(one.max_amount() >= one.min_amount() && one.max_amount() <= kMostAmount))
        violations_.Add(at + ".max_amount", "must be from min_amount to 1e18");
    }
  }

  const v1::PlanMatchesRequest& request_;
  model::Violations& violations_;
  std::string cluster_;
};

}  // namespace

void CheckPlanRequest(const v1::PlanMatchesRequest& request, model::Violations* violations) {
  Checker(request, violations).Run();
}

PlanLimits LimitsOf(const v1::PlanMatchesRequest& request) {
  PlanLimits limits;
  if (request.node_limit() > 0) limits.nodes = request.node_limit();
  if (request.has_relative_gap()) limits.relative_gap = request.relative_gap();
  return limits;
}

}  // namespace bulian::match
