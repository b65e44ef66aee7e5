#include "services/gap/closure_report.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "bulian/v1/enterprise.pb.h"
#include "services/gap/closure_division.h"
#include "services/gap/listed.h"
#include "services/gap/requirement_fit.h"
#include "services/gap/type_reach.h"

namespace bulian::gap {
namespace {

using model::ResourceType;

constexpr int kGreatestList = static_cast<int>(kListedLimit);

class Writer {
 public:
  Writer(const ClusterAnalysis& analysis, const ClosureQuery& query, const Closures& closures)
      : analysis_(analysis), snapshot_(*analysis.snapshot()), query_(query), closures_(closures) {}

  // What the supplies close together, by segment. Returns whether all effects are listed.
  bool FillEffects(const std::vector<int>& supplies, google::protobuf::RepeatedPtrField<v1::ClosureEffect>* messages);
  void FillSource(int supply, v1::ClosureSource* message);
  void FillSegment(int demand, v1::ClosureSegment* message);

 private:
  const SegmentNode& NodeOf(int demand) const {
    return analysis_.graph().nodes()[static_cast<std::size_t>(closures_.segments[static_cast<std::size_t>(demand)])];
  }
  double FactorOf(int demand) const {
    const model::Row type = NodeOf(demand).type;
    return type == model::kNoRow ? 1 : snapshot_.type(type).unit_factor;
  }
  template <class Message>
  void FillAmounts(int demand, Message* message, double* unmet) const;
  void FillChange(const ClosureSource& source, v1::ClosureSource* message) const;
  void FillUnknown(int supply, v1::ClosureSource* message) const;
  bool IsContended(const ClosureSource& source) const;
  const v1::PlannedCapability& PlannedOf(const ClosureSource& source, std::shared_ptr<const v1::Project>* kept) const {
    *kept = snapshot_.project(source.project);
    return (*kept)->planned_capabilities(source.planned);
  }

