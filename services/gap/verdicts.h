// Whether each gap kind holds on each supplier set, from the metrics of a segment. Pure, thread-safe.
#ifndef SERVICES_GAP_VERDICTS_H_
#define SERVICES_GAP_VERDICTS_H_

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "bulian/v1/chain.pb.h"
#include "bulian/v1/gap.pb.h"
#include "services/gap/bounds.h"
#include "services/gap/demand.h"
#include "services/model/snapshot.h"

namespace bulian::gap {

// The nested supplier sets, as indexes.
inline constexpr int kVerifiedSet = 0, kClaimedSet = 1, kPossibleSet = 2, kSetCount = 3;

// Comparisons with a limit ignore differences of this size (relative for amounts): they are rounding.
inline constexpr double kTolerance = 1e-9;

// kUndecided: the bounds of the metric lie on both sides of the limit. kUnknown: there is no metric (no demand, no
// links, no unit); it is answered as UNDECIDED but by itself lists no gap.
enum class Truth : std::uint8_t { kHolds, kAbsent, kUndecided, kUnknown };
using ThreeTruths = std::array<Truth, kSetCount>;

// The thresholds in force for a segment.
struct GapPolicy {
  int min_suppliers = 2;
  double max_hhi = 0.55, max_external_share = 0.5, max_single_loss = 0.5;
  friend bool operator==(const GapPolicy&, const GapPolicy&) = default;
};
GapPolicy PolicyOf(const model::ClusterFacts& cluster, const v1::Segment& segment);

// What the stop of one supplier costs an end product: the share of its output.
struct SingleLoss {
  Bounds share;             // lost at least and at most, of the products and suppliers that lose most
  double stated_upper = 0;  // the upper end over products with a stated final demand alone
  friend bool operator==(const SingleLoss&, const SingleLoss&) = default;
};

// The metrics of one segment on one supplier set.
struct SetMetrics {
  int independent = 0;                    // k
  std::optional<Bounds> hhi;              // absent: no capacity, or no unit to compare capacities in
  Bounds capacity;                        // canonical units per year
  std::optional<Bounds> external_share;   // absent: no links
  std::optional<SingleLoss> single_loss;  // absent: no supplier, no end product, or another day than the analysis'
  friend bool operator==(const SetMetrics&, const SetMetrics&) = default;
};

// What else a verdict depends on.
struct VerdictInputs {
  GapPolicy policy;
  SegmentDemand demand;
  bool has_unit = false;  // capacities of the required type can be compared
};

// `kind` is one of MISSING, SINGLE_SOURCE, CONCENTRATED, UNDER_CAPACITY, EXTERNAL, FRAGILE.
Truth VerdictOn(v1::GapKind kind, const SetMetrics& metrics, const VerdictInputs& inputs);

struct SegmentVerdicts {
  std::array<ThreeTruths, v1::GapKind_ARRAYSIZE> of_kind;  // by v1::GapKind
  // Kinds that differ between verified and claimed suppliers. FRAGILE is none of them: who is lost counts little where
  // nothing is verified to be delivered.
  std::vector<v1::GapKind> hanging;
};
SegmentVerdicts Judge(const std::array<SetMetrics, kSetCount>& metrics, const VerdictInputs& inputs);

// Whether the kind is a gap: it holds or is undecided on some set.
bool IsListed(const ThreeTruths& truths);
// CERTAIN if it holds on all sets.
v1::Certainty CertaintyOf(const ThreeTruths& truths);

// Share of the demand that capacity leaves unmet: max(0, 1 - capacity / demand) at both ends. `demand` over 0.
Bounds UnmetShare(const Bounds& capacity, double demand);

}  // namespace bulian::gap

#endif  // SERVICES_GAP_VERDICTS_H_
