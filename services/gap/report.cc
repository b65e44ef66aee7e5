#include "services/gap/report.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "bulian/v1/enterprise.pb.h"
#include "bulian/v1/project.pb.h"
#include "bulian/v1/supply_link.pb.h"
#include "services/gap/requirement_fit.h"
#include "services/gap/verify_first.h"
#include "services/model/day.h"

namespace bulian::gap {
namespace {

using model::ResourceType;

constexpr std::array<std::pair<v1::GapKind, std::string_view>, 7> kSlugs = {{{v1::MISSING, "missing"},
                                                                             {v1::SINGLE_SOURCE, "single-source"},
                                                                             {v1::CONCENTRATED, "concentrated"},
                                                                             {v1::UNDER_CAPACITY, "under-capacity"},
                                                                             {v1::EXTERNAL, "external"},
                                                                             {v1::UNVERIFIED, "unverified"},
                                                                             {v1::FRAGILE, "fragile"}}};

v1::SupplierSet SetOf(int set) { return static_cast<v1::SupplierSet>(v1::VERIFIED_SET + set); }

v1::Verdict VerdictOf(Truth truth) {
  if (truth == Truth::kHolds) return v1::HOLDS;
  return truth == Truth::kAbsent ? v1::ABSENT : v1::UNDECIDED;
}

// `value_of` gives the optional value on a set's metrics.
template <class ValueOf>
void FillThree(const std::array<SetMetrics, kSetCount>& metrics, ValueOf value_of, v1::ThreeValues* message) {
  const auto fill = [&](int set, v1::Bounds* (v1::ThreeValues::*field)()) {
    const std::optional<Bounds> value = value_of(metrics[set]);
    if (value) FillBounds(*value, (message->*field)());
  };
  fill(kVerifiedSet, &v1::ThreeValues::mutable_verified);
  fill(kClaimedSet, &v1::ThreeValues::mutable_claimed);
  fill(kPossibleSet, &v1::ThreeValues::mutable_possible);
}

std::optional<Bounds> SuppliersOf(const SetMetrics& metrics) {
  return Bounds{static_cast<double>(metrics.independent), static_cast<double>(metrics.independent)};
}

std::optional<Bounds> CapacityOf(const SetMetrics& metrics) { return metrics.capacity; }

void FillDemand(const ClusterAnalysis& analysis, const SegmentDemand& demand, v1::Demand* message) {
  message->set_state(demand.state);
  message->set_per_year(demand.per_year);
  message->set_final_per_year(demand.final_per_year);
  if (demand.cause >= 0) message->set_cause(analysis.graph().nodes()[demand.cause].name);
}

void FillMetrics(const ClusterAnalysis& analysis, int segment, v1::SegmentMetrics* message) {
  const SegmentResult& result = analysis.segment(segment);
  FillThree(result.metrics, SuppliersOf, message->mutable_independent_suppliers());
  FillThree(
      result.metrics, [](const SetMetrics& m) { return m.hhi; }, message->mutable_hhi());
  FillThree(result.metrics, CapacityOf, message->mutable_capacity());
  FillThree(
      result.metrics, [](const SetMetrics& m) { return m.external_share; }, message->mutable_external_share());
  FillThree(
      result.metrics,
      [](const SetMetrics& m) { return m.single_loss ? std::optional(m.single_loss->share) : std::nullopt; },
      message->mutable_single_loss());
  if (result.fragile_by != model::kNoRow) {
    message->set_single_loss_supplier(analysis.snapshot()->Name(ResourceType::kEnterprise, result.fragile_by));
    message->set_single_loss_product(analysis.graph().nodes()[result.fragile_product].name);
  }
  FillDemand(analysis, analysis.demand().segments[segment], message->mutable_demand());
  const model::Row type = analysis.graph().nodes()[segment].type;
  if (type != model::kNoRow) {
    message->set_unit(analysis.snapshot()->type(type).unit);
    message->set_per_year(!analysis.snapshot()->type(type).stock);
  }
  message->set_owner_unknown(result.supply->owner_unknown);
  message->set_contended(result.contended);
  message->set_min_suppliers(result.inputs.policy.min_suppliers);
  message->set_max_hhi(result.inputs.policy.max_hhi);
  message->set_max_external_share(result.inputs.policy.max_external_share);
  message->set_max_single_loss(result.inputs.policy.max_single_loss);
}

void FillVerdicts(const SegmentVerdicts& verdicts, bool only_listed,
                  google::protobuf::RepeatedPtrField<v1::KindVerdict>* messages) {
  for (const auto& [kind, slug] : kSlugs) {
    const ThreeTruths& truths = verdicts.of_kind[kind];
    if (only_listed && !IsListed(truths)) continue;
    v1::KindVerdict* verdict = messages->Add();
    verdict->set_kind(kind);
    verdict->set_on_verified(VerdictOf(truths[kVerifiedSet]));
    verdict->set_on_claimed(VerdictOf(truths[kClaimedSet]));
    verdict->set_on_possible(VerdictOf(truths[kPossibleSet]));
  }
}

void FillVerifyFirst(const ClusterAnalysis& analysis, int segment, v1::Gap* message) {
  for (const Verification& verification : VerifyFirst(analysis, segment)) {
    v1::VerifyFirst* item = message->add_verify_first();
    item->set_enterprise(analysis.snapshot()->Name(ResourceType::kEnterprise, verification.enterprise));
    item->set_capability(analysis.snapshot()->Name(ResourceType::kCapability, verification.capability));
    for (const v1::GapKind kind : verification.settles) item->add_settles(kind);
    item->set_capacity_shrink(verification.capacity);
    item->set_suppliers_shrink(verification.suppliers);
  }
}

void FillSuppliers(const ClusterAnalysis& analysis, int segment, v1::Gap* message) {
  const model::Snapshot& snapshot = *analysis.snapshot();
  const SupplyFacts& supply = *analysis.segment(segment).supply;
  const RequirementFit requirement(snapshot, analysis.graph().nodes()[segment].segment().requirement(),
                                   analysis.as_of());
  for (const CountedOffer& offer : supply.listed) {
    v1::SupplierEvidence* item = message->add_suppliers();
    v1::Enterprise enterprise;
    snapshot.Read(ResourceType::kEnterprise, offer.enterprise, &enterprise);
    v1::Capability capability;
    snapshot.Read(ResourceType::kCapability, offer.capability, &capability);
    item->set_enterprise(enterprise.name());
    *item->mutable_display_name() = enterprise.display_name();
    item->set_capability(capability.name());
    item->set_set(SetOf(offer.set));
    item->set_owner_group(snapshot.Name(ResourceType::kEnterprise, offer.owner_group));
    item->set_owner_unknown(offer.owner_unknown);
    FillBounds(offer.capacity, item->mutable_capacity());
    *item->mutable_evidence() = capability.evidence();
    item->set_stale(offer.stale);
    item->set_level(capability.level());
    item->set_fit(offer.fit);
    if (offer.fit != v1::UNKNOWN) continue;
    for (std::string& word : requirement.UnknownOf(offer.capability)) item->add_unknown(std::move(word));
  }
  message->set_suppliers_complete(supply.complete);
}

void FillLinks(const ClusterAnalysis& analysis, const ExternalFacts& external, v1::Gap* message) {
  for (const CountedLink& counted : external.listed) {
    v1::SupplyLink link;
    analysis.snapshot()->Read(ResourceType::kSupplyLink, counted.link, &link);
    v1::LinkEvidence* item = message->add_links();
    item->set_supply_link(link.name());
    item->set_supplier(link.supplier());
    item->set_buyer(link.buyer());
    item->set_outside(counted.outside);
    if (link.has_value()) *item->mutable_value() = link.value();
    item->set_set(SetOf(counted.set));
  }
  message->set_links_complete(external.complete);
}

void FillProjects(const ClusterAnalysis& analysis, const GapRef& gap, v1::Gap* message) {
  const SegmentResult& result = analysis.segment(gap.segment);
  const Truth claimed = result.verdicts.of_kind[gap.kind][kClaimedSet];
  for (const ProjectCandidate& candidate : *result.projects) {
    const std::shared_ptr<const v1::Project> project = analysis.snapshot()->project(candidate.project);
    v1::ClosingProject* item = message->add_projects();
    item->set_project(project->name());
    *item->mutable_display_name() = project->display_name();
    item->set_state(project->state());
    if (project->has_production_date()) *item->mutable_production_date() = project->production_date();
    item->set_owner(project->owner());
    item->set_planned_capability(project->planned_capabilities(candidate.planned).capability_id());
    FillBounds(candidate.capacity, item->mutable_capacity());
    item->set_closes(Closes(candidate, gap.kind, claimed, result.inputs));
  }
}

}  // namespace

void FillBounds(const Bounds& bounds, v1::Bounds* message) {
  message->set_lower(bounds.lower);
  message->set_unbounded(bounds.unbounded());
  if (!bounds.unbounded()) message->set_upper(bounds.upper);
}

std::string KindSlug(v1::GapKind kind) {
  for (const auto& [known, slug] : kSlugs) {
    if (known == kind) return std::string(slug);
  }
  return "";
}

std::optional<v1::GapKind> KindOfSlug(std::string_view slug) {
  for (const auto& [kind, known] : kSlugs) {
    if (known == slug) return kind;
  }
  return std::nullopt;
}

std::string NameOfGap(const ClusterAnalysis& analysis, const GapRef& gap) {
  return analysis.graph().nodes()[gap.segment].name + "/gaps/" + KindSlug(gap.kind);
}

void FillGap(const ClusterAnalysis& analysis, const GapRef& gap, v1::Gap* message) {
  const SegmentNode& node = analysis.graph().nodes()[gap.segment];
  const SegmentResult& result = analysis.segment(gap.segment);
  const ThreeTruths& truths = result.verdicts.of_kind[gap.kind];
  message->set_name(NameOfGap(analysis, gap));
  message->set_kind(gap.kind);
  message->set_certainty(gap.certainty);
  message->set_segment(node.name);
  *message->mutable_segment_display_name() = node.segment().display_name();
  *message->mutable_chain_display_name() = node.chain->display_name();
  message->set_capability_type(node.segment().requirement().capability_type());
  message->set_priority(node.segment().priority());
  message->set_on_verified(VerdictOf(truths[kVerifiedSet]));
  message->set_on_claimed(VerdictOf(truths[kClaimedSet]));
  message->set_on_possible(VerdictOf(truths[kPossibleSet]));
  FillMetrics(analysis, gap.segment, message->mutable_metrics());
  if (gap.unmet_share) FillBounds(*gap.unmet_share, message->mutable_unmet_share());
  FillSuppliers(analysis, gap.segment, message);
  const std::vector<v1::GapKind>& hanging = result.verdicts.hanging;
  const bool unverified = gap.kind == v1::UNVERIFIED;
  const bool about_links = gap.kind == v1::EXTERNAL ||
                           (unverified && std::find(hanging.begin(), hanging.end(), v1::EXTERNAL) != hanging.end());
  message->set_links_complete(true);
  if (about_links) FillLinks(analysis, *result.external, message);
  FillProjects(analysis, gap, message);
  if (unverified) {
    for (const v1::GapKind kind : hanging) message->add_hanging_kinds(kind);
    FillVerifyFirst(analysis, gap.segment, message);
  }
  *message->mutable_revision() = analysis.snapshot()->position().ToProto();
  *message->mutable_as_of() = model::ToDate(analysis.as_of());
}

void FillAssessment(const ClusterAnalysis& analysis, int segment, v1::SegmentAssessment* message) {
  const SegmentNode& node = analysis.graph().nodes()[segment];
  message->set_segment(node.name);
  *message->mutable_display_name() = node.segment().display_name();
  message->set_capability_type(node.segment().requirement().capability_type());
  message->set_priority(node.segment().priority());
  FillMetrics(analysis, segment, message->mutable_metrics());
  FillVerdicts(analysis.segment(segment).verdicts, false, message->mutable_verdicts());
}

void FillTimeline(const ClusterAnalysis& analysis, const LookAhead& look, v1::SegmentTimeline* message) {
  const SegmentNode& node = analysis.graph().nodes()[look.segment];
  message->set_segment(node.name);
  *message->mutable_segment_display_name() = node.segment().display_name();
  if (node.type != model::kNoRow) message->set_unit(analysis.snapshot()->type(node.type).unit);
  for (const LookStep& step : look.steps) {
    v1::TimelineStep* item = message->add_steps();
    *item->mutable_valid_from() = model::ToDate(step.from);
    FillThree(step.metrics, CapacityOf, item->mutable_capacity());
    FillThree(step.metrics, SuppliersOf, item->mutable_independent_suppliers());
    FillDemand(analysis, step.demand, item->mutable_demand());
    if (step.demand.state == v1::Demand::KNOWN && step.demand.per_year > 0) {
      FillBounds(UnmetShare(step.metrics[kClaimedSet].capacity, step.demand.per_year), item->mutable_unmet_share());
    }
    FillVerdicts(step.verdicts, true, item->mutable_verdicts());
  }
  if (look.first_shortage) *message->mutable_first_shortage() = model::ToDate(*look.first_shortage);
  for (const LookEffect& effect : look.effects) {
    const std::shared_ptr<const v1::Project> project = analysis.snapshot()->project(effect.project);
    v1::ProjectEffect* item = message->add_effects();
    item->set_project(project->name());
    item->set_planned_capability(project->planned_capabilities(effect.planned).capability_id());
    item->set_kind(effect.kind);
    *item->mutable_closes() = model::ToDate(effect.closes);
    if (effect.closes_without) *item->mutable_closes_without() = model::ToDate(*effect.closes_without);
    item->set_only_possible(effect.only_possible);
  }
  message->mutable_undated_projects()->Add(look.undated_projects.begin(), look.undated_projects.end());
}

void FillDivergentParts(const ClusterAnalysis& analysis, std::string_view chain,
                        google::protobuf::RepeatedPtrField<v1::DivergentPart>* parts) {
  const std::vector<SegmentNode>& nodes = analysis.graph().nodes();
  std::set<int> concerned;  // segments of the chain, and the causes of their missing numbers
  for (int i = 0; i < analysis.graph().size(); ++i) {
    if (!chain.empty() && nodes[i].chain->name() != chain) continue;
    concerned.insert(i);
    if (analysis.demand().segments[i].state == v1::Demand::DIVERGENT)
      concerned.insert(analysis.demand().segments[i].cause);
  }
  for (const DivergentSegments& divergent : analysis.demand().divergent) {
    const bool concerns = std::any_of(divergent.segments.begin(), divergent.segments.end(),
                                      [&](int segment) { return concerned.contains(segment); });
    if (!concerns) continue;
    v1::DivergentPart* part = parts->Add();
    std::vector<std::string> names;
    for (const int segment : divergent.segments) names.push_back(nodes[segment].name);
    std::sort(names.begin(), names.end());
    for (std::string& name : names) part->add_segments(std::move(name));
    for (const int segment : divergent.cycle) part->add_cycle(nodes[segment].name);
    part->set_cycle_gain(divergent.cycle_gain);
  }
}

}  // namespace bulian::gap
