#include "services/match/plan_report.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <string>

#include "bulian/v1/enterprise.pb.h"

namespace bulian::match {
namespace {

using model::ResourceType;

constexpr double kOptimal = 1e-6;  // relative distance to the bound that is rounding

}  // namespace

PlanReporter::PlanReporter(const gap::ClusterAnalysis* analysis, const PlanInputs* inputs, const PlanProblem* tightened,
                           const Plan* plan)
    : analysis_(*analysis),
      inputs_(*inputs),
      tightened_(*tightened),
      plan_(*plan),
      used_(tightened->sources.size()),
      drawn_(tightened->pools.size()),
      draws_(tightened->pools.size()) {
  first_pair_.assign(inputs_.gaps.size() + 1, static_cast<int>(inputs_.pairs.size()));
  for (int i = static_cast<int>(inputs_.pairs.size()) - 1; i >= 0; --i) {
    const PlanPair& pair = tightened_.pairs[i];
    first_pair_[pair.gap] = i;
    if (pair.source < 0) continue;
    used_[pair.source] += plan_.amounts[i];
    for (const auto& [pool, load] : tightened_.sources[pair.source].pools) drawn_[pool] += load * plan_.amounts[i];
  }
  // Gaps without candidates begin where the next one does.
  for (std::size_t i = inputs_.gaps.size(); i-- > 0;) first_pair_[i] = std::min(first_pair_[i], first_pair_[i + 1]);
  const int sources = static_cast<int>(inputs_.sources.size());
  for (int i = 0; i < sources; ++i) {
    const auto& pools = tightened_.sources[i].pools;
    const bool priced =
        std::any_of(pools.begin(), pools.end(), [&](const auto& draw) { return plan_.prices.pools[draw.first] > 0; });
    if (used_[i] > 0 || plan_.prices.sources[i] > 0 || priced) told_.push_back(i);
    for (const auto& [pool, load] : pools) draws_[pool].emplace_back(i, load);
  }
  for (int i = 0; i < static_cast<int>(inputs_.pools.size()); ++i) {
    if (drawn_[i] > 0 || plan_.prices.pools[i] > 0) told_.push_back(sources + i);
  }
  const auto id = [&](int number) -> const std::string& {
    return number < sources ? inputs_.sources[number].id : inputs_.pools[number - sources].id;
  };
  std::sort(told_.begin(), told_.end(), [&](int a, int b) { return id(a) < id(b); });
}

void PlanReporter::FillHead(v1::PlanMatchesResponse* response) const {
  response->set_gap_count(gap_count());
  response->set_capacity_count(capacity_count());
  response->set_assignment_count(static_cast<int>(
      std::count_if(plan_.amounts.begin(), plan_.amounts.end(), [](double amount) { return amount > 0; })));
  response->set_method(plan_.whole ? v1::PLAN_INTEGER : plan_.linear ? v1::PLAN_LINEAR : v1::PLAN_FLOW);
  response->set_objective(plan_.value);
  response->set_bound(plan_.bound);
  const double over = std::max(0.0, plan_.bound - plan_.value);
  response->set_relative_gap(plan_.value > 0 ? over / plan_.value : over);
  response->set_optimal(over <= kOptimal * plan_.value);
  response->set_relaxation_bound(plan_.relaxation_bound);
  double closed = 0;
  for (std::size_t i = 0; i < plan_.amounts.size(); ++i)
    closed += plan_.amounts[i] / inputs_.problem.gaps[tightened_.pairs[i].gap].need;
  response->set_closed_share(closed);
  response->set_wanted_share(gap_count());
  response->set_nodes(plan_.nodes);
  ToProto(inputs_.weights, response->mutable_weights());
  response->set_score_weight(inputs_.score_weight);
  response->set_algorithm_version(kPlanVersion.data(), kPlanVersion.size());
}

void PlanReporter::FillGap(int number, bool all_candidates, v1::PlanGap* message) const {
  const PlannedGap& gap = inputs_.gaps[number];
  const PlanNeed &asked = inputs_.problem.gaps[number], &usable = tightened_.gaps[number];
  const gap::SegmentNode& node = analysis_.graph().nodes()[gap.segment];
  const double factor = gap.unit_factor;
  message->set_segment(node.name);
  *message->mutable_display_name() = node.segment().display_name();
  message->set_capability_type(node.segment().requirement().capability_type());
  message->set_need(asked.need / factor);
  message->set_unit(gap.unit);
  message->set_per_year(!gap.counts_suppliers && !gap.stock);
  message->set_counts_suppliers(gap.counts_suppliers);
  message->set_weight(gap.weight);
  message->set_usable_need(usable.need / factor);
  const double price = plan_.prices.gaps[number];
  message->set_price(price * factor);
  message->set_worth(std::max(0.0, gap.weight / asked.need - price) * factor);
  message->set_supplier_limit(usable.supplier_limit / factor);
  for (const auto& [supplier, limit_price] : plan_.prices.suppliers[number]) {
    v1::PlanSupplierLimit* const limit = message->add_supplier_limits();
    limit->set_supplier(supplier);
    limit->set_price(limit_price * factor);
  }
  message->set_min_suppliers(asked.min_suppliers);
  message->set_least_amount(asked.least / factor);
  message->set_lot(asked.lot / factor);
  message->set_candidate_count(first_pair_[number + 1] - first_pair_[number]);
  message->set_candidates_left_out(gap.candidates_left_out);
  message->set_candidates_without_capacity(gap.without_capacity);
  message->set_unit_factor(factor);
  std::vector<int> pairs;
  double assigned = 0;
  std::set<int> suppliers;
  for (int pair = first_pair_[number]; pair < first_pair_[number + 1]; ++pair) {
    assigned += plan_.amounts[pair];
    if (plan_.amounts[pair] > 0 && tightened_.pairs[pair].counts) suppliers.insert(tightened_.pairs[pair].supplier);
    if (all_candidates || plan_.amounts[pair] > 0) pairs.push_back(pair);
  }
  message->set_assigned(assigned / factor);
  const double unmet = asked.need - assigned;
  message->set_unmet(unmet > kPlanRounding * asked.need ? unmet / factor : 0);
  message->set_new_suppliers(static_cast<int>(suppliers.size()));
  std::stable_sort(pairs.begin(), pairs.end(), [&](int a, int b) { return plan_.amounts[a] > plan_.amounts[b]; });
  for (const int pair : pairs) FillAssignment(pair, message->add_assignments());
}

void PlanReporter::FillEnterprise(std::uint16_t cluster, model::Row row, std::string* name,
                                  v1::LocalizedText* display_name) const {
  v1::Enterprise enterprise;
  inputs_.clusters[cluster]->Read(ResourceType::kEnterprise, row, &enterprise);
  *name = enterprise.name();
  display_name->Swap(enterprise.mutable_display_name());
}

void PlanReporter::FillAssignment(int number, v1::PlanAssignment* message) const {
  const PlanPair& pair = tightened_.pairs[number];
  const PlannedPair& named = inputs_.pairs[number];
  const double factor = inputs_.gaps[pair.gap].unit_factor;
  FillEnterprise(named.cluster, named.enterprise, message->mutable_enterprise(), message->mutable_display_name());
  const bool planned = named.basis == v1::PLANNED;
  message->set_capability(inputs_.clusters[named.cluster]->Name(
      planned ? ResourceType::kProject : ResourceType::kCapability, named.record));
  message->set_held(named.basis == v1::HELD);
  message->set_recruit(named.recruit);
  message->set_fit(named.fit);
  message->set_score(named.score);
  message->set_amount(plan_.amounts[number] / factor);
  message->set_share(plan_.amounts[number] / inputs_.problem.gaps[pair.gap].need);
  message->set_value(pair.value * factor);
  message->set_limit(pair.limit / factor);
  message->set_floor(pair.floor / factor);
  message->set_supplier(pair.supplier);
  message->set_counted_today(!pair.counts);
  if (pair.source >= 0) message->set_capacity(inputs_.sources[pair.source].id);
}

void PlanReporter::FillCapacity(int number, v1::PlanCapacity* message) const {
  const int at = told_[number], sources = static_cast<int>(inputs_.sources.size());
  const bool is_pool = at >= sources;
  const PlannedCapacity& told = is_pool ? inputs_.pools[at - sources] : inputs_.sources[at];
  message->set_capacity(told.id);
  FillEnterprise(told.cluster, told.enterprise, message->mutable_enterprise(), message->mutable_display_name());
  message->set_pool(is_pool);
  message->set_unit_factor(told.unit_factor);
  if (!is_pool) {
    message->set_free(inputs_.problem.sources[at].capacity / told.unit_factor);
    message->set_usable(tightened_.sources[at].capacity / told.unit_factor);
    message->set_used(used_[at] / told.unit_factor);
    message->set_unit(told.unit);
    message->set_price(plan_.prices.sources[at] * told.unit_factor);
    return;
  }
  const int pool = at - sources;
  message->set_free(inputs_.problem.pools[pool]);
  message->set_usable(tightened_.pools[pool]);
  message->set_used(drawn_[pool]);
  message->set_price(plan_.prices.pools[pool]);
  for (const auto& [source, load] : draws_[pool]) {
    v1::PlanPoolDraw* const draw = message->add_draws();
    draw->set_capacity(inputs_.sources[source].id);
    draw->set_load(load * inputs_.sources[source].unit_factor);
  }
  std::sort(message->mutable_draws()->begin(), message->mutable_draws()->end(),
            [](const v1::PlanPoolDraw& a, const v1::PlanPoolDraw& b) { return a.capacity() < b.capacity(); });
}

}  // namespace bulian::match
