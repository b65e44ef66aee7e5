#include "services/risk/disruption.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "services/gap/production_share.h"
#include "services/gap/structure_report.h"
#include "services/gap/supplier_outage.h"
#include "services/model/region.h"

namespace bulian::risk {
namespace {

using gap::Bounds;
using gap::kSetCount;
using gap::ProductionModel;
using model::ResourceType;
using model::Row;

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
  std::vector<Stoppage> stoppages;
  for (const gap::ProductionSegment& segment : joint_.segments) {
    const gap::SupplyFacts& supply = *analysis_->segment(segment.node).supply;
    for (std::vector<Row>& members : gap::SupplierGroups(*analysis_->snapshot(), analysis_->as_of(), supply))
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
  std::set<int> stopped;
  for (const Row enterprise : stoppage.enterprises) {
    const auto [first, last] = gap::HoldingsOf(model, enterprise);
    for (int h = first; h < last; ++h) stopped.insert(h);
  }
  if (!stoppage.regions.empty()) {
    for (std::size_t h = 0; h < model.holdings.size(); ++h) {
      if (InRegion(*analysis_->snapshot(), model.holdings[h].capability, stoppage.regions))
        stopped.insert(static_cast<int>(h));
    }
  }
  std::set<std::pair<int, int>> at_segment;
  for (const auto& [node, enterprises] : stoppage.segment_suppliers) {
    const gap::Outage there = gap::OutageAtSegment(model, node, enterprises);
    stopped.insert(there.holdings.begin(), there.holdings.end());
    for (const std::pair<int, int>& one : there.at_segment) {
      if (stopped.count(one.first) == 0) at_segment.insert(one);
    }
  }
  return {.holdings = {stopped.begin(), stopped.end()}, .at_segment = {at_segment.begin(), at_segment.end()}};
}

absl::Status DisruptionStudy::Study(const ProductionModel& model, std::vector<double> worth,
                                    const std::vector<Stoppage>& stoppages, bool proofs, const gap::StopSignal& stop,
                                    Baseline* baseline, std::vector<std::optional<Loss>>* losses) const {
  auto made = gap::ProductionProgram::Make(model, std::move(worth));
  if (!made.ok()) return made.status();
  std::vector<gap::Outage> outages;
  for (const Stoppage& stoppage : stoppages) outages.push_back(OutageOf(model, stoppage));
  auto sweep = gap::SweepProduction(made->get(), outages, proofs, stop);
  if (!sweep.ok()) return sweep.status();
  baseline->delivered = sweep->all;
  baseline->proofs = std::move(sweep->all_proofs);
  losses->assign(stoppages.size(), std::nullopt);
  for (std::size_t i = 0; i < stoppages.size(); ++i) {
    if (outages[i].holdings.empty() && outages[i].at_segment.empty()) continue;
    Loss loss;
    for (int set = 0; set < kSetCount; ++set) {
      const gap::DeliveredEnds ends{sweep->all[set], sweep->without[i][set]};
      const double greatest = gap::GreatestShareLost(model, outages[i], set);
      loss.loss[set] = gap::LossOf(ends, greatest);
      loss.share[set] = gap::ShareLost(ends, greatest);
    }
    if (LosesNothing(loss)) continue;
    loss.proofs = std::move(sweep->without_proofs[i]);
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
