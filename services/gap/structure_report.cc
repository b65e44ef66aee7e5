#include "services/gap/structure_report.h"

#include <algorithm>
#include <optional>
#include <string>

#include "services/gap/listed.h"
#include "services/gap/structure_dependency.h"

namespace bulian::gap {
namespace {

v1::Verdict VerdictOf(Truth truth) {
  if (truth == Truth::kHolds) return v1::HOLDS;
  return truth == Truth::kAbsent ? v1::ABSENT : v1::UNDECIDED;
}

void FillBounds(const Bounds& bounds, v1::Bounds* message) {
  message->set_lower(bounds.lower);
  message->set_unbounded(bounds.unbounded());
  if (!bounds.unbounded()) message->set_upper(bounds.upper);
}

v1::Bounds* OfSet(v1::ThreeValues* values, int set) {
  if (set == kVerifiedSet) return values->mutable_verified();
  return set == kClaimedSet ? values->mutable_claimed() : values->mutable_possible();
}

void FillSuppliers(const SegmentResult& result, v1::SegmentStructure* message) {
  for (int set = 0; set < kSetCount; ++set) {
    const SetMetrics& metrics = result.metrics[set];
    const auto count = static_cast<double>(metrics.independent);
    FillBounds({count, count}, OfSet(message->mutable_independent_suppliers(), set));
    if (!metrics.hhi) continue;
    FillBounds(*metrics.hhi, OfSet(message->mutable_hhi(), set));
    const double most = metrics.hhi->lower > 0 ? 1 / metrics.hhi->lower : kUnbounded;
    const double least = metrics.hhi->upper > 0 ? 1 / metrics.hhi->upper : kUnbounded;
    FillBounds({least, most}, OfSet(message->mutable_effective_suppliers(), set));
  }
}

void FillDependency(const DependencyFacts& facts, v1::DependencyTest* message) {
  for (const DependencyYear& year : facts.years) {
    v1::DependencyYear* item = message->add_years();
    item->set_year(year.year);
    item->set_link_count(year.link_count);
    if (year.supplier_hhi) FillBounds(*year.supplier_hhi, item->mutable_supplier_hhi());
    if (year.outside_share) FillBounds(*year.outside_share, item->mutable_outside_share());
    FillBounds(year.outside_purchases, item->mutable_outside_purchases());
    FillBounds(year.cluster_output, item->mutable_cluster_output());
    item->set_concentrated(VerdictOf(year.concentrated));
    item->set_outside_reliant(VerdictOf(year.outside_reliant));
    item->set_not_substitutable(VerdictOf(year.not_substitutable));
    item->set_all_hold(VerdictOf(year.all_hold));
  }
  const DependencyYear newest = facts.years.empty() ? DependencyYear() : facts.years.front();
  message->set_currency(facts.currency);
  message->set_concentrated(VerdictOf(newest.concentrated));
  message->set_outside_reliant(VerdictOf(newest.outside_reliant));
  message->set_not_substitutable(VerdictOf(newest.not_substitutable));
  message->set_persistent(VerdictOf(facts.persistent));
  message->set_dependent(VerdictOf(facts.dependent));
}

void FillLinkage(const LinkageSum& sum, double over, v1::LinkageValue* message) {
  message->set_state(sum.state);
  if (sum.state != v1::LinkageValue::KNOWN) return;
  message->set_value(sum.sum / over);
  message->set_sum(sum.sum);
}

}  // namespace

ClusterStructure::ClusterStructure(const ClusterAnalysis& analysis)
    : analysis_(analysis),
      flow_(FlowOfSegments(analysis.graph())),
      is_end_(EndProducts(analysis.graph(), flow_)),
      is_cut_(ArticulationPoints(flow_)),
      dominator_(ImmediateDominators(flow_)),
      dominated_(dominator_.size()),
      linkages_(FindLinkages(analysis.graph().demand(), analysis.demand())) {
  for (std::size_t i = 0; i < dominator_.size(); ++i) {
    if (dominator_[i] >= 0) dominated_[dominator_[i]].push_back(static_cast<int>(i));
  }
}

void ClusterStructure::FillEndProducts(const std::vector<int>& segments, int without, v1::EndProductList* list) const {
  std::vector<const std::string*> names;
  for (const int segment : segments) {
    if (segment != without && is_end_[segment] != 0) names.push_back(&analysis_.graph().nodes()[segment].name);
  }
  std::sort(names.begin(), names.end(), [](const std::string* a, const std::string* b) { return *a < *b; });
  list->set_count(static_cast<int>(names.size()));
  list->set_complete(names.size() <= kListedLimit);
  names.resize(std::min(names.size(), kListedLimit));
  for (const std::string* name : names) list->add_segments(*name);
}

void ClusterStructure::FillSegment(int segment, v1::SegmentStructure* message) const {
  const SegmentNode& node = analysis_.graph().nodes()[segment];
  message->set_segment(node.name);
  *message->mutable_display_name() = node.segment().display_name();
  message->set_capability_type(node.segment().requirement().capability_type());
  FillSuppliers(analysis_.segment(segment), message);
  FillEndProducts(ReachedFrom(flow_.feeds, segment), -1, message->mutable_feeds());
  FillEndProducts(ReachedFrom(dominated_, segment), segment, message->mutable_dominates());
  const int above = dominator_[segment];
  if (above >= 0) message->set_immediate_dominator(analysis_.graph().nodes()[above].name);
  message->set_articulation_point(is_cut_[segment] != 0);
  FillDependency(FindDependency(*analysis_.snapshot(), node.type, analysis_.as_of()), message->mutable_dependency());
  FillLinkage(linkages_.forward[segment], 1, message->mutable_upstreamness());
  FillLinkage(linkages_.backward[segment], linkages_.backward_mean, message->mutable_backward_linkage());
  FillLinkage(linkages_.forward[segment], linkages_.forward_mean, message->mutable_forward_linkage());
}

std::vector<int> EndProductsOf(const ClusterAnalysis& analysis) {
  const std::vector<char> is_end = EndProducts(analysis.graph(), FlowOfSegments(analysis.graph()));
  std::vector<int> ends;
  for (std::size_t i = 0; i < is_end.size(); ++i) {
    if (is_end[i] != 0) ends.push_back(static_cast<int>(i));
  }
  return ends;
}

ClusterFeasibility::ClusterFeasibility(const ClusterAnalysis& analysis)
    : analysis_(analysis), needs_(NeedsOfSegments(analysis.graph())) {
  for (int set = 0; set < kSetCount; ++set) {
    for (int i = 0; i < needs_.size(); ++i) {
      has_supplier_[set].push_back(analysis.segment(i).metrics[set].independent > 0 ? 1 : 0);
    }
    working_[set] = WorkingSegments(needs_, has_supplier_[set]);
  }
}

void ClusterFeasibility::FillEndProduct(int segment, v1::EndProductFeasibility* message) const {
  const SegmentNode& node = analysis_.graph().nodes()[segment];
  message->set_segment(node.name);
  *message->mutable_display_name() = node.segment().display_name();
  const auto names = [&](const std::vector<int>& segments, auto* list) {
    for (const int one : segments) *list->Add() = analysis_.graph().nodes()[one].name;
    std::sort(list->begin(), list->end());
  };
  for (int set = 0; set < kSetCount; ++set) {
    const Feasibility answer = CheckFeasibility(needs_, has_supplier_[set], working_[set], segment);
    v1::SetFeasibility* item = message->add_on_sets();
    item->set_set(static_cast<v1::SupplierSet>(v1::VERIFIED_SET + set));
    item->set_feasible(answer.feasible);
    names(answer.route, item->mutable_route());
    names(answer.missing, item->mutable_missing());
  }
}

}  // namespace bulian::gap
