#include "services/scenario/risk_deltas.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "services/risk/disruption.h"
#include "services/risk/disruption_report.h"

namespace bulian::scenario {
namespace {

constexpr double kRounding = 1e-9;

using Risks = std::map<std::string, v1::ProductRisk>;  // by name of the segment

absl::StatusOr<Risks> RisksOf(const gap::AnalysisPtr& analysis, const std::string& chain, const gap::MayBuy& may_buy,
                              const gap::StopSignal& stop) {
  risk::DisruptionStudy study(analysis, chain, gap::Sourcing::kOutsideForMissing, may_buy);
  const std::vector<risk::Stoppage> stoppages = study.EveryEnterprise();
  const auto results = study.Assess(stoppages, false, stop);
  if (!results.ok()) return results.status();
  std::vector<std::pair<std::size_t, const risk::Loss*>> worst(study.baselines().size());
  for (std::size_t i = 0; i < stoppages.size(); ++i) {
    for (const risk::Loss& loss : (*results)[i].losses) {
      auto& [of, most] = worst[static_cast<std::size_t>(loss.baseline)];
      if (most == nullptr || risk::CostsMore(loss, *most)) std::tie(of, most) = std::pair(i, &loss);
    }
  }
  Risks risks;
  for (std::size_t p = 0; p < worst.size(); ++p) {
    v1::ProductRisk& one = risks[analysis->graph().nodes()[study.baselines()[p].node].name];
    risk::FillThree(study.baselines()[p].delivered, one.mutable_delivered());
    if (worst[p].second == nullptr) continue;
    one.set_worst_enterprise(
        analysis->snapshot()->Name(model::ResourceType::kEnterprise, stoppages[worst[p].first].enterprises.front()));
    risk::FillThree(worst[p].second->share, one.mutable_worst_share());
  }
  return risks;
}

bool Near(double a, double b) { return std::abs(a - b) <= kRounding * std::max(std::abs(a), std::abs(b)); }

bool Same(const v1::Bounds& a, const v1::Bounds& b) {
  return Near(a.lower(), b.lower()) && a.unbounded() == b.unbounded() && Near(a.upper(), b.upper());
}

bool Same(const v1::ThreeValues& a, const v1::ThreeValues& b) {
  return a.has_verified() == b.has_verified() && a.has_claimed() == b.has_claimed() &&
         a.has_possible() == b.has_possible() && Same(a.verified(), b.verified()) && Same(a.claimed(), b.claimed()) &&
         Same(a.possible(), b.possible());
}

bool Same(const v1::ProductRisk& a, const v1::ProductRisk& b) {
  return Same(a.delivered(), b.delivered()) && a.worst_enterprise() == b.worst_enterprise() &&
         Same(a.worst_share(), b.worst_share());
}

}  // namespace

absl::Status AddRiskDeltas(const Comparison& comparison, const v1::EvaluateScenarioRequest& request,
                           const gap::StopSignal& stop, v1::EvaluateScenarioResponse* response) {
  if (!request.risk()) return absl::OkStatus();
  auto before = RisksOf(comparison.before, request.chain(), {}, stop);
  if (!before.ok()) return before.status();
  // What stops being made here is not at once bought elsewhere.
  const gap::ClusterAnalysis& now_made = *comparison.before;
  const gap::MayBuy may_buy = [&now_made](const std::string& segment) {
    const int node = now_made.graph().Find(segment);
    return node < 0 || now_made.segment(node).supply->held.empty();
  };
  auto after = RisksOf(comparison.after, request.chain(), may_buy, stop);
  if (!after.ok()) return after.status();
  Risks all = *before;
  all.insert(after->begin(), after->end());
  for (const auto& [segment, either] : all) {
    const auto then = before->find(segment), now = after->find(segment);
    const bool was = then != before->end(), is = now != after->end();
    if (was && is && Same(then->second, now->second)) continue;
    v1::RiskDelta* delta = response->add_risk_deltas();
    delta->set_segment(segment);
    delta->set_kind(!was ? v1::APPEARED : (is ? v1::CHANGED : v1::GONE));
    if (was) *delta->mutable_before() = std::move(then->second);
    if (is) *delta->mutable_after() = std::move(now->second);
  }
  return absl::OkStatus();
}

}  // namespace bulian::scenario
