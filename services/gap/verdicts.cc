#include "services/gap/verdicts.h"

#include <algorithm>

namespace bulian::gap {
namespace {

constexpr v1::GapKind kMeasuredKinds[] = {v1::MISSING, v1::SINGLE_SOURCE, v1::CONCENTRATED, v1::UNDER_CAPACITY,
                                          v1::EXTERNAL};

Truth Is(bool holds) { return holds ? Truth::kHolds : Truth::kAbsent; }

Truth IsOver(const Bounds& value, double limit) {
  if (value.lower > limit + kTolerance) return Truth::kHolds;
  return value.upper <= limit + kTolerance ? Truth::kAbsent : Truth::kUndecided;
}

Truth IsConcentrated(const SetMetrics& metrics, const VerdictInputs& inputs) {
  if (inputs.demand.state == v1::Demand::ENABLING || metrics.independent < inputs.policy.min_suppliers)
    return Truth::kAbsent;
  if (!inputs.has_unit) return Truth::kUnknown;
  if (!metrics.hhi) return Truth::kAbsent;  // certainly no capacity: UNDER_CAPACITY says so
  return IsOver(*metrics.hhi, inputs.policy.max_hhi);
}

Truth IsUnderCapacity(const SetMetrics& metrics, const VerdictInputs& inputs) {
  if (inputs.demand.state == v1::Demand::ENABLING) return Truth::kAbsent;
  if (inputs.demand.state != v1::Demand::KNOWN) return Truth::kUnknown;
  const double enough = inputs.demand.per_year * (1 - kTolerance);
  if (metrics.capacity.upper < enough) return Truth::kHolds;
  return metrics.capacity.lower >= enough ? Truth::kAbsent : Truth::kUndecided;
}

// Nobody's stop costs more than its share of capacities, but how much it costs depends on the demand.
Truth IsFragile(const SetMetrics& metrics, double limit) {
  if (!metrics.single_loss) return Truth::kAbsent;
  const Truth over = IsOver(metrics.single_loss->share, limit);
  return over == Truth::kUndecided && metrics.single_loss->stated_upper <= limit + kTolerance ? Truth::kUnknown : over;
}

// How a truth is answered: what is not known by definition is undecided.
Truth Answered(Truth truth) { return truth == Truth::kUnknown ? Truth::kUndecided : truth; }

}  // namespace

GapPolicy PolicyOf(const model::ClusterFacts& cluster, const v1::Segment& segment) {
  GapPolicy policy{cluster.min_suppliers, cluster.max_hhi, cluster.max_external_share, cluster.max_single_loss};
  if (segment.policy().has_min_suppliers()) policy.min_suppliers = segment.policy().min_suppliers();
  if (segment.policy().has_max_hhi()) policy.max_hhi = segment.policy().max_hhi();
  if (segment.policy().has_max_external_share()) policy.max_external_share = segment.policy().max_external_share();
  if (segment.policy().has_max_single_loss()) policy.max_single_loss = segment.policy().max_single_loss();
  return policy;
}

Truth VerdictOn(v1::GapKind kind, const SetMetrics& metrics, const VerdictInputs& inputs) {
  switch (kind) {
    case v1::MISSING:
      return Is(metrics.independent == 0);
    case v1::SINGLE_SOURCE:
      return Is(metrics.independent > 0 && metrics.independent < inputs.policy.min_suppliers);
    case v1::CONCENTRATED:
      return IsConcentrated(metrics, inputs);
    case v1::UNDER_CAPACITY:
      return IsUnderCapacity(metrics, inputs);
    case v1::EXTERNAL:
      return metrics.external_share ? IsOver(*metrics.external_share, inputs.policy.max_external_share)
                                    : Truth::kUnknown;
    case v1::FRAGILE:
      return IsFragile(metrics, inputs.policy.max_single_loss);
    default:
      return Truth::kAbsent;
  }
}

SegmentVerdicts Judge(const std::array<SetMetrics, kSetCount>& metrics, const VerdictInputs& inputs) {
  SegmentVerdicts verdicts;
  for (ThreeTruths& truths : verdicts.of_kind) truths.fill(Truth::kAbsent);
  bool flips = false;
  for (const v1::GapKind kind : kMeasuredKinds) {
    ThreeTruths& truths = verdicts.of_kind[kind];
    for (int set = 0; set < kSetCount; ++set) truths[set] = VerdictOn(kind, metrics[set], inputs);
    const Truth verified = Answered(truths[kVerifiedSet]), claimed = Answered(truths[kClaimedSet]);
    if (verified == claimed) continue;
    verdicts.hanging.push_back(kind);
    flips = flips || (verified != Truth::kUndecided && claimed != Truth::kUndecided);
  }
  ThreeTruths& fragile = verdicts.of_kind[v1::FRAGILE];
  for (int set = 0; set < kSetCount; ++set) fragile[set] = VerdictOn(v1::FRAGILE, metrics[set], inputs);
  // There the ends mix what is not known of all that is upstream of the product: nearly everything would be undecided.
  if (fragile[kPossibleSet] == Truth::kUndecided) fragile[kPossibleSet] = Truth::kUnknown;
  if (!verdicts.hanging.empty()) verdicts.of_kind[v1::UNVERIFIED].fill(flips ? Truth::kHolds : Truth::kUndecided);
  return verdicts;
}

bool IsListed(const ThreeTruths& truths) {
  return std::any_of(truths.begin(), truths.end(),
                     [](Truth t) { return t == Truth::kHolds || t == Truth::kUndecided; });
}

v1::Certainty CertaintyOf(const ThreeTruths& truths) {
  const bool all = std::all_of(truths.begin(), truths.end(), [](Truth t) { return t == Truth::kHolds; });
  return all ? v1::CERTAIN : v1::POSSIBLE;
}

Bounds UnmetShare(const Bounds& capacity, double demand) {
  return {std::max(0.0, 1 - capacity.upper / demand), std::max(0.0, 1 - capacity.lower / demand)};
}

}  // namespace bulian::gap