  const ClusterAnalysis& analysis_;
  const model::Snapshot& snapshot_;
  const ClosureQuery& query_;
  const Closures& closures_;
};

// Sets demand and unit; `unmet` is what is not met, in the segment's unit.
template <class Message>
void Writer::FillAmounts(int demand, Message* message, double* unmet) const {
  const SegmentNode& node = NodeOf(demand);
  const SegmentDemand& wanted = analysis_.segment(closures_.segments[static_cast<std::size_t>(demand)]).inputs.demand;
  if (wanted.state == v1::Demand::KNOWN) message->set_demand(wanted.per_year);
  if (node.type != model::kNoRow) message->set_unit(snapshot_.type(node.type).unit);
  *unmet = closures_.problem.demands[static_cast<std::size_t>(demand)].unmet / FactorOf(demand);
}

bool Writer::FillEffects(const std::vector<int>& supplies,
                         google::protobuf::RepeatedPtrField<v1::ClosureEffect>* messages) {
  const ClosureProblem& problem = closures_.problem;
  CapacityDivision division(&problem.demands);
  std::set<int> demands;
  std::vector<std::vector<std::pair<int, double>>> flows(problem.demands.size());  // supply, amount
  std::set<int> begun;
  for (const int at : supplies) {
    const ClosureSupply& supply = problem.supplies[static_cast<std::size_t>(at)];
    division.Add(supply);
    begun.insert(supply.begins.begin(), supply.begins.end());
  }
  for (std::size_t added = 0; added < supplies.size(); ++added) {
    const ClosureSupply& supply = problem.supplies[static_cast<std::size_t>(supplies[added])];
    for (std::size_t position = 0; position < supply.feeds.size(); ++position) {
      const double sent = division.Sent(added, position);
      const int demand = supply.feeds[position];
      if (sent <= 0) continue;
      demands.insert(demand);
      flows[static_cast<std::size_t>(demand)].emplace_back(supplies[added], sent);
    }
  }
  demands.insert(begun.begin(), begun.end());
  for (const int demand : demands) {
    if (messages->size() == kGreatestList) return false;
    v1::ClosureEffect* const effect = messages->Add();
    double unmet = 0;
    FillAmounts(demand, effect, &unmet);
    const int segment = closures_.segments[static_cast<std::size_t>(demand)];
    effect->set_segment(NodeOf(demand).name);
    effect->set_capacity_before(
        analysis_.segment(segment).metrics[static_cast<std::size_t>(query_.set)].capacity.lower);
    effect->set_unmet_before(unmet);
    effect->set_unmet_after(division.left(demand) / FactorOf(demand));
    effect->set_added(unmet - effect->unmet_after());
    effect->set_closed_share(effect->demand() > 0 ? effect->added() / effect->demand() : 0);
    effect->set_closes_missing(begun.contains(demand));
    for (const auto& [supply, amount] : flows[static_cast<std::size_t>(demand)]) {
      v1::ClosureFlow* const flow = effect->add_flows();
      const ClosureSource& from = closures_.sources[static_cast<std::size_t>(supply)];
      if (from.project == model::kNoRow) {
        flow->set_source(snapshot_.Name(ResourceType::kCapability, from.capability));
      } else {
        std::shared_ptr<const v1::Project> project;
        flow->set_planned_capability(PlannedOf(from, &project).capability_id());
        flow->set_source(project->name());
      }
      flow->set_amount(amount / FactorOf(demand));
    }
  }
  return true;
}

void Writer::FillSource(int supply, v1::ClosureSource* message) {
  const ClosureSource& source = closures_.sources[static_cast<std::size_t>(supply)];
  std::string type;
  if (source.project == model::kNoRow) {
    message->set_name(snapshot_.Name(ResourceType::kCapability, source.capability));
    const model::Row row = snapshot_.offer(source.capability)->type;
    if (row != model::kNoRow) type = snapshot_.Name(ResourceType::kCapabilityType, row);
  } else {
    std::shared_ptr<const v1::Project> project;
    const v1::PlannedCapability& planned = PlannedOf(source, &project);
    message->set_name(project->name());
    message->set_planned_capability(planned.capability_id());
    type = planned.capability().capability_type();
  }
  message->set_capability_type(type);
  if (const model::Row row = snapshot_.Find(ResourceType::kCapabilityType, type); row != model::kNoRow) {
    const model::TypeNode& node = snapshot_.type(row);
    message->set_unit(node.unit);
    message->set_per_year(!node.stock);
    message->set_adds(closures_.problem.supplies[static_cast<std::size_t>(supply)].amount / node.unit_factor);
  }
  message->set_capacity_unknown(source.capacity_unknown);
  FillChange(source, message);
  if (source.change == v1::STATE_FIT) FillUnknown(supply, message);
  message->set_contended(IsContended(source));
}

void Writer::FillChange(const ClosureSource& source, v1::ClosureSource* message) const {
  if (source.change == v1::COME_INTO_PRODUCTION) {
    message->set_change_from(v1::Project::State_Name(snapshot_.project(source.project)->state()));
    message->set_change_to(v1::Project::State_Name(v1::Project::IN_PRODUCTION));
    return;
  }
  const model::OfferRef offer = snapshot_.offer(source.capability);
  if (source.change == v1::MOVE_IN) message->set_change_from(absl::StrFormat("%06d", offer->region));
  if (source.change == v1::RAISE_LEVEL) {
    message->set_change_from(v1::Level_Name(static_cast<v1::Level>(offer->level)));
    message->set_change_to(v1::Level_Name(static_cast<v1::Level>(offer->level + 1)));
  }
  if (source.change == v1::VERIFY) {
    message->set_change_from(offer->verified ? "STALE" : v1::Evidence::State_Name(v1::Evidence::CLAIMED));
    message->set_change_to(v1::Evidence::State_Name(v1::Evidence::VERIFIED));
  }
  if (source.change == v1::ALLOT_TO_CLUSTER) {
    const auto stated = [](float share) { return std::isnan(share) ? 0.0 : static_cast<double>(share); };
    const double outside = stated(offer->outside_share);
    const double today =
        std::min(std::max(0.0, 1 - outside), stated(offer->in_cluster_share) + stated(offer->free_share));
    message->set_change_from(absl::StrFormat("%.4g", today));
    message->set_change_to("1");
  }
}

void Writer::FillUnknown(int supply, v1::ClosureSource* message) const {
  const ClosureSupply& found = closures_.problem.supplies[static_cast<std::size_t>(supply)];
  std::set<int> needs;
  for (const int demand : found.feeds) needs.insert(NodeOf(demand).need);
  for (const int demand : found.begins) needs.insert(NodeOf(demand).need);
  std::set<std::string> unknown;
  for (const int need : needs) {
    const int first = analysis_.graph().need(need).segments.front();
    const SegmentNode& node = analysis_.graph().nodes()[static_cast<std::size_t>(first)];
    const RequirementFit requirement(snapshot_, node.segment().requirement(), analysis_.as_of());
    for (std::string& word : requirement.UnknownOf(closures_.sources[static_cast<std::size_t>(supply)].capability)) {
      unknown.insert(std::move(word));
    }
  }
  for (const std::string& word : unknown) message->add_unknown(word);
}

bool Writer::IsContended(const ClosureSource& source) const {
  if (source.project != model::kNoRow) return false;
  const model::OfferRef offer = snapshot_.offer(source.capability);
  if (offer->pool_count > 0) return true;
  if (source.change == v1::ALLOT_TO_CLUSTER || offer->type == model::kNoRow) return false;
  const bool sure = IsSureOffer(snapshot_, offer, analysis_.as_of());
  for (const model::Row type : WithAncestors(snapshot_, {offer->type})) {
    for (const int need : analysis_.graph().NeedsOf(type)) {
      const int first = analysis_.graph().need(need).segments.front();
      const SegmentNode& node = analysis_.graph().nodes()[static_cast<std::size_t>(first)];
      const RequirementFit requirement(snapshot_, node.segment().requirement(), analysis_.as_of());
      if (ClosureChangeOf(requirement.PartsOf(offer), sure, query_.set) == v1::ALLOT_TO_CLUSTER) return true;
    }
  }
  return false;
}

void Writer::FillSegment(int demand, v1::ClosureSegment* message) {
  const SegmentNode& node = NodeOf(demand);
  const int segment = closures_.segments[static_cast<std::size_t>(demand)];
  message->set_segment(node.name);
  *message->mutable_display_name() = node.segment().display_name();
  message->set_capability_type(node.segment().requirement().capability_type());
  double unmet = 0;
  FillAmounts(demand, message, &unmet);
  message->set_capacity(analysis_.segment(segment).metrics[static_cast<std::size_t>(query_.set)].capacity.lower);
  message->set_unmet(unmet);
  if (node.type != model::kNoRow) message->set_per_year(!snapshot_.type(node.type).stock);
  message->set_missing(closures_.problem.demands[static_cast<std::size_t>(demand)].missing);
}

}  // namespace

void FillClosureOption(const ClusterAnalysis& analysis, const ClosureQuery& query, const Closures& closures, int option,
                       v1::ClosureOption* message) {
  const model::Snapshot& snapshot = *analysis.snapshot();
  const ClosureOption& told = closures.options[static_cast<std::size_t>(option)];
  const std::vector<int>& supplies = closures.problem.choices[static_cast<std::size_t>(option)].supplies;
  message->set_subject(told.subject);
  message->set_change(told.change);
  message->set_closed_share(told.value.share);
  message->set_closes_missing(told.value.missing);
  v1::Enterprise enterprise;
  const model::Row holder = closures.sources[static_cast<std::size_t>(supplies.front())].enterprise;
  snapshot.Read(ResourceType::kEnterprise, holder, &enterprise);
  message->set_enterprise(enterprise.name());
  *message->mutable_display_name() = enterprise.display_name();
  message->set_name(enterprise.name());
  if (told.subject == v1::CLOSE_BY_CAPABILITY) message->set_name(snapshot.Name(ResourceType::kCapability, told.row));
  if (told.subject == v1::CLOSE_BY_PROJECT) {
    const std::shared_ptr<const v1::Project> project = snapshot.project(told.row);
    message->set_name(project->name());
    *message->mutable_display_name() = project->display_name();
    if (project->has_production_date()) *message->mutable_production_date() = project->production_date();
  }
  Writer writer(analysis, query, closures);
  for (const int supply : supplies) {
    if (message->sources_size() == kGreatestList) break;
    writer.FillSource(supply, message->add_sources());
  }
  const bool all_effects = writer.FillEffects(supplies, message->mutable_effects());
  message->set_complete(all_effects && std::cmp_equal(message->sources_size(), supplies.size()));
}

void FillClosurePlan(const ClusterAnalysis& analysis, const ClosureQuery& query, const Closures& closures,
                     const ClosureBest& best, v1::ClosurePlan* message) {
  std::vector<int> supplies;
  for (const int choice : best.choices) {
    FillClosureOption(analysis, query, closures, choice, message->add_options());
    const std::vector<int>& brought = closures.problem.choices[static_cast<std::size_t>(choice)].supplies;
    supplies.insert(supplies.end(), brought.begin(), brought.end());
  }
  std::sort(supplies.begin(), supplies.end());
  message->set_effects_complete(Writer(analysis, query, closures).FillEffects(supplies, message->mutable_effects()));
  message->set_closed_share(best.value.share);
  message->set_closes_missing(best.value.missing);
  message->set_optimal(best.optimal);
  message->set_bound(best.bound);
  if (best.lp_bound) message->set_lp_bound(*best.lp_bound);
}

void FillClosureSegment(const ClusterAnalysis& analysis, const ClosureQuery& query, const Closures& closures,
                        int demand, std::span<const double> prices, v1::ClosureSegment* message) {
  Writer(analysis, query, closures).FillSegment(demand, message);
  if (!prices.empty()) message->set_price(prices[static_cast<std::size_t>(demand)]);
}

}  // namespace bulian::gap
