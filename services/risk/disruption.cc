#include "services/risk/disruption.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "services/gap/ownership_groups.h"
#include "services/gap/production_share.h"
#include "services/gap/structure_report.h"
#include "services/model/region.h"

namespace bulian::risk {
namespace {

using gap::Bounds;
using gap::kClaimedSet;
using gap::kSetCount;
using gap::ProductionModel;
using gap::SupplyCase;
using model::ResourceType;
using model::Row;

// Whether the ends of what a set counts differ, and whether it counts more than the set before.
struct SetFacts {
  bool uncertain = false, adds = false;
};

std::array<SetFacts, kSetCount> FactsOf(const ProductionModel& model) {
  std::array<SetFacts, kSetCount> facts;
  bool everywhere = false;
  for (const gap::ProductionInput& input : model.inputs) everywhere |= std::isnan(input.coefficient);
  for (const gap::ProductionPool& pool : model.pools) everywhere |= pool.capacity.lower != pool.capacity.upper;
  for (int set = 0; set < kSetCount; ++set) {
    facts[set].uncertain = everywhere;
    for (const gap::CapacityClass& some : model.classes) {
      const int first = *std::min_element(some.sets.begin(), some.sets.end());
      facts[set].uncertain |= first <= set && (some.unbounded > 0 || some.lower != some.upper);
      facts[set].adds |= std::find(some.sets.begin(), some.sets.end(), set) != some.sets.end();
    }
  }
  facts[0].adds = true;
  return facts;
}

bool InRegion(const model::Snapshot& snapshot, Row capability, const std::vector<std::string>& regions) {
  const std::uint32_t region = snapshot.offer(capability)->region;
  if (region == 0) return false;
  const std::string code = std::to_string(region);
  return std::any_of(regions.begin(), regions.end(),
                     [&](const std::string& outer) { return model::RegionContains(outer, code); });
}

int CapabilitiesOf(const ProductionModel& model, const gap::Outage& outage) {
  std::set<Row> capabilities;
  for (const int holding : outage.holdings) capabilities.insert(model.holdings[holding].capability);
  for (const auto& [holding, segment] : outage.at_segment) capabilities.insert(model.holdings[holding].capability);
  return static_cast<int>(capabilities.size());
}

bool LosesNothing(const Loss& loss) {
  return std::all_of(loss.loss.begin(), loss.loss.end(), [](const Bounds& some) { return some.upper == 0; });
}

}  // namespace

DisruptionStudy::DisruptionStudy(gap::AnalysisPtr analysis, std::string_view chain, gap::Sourcing sourcing,
                                 const gap::MayBuy& may_buy)
    : analysis_(std::move(analysis)) {
  std::vector<int> products;
  for (const int node : gap::EndProductsOf(*analysis_)) {
    if (chain.empty() || analysis_->graph().nodes()[node].chain->name() == chain) products.push_back(node);
  }
  joint_ = ModelProduction(*analysis_, products, sourcing, may_buy);
  for (const int product : products) models_.push_back(ModelProduction(*analysis_, {product}, sourcing, may_buy));
  ReadMargins();
}

void DisruptionStudy::ReadMargins() {
  for (const int product : joint_.products) {
    const v1::Segment& segment = analysis_->graph().nodes()[joint_.segments[product].node].segment();
    const std::string& currency = segment.unit_margin().currency_code();
    if (!segment.has_unit_margin() || (!margins_.empty() && currency != currency_) ||
        std::isinf(joint_.segments[product].demand)) {
      margins_.clear();
      currency_.clear();
      return;
    }
    currency_ = currency;
    margins_.push_back(static_cast<double>(segment.unit_margin().units()) + segment.unit_margin().nanos() * 1e-9);
  }
}

std::vector<Stoppage> DisruptionStudy::EveryEnterprise() const {
  std::vector<Row> rows;
  for (const gap::Holding& holding : joint_.holdings) {
    if (rows.empty() || rows.back() != holding.enterprise) rows.push_back(holding.enterprise);
  }
  std::sort(rows.begin(), rows.end(),
            [this](Row a, Row b) { return analysis_->snapshot()->CompareNames(ResourceType::kEnterprise, a, b) < 0; });
  std::vector<Stoppage> stoppages;
  for (const Row row : rows) stoppages.push_back({.enterprises = {row}});
  return stoppages;
}

std::vector<Stoppage> DisruptionStudy::EverySegmentSupplier() const {
  const model::Snapshot& snapshot = *analysis_->snapshot();
  const auto before = [&](Row a, Row b) { return snapshot.CompareNames(ResourceType::kEnterprise, a, b) < 0; };
  std::vector<Stoppage> stoppages;
  for (const gap::ProductionSegment& segment : joint_.segments) {
    std::vector<Row> suppliers;
    for (const gap::SegmentSupplier& one : analysis_->segment(segment.node).supply->suppliers)
      suppliers.push_back(one.enterprise);
    gap::OwnershipGroups owners(snapshot, analysis_->as_of(), suppliers);
    for (std::size_t i = 0; i < suppliers.size(); ++i) owners.AddSupplier(static_cast<int>(i));
    std::map<int, std::vector<Row>> groups;
    for (std::size_t i = 0; i < suppliers.size(); ++i) groups[owners.Root(static_cast<int>(i))].push_back(suppliers[i]);
    std::vector<std::vector<Row>> sorted;
    for (auto& [root, members] : groups) {
      std::sort(members.begin(), members.end(), before);
      sorted.push_back(std::move(members));
    }
    std::sort(sorted.begin(), sorted.end(), [&](const auto& a, const auto& b) { return before(a.front(), b.front()); });
    for (std::vector<Row>& members : sorted)
      stoppages.push_back({.segment_suppliers = {{segment.node, std::move(members)}}});
  }
  return stoppages;
}

std::vector<Stoppage> DisruptionStudy::EveryRegion() const {
  std::set<std::uint32_t> regions;
  for (const gap::Holding& holding : joint_.holdings)
    regions.insert(analysis_->snapshot()->offer(holding.capability)->region);
  regions.erase(0);
  std::vector<Stoppage> stoppages;
  for (const std::uint32_t region : regions) stoppages.push_back({.regions = {std::to_string(region)}});
  return stoppages;
}

gap::Outage DisruptionStudy::OutageOf(const ProductionModel& model, const Stoppage& stoppage) const {
  const auto of_enterprise = [&](Row enterprise, auto visit) {
    auto at = std::lower_bound(model.holdings.begin(), model.holdings.end(), enterprise,
                               [](const gap::Holding& holding, Row row) { return holding.enterprise < row; });
    for (; at != model.holdings.end() && at->enterprise == enterprise; ++at)
      visit(static_cast<int>(at - model.holdings.begin()));
  };
  std::set<int> stopped;
  for (const Row enterprise : stoppage.enterprises) of_enterprise(enterprise, [&](int h) { stopped.insert(h); });
  if (!stoppage.regions.empty()) {
    for (std::size_t h = 0; h < model.holdings.size(); ++h) {
      if (InRegion(*analysis_->snapshot(), model.holdings[h].capability, stoppage.regions))
        stopped.insert(static_cast<int>(h));
    }
  }
  std::set<std::pair<int, int>> at_segment;
  for (const auto& [node, enterprises] : stoppage.segment_suppliers) {
    const int segment = model.SegmentOf(node);
    if (segment < 0) continue;
    for (const Row enterprise : enterprises) {
      of_enterprise(enterprise, [&](int h) {
        const std::vector<int>& serves = model.classes[model.holdings[h].capacity_class].segments;
        if (stopped.count(h) == 0 && std::binary_search(serves.begin(), serves.end(), segment))
          at_segment.insert({h, segment});
      });
    }
  }
  return {.holdings = {stopped.begin(), stopped.end()}, .at_segment = {at_segment.begin(), at_segment.end()}};
}

absl::Status DisruptionStudy::Study(const ProductionModel& model, std::vector<double> worth,
                                    const std::vector<Stoppage>& stoppages, bool proofs, const gap::StopSignal& stop,
                                    Baseline* baseline, std::vector<std::optional<Loss>>* losses) const {
  auto made = gap::ProductionProgram::Make(model, std::move(worth));
  if (!made.ok()) return made.status();
  gap::ProductionProgram& program = **made;
  std::vector<gap::Outage> outages;
  for (const Stoppage& stoppage : stoppages) outages.push_back(OutageOf(model, stoppage));
  const auto touched = [&](std::size_t i) { return !outages[i].holdings.empty() || !outages[i].at_segment.empty(); };
  const std::array<SetFacts, kSetCount> facts = FactsOf(model);
  std::vector<std::array<Bounds, kSetCount>> without(stoppages.size());
  std::vector<std::vector<Proof>> proven(stoppages.size());

  for (int set = 0; set < kSetCount; ++set) {
    for (const bool upper : {false, true}) {
      const auto end_of = [&](Bounds& bounds) -> double& { return upper ? bounds.upper : bounds.lower; };
      const SupplyCase of{.set = set, .upper = upper};
      const bool wanted = proofs && set == kClaimedSet;
      // Nothing differs from the end, or the set, before.
      const bool same_end = upper && !facts[set].uncertain;
      const bool same_set = !facts[set].adds && !same_end && set != kClaimedSet;
      if (same_end || same_set) {
        const auto copy = [&](std::array<Bounds, kSetCount>& of_sets) {
          end_of(of_sets[set]) =
              same_end ? of_sets[set].lower : (upper ? of_sets[set - 1].upper : of_sets[set - 1].lower);
        };
        copy(baseline->delivered);
        for (auto& one : without) copy(one);
        continue;
      }
      program.Choose(of);
      auto all = program.Deliver(stop);
      if (!all.ok()) return all.status();
      // The lower end holds for the upper too but for rounding.
      end_of(baseline->delivered[set]) = upper ? std::max(baseline->delivered[set].lower, all->value) : all->value;
      if (set == kClaimedSet && std::isfinite(all->value)) baseline->proofs.push_back({of, *std::move(all)});
      for (std::size_t i = 0; i < stoppages.size(); ++i) {
        if (stop && stop()) return absl::CancelledError("stopped");
        if (!touched(i)) continue;
        gap::Delivery delivery;
        const auto value = program.DeliverWithout(outages[i], wanted ? &delivery : nullptr, stop);
        if (!value.ok()) return value.status();
        end_of(without[i][set]) = upper ? std::max(without[i][set].lower, *value) : *value;
        if (wanted && std::isfinite(*value)) proven[i].push_back({of, std::move(delivery)});
      }
    }
  }
  losses->assign(stoppages.size(), std::nullopt);
  for (std::size_t i = 0; i < stoppages.size(); ++i) {
    if (!touched(i)) continue;
    Loss loss;
    for (int set = 0; set < kSetCount; ++set) {
      const gap::DeliveredEnds ends{baseline->delivered[set], without[i][set]};
      const double greatest = gap::GreatestShareLost(model, outages[i], set);
      loss.loss[set] = gap::LossOf(ends, greatest);
      loss.share[set] = gap::ShareLost(ends, greatest);
    }
    if (LosesNothing(loss)) continue;
    loss.proofs = std::move(proven[i]);
    (*losses)[i] = std::move(loss);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<StoppageResult>> DisruptionStudy::Assess(const std::vector<Stoppage>& stoppages, bool proofs,
                                                                    const gap::StopSignal& stop) {
  std::vector<StoppageResult> results(stoppages.size());
  for (std::size_t i = 0; i < stoppages.size(); ++i)
    results[i].capabilities = CapabilitiesOf(joint_, OutageOf(joint_, stoppages[i]));
  baselines_.clear();
  for (std::size_t p = 0; p < models_.size(); ++p) {
    Baseline& baseline = baselines_.emplace_back();
    baseline.node = models_[p].segments[models_[p].products.front()].node;
    std::vector<std::optional<Loss>> losses;
    if (absl::Status status = Study(models_[p], {1}, stoppages, proofs, stop, &baseline, &losses); !status.ok())
      return status;
    for (std::size_t i = 0; i < stoppages.size(); ++i) {
      if (!losses[i]) continue;
      losses[i]->baseline = static_cast<int>(p);
      results[i].losses.push_back(*std::move(losses[i]));
    }
  }
  if (currency_.empty()) return results;
  value_.emplace();
  std::vector<std::optional<Loss>> losses;
  if (absl::Status status = Study(joint_, margins_, stoppages, false, stop, &*value_, &losses); !status.ok())
    return status;
  for (std::size_t i = 0; i < stoppages.size(); ++i) results[i].value = std::move(losses[i]);
  return results;
}

}  // namespace bulian::risk
