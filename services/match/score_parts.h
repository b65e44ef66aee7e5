// The parts of a candidate's score and their weights (docs/science/matching.md). Pure, thread-safe.
//
// A part is a range within 0 to 1: what is not stated leaves it open, nothing unknown is taken as zero or one half. A
// part without a question (no certificate asked for, no chain to be embedded in) is 1 for everyone.
#ifndef SERVICES_MATCH_SCORE_PARTS_H_
#define SERVICES_MATCH_SCORE_PARTS_H_

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string_view>

#include "bulian/v1/capability.pb.h"
#include "bulian/v1/cluster.pb.h"
#include "services/model/error.h"
#include "services/model/snapshot.h"

namespace bulian::match {

// A number known to lie between two ends; `upper` may be infinite.
struct Range {
  double lower = 0, upper = 0;
  bool operator==(const Range&) const = default;
};
inline constexpr double kUnbounded = std::numeric_limits<double>::infinity();

enum Part : std::uint8_t { kFitPart, kCapacityPart, kReadinessPart, kCertificatesPart, kProximityPart, kEmbeddingPart };
inline constexpr int kPartCount = 6;
inline constexpr std::array<std::string_view, kPartCount> kPartNames = {"fit",          "capacity",  "readiness",
                                                                        "certificates", "proximity", "embedding"};

using Parts = std::array<Range, kPartCount>;
using PartWeights = std::array<double, kPartCount>;

// Weights by part, summing to 1: each from `asked` if given there, else from `cluster`, else the default of
// cluster.proto. With `asked` null only the latter two. Negative or not finite weights of `asked`, or none above 0, are
// violations under `field`; a cluster's own weights were checked when they were stored, and if they still sum to
// nothing the defaults stand in.
PartWeights NormaliseWeights(const v1::RankingWeights* asked, const v1::RankingWeights& cluster, std::string_view field,
                             model::Violations* violations);

void ToProto(const PartWeights& weights, v1::RankingWeights* message);

// The weighted sum in the order of Part. Embedding comes last, so that `WithoutEmbedding + w * embedding` is the same
// number to the last bit.
inline Range WithoutEmbedding(const Parts& parts, const PartWeights& weights) {
  Range sum;
  for (int i = 0; i < kEmbeddingPart; ++i) {
    sum.lower += weights[i] * parts[i].lower;
    sum.upper += weights[i] * parts[i].upper;
  }
  return sum;
}
inline Range AddEmbedding(Range sum, double embedding, const PartWeights& weights) {
  const double add = weights[kEmbeddingPart] * embedding;
  return {std::min(1.0, sum.lower + add), std::min(1.0, sum.upper + add)};
}

// Free capacity of an offer in canonical units of the target's type per year (or as a stock): total x free_share. With
// the free share not stated: from 0 to what the other shares leave. With the total not stated: unbounded, unless
// nothing is free. Another dimension or counting basis cannot be compared: unbounded.
inline Range FreeCapacity(const model::Offer& offer, model::Dimension dimension, bool stock, double unit_factor) {
  const double free_share = static_cast<double>(offer.free_share);
  if (free_share == 0 || offer.capacity == 0) return {0, 0};
  if (std::isnan(offer.capacity) || dimension == model::Dimension::kNone || offer.dimension != dimension ||
      offer.stock != stock) {
    return {0, kUnbounded};
  }
  const double total = offer.capacity / unit_factor;
  if (!std::isnan(free_share)) return {total * free_share, total * free_share};
  double left = 1;
  if (!std::isnan(offer.in_cluster_share)) left -= static_cast<double>(offer.in_cluster_share);
  if (!std::isnan(offer.outside_share)) left -= static_cast<double>(offer.outside_share);
  return {0, total * std::max(0.0, left)};
}

// min(1, free / need). A need of 0 is met by anything; an unknown need is [0, unbounded).
inline Range CapacityPart(Range free, Range need) {
  if (need.upper == 0) return {1, 1};
  if (free.upper == 0) return need.lower > 0 ? Range{0, 0} : Range{0, need.upper == kUnbounded ? 0.0 : 1.0};
  const double lower = need.upper == kUnbounded ? 0.0 : std::min(1.0, free.lower / need.upper);
  const double upper = need.lower == 0 ? 1.0 : std::min(1.0, free.upper / need.lower);
  return {lower, upper};
}

// Level (VOLUME 1, PILOT 0.5, RESEARCH 0.2) times 1 / (1 + lead time / 90 days).
inline Range ReadinessPart(std::uint8_t level, float lead_time_days) {
  constexpr std::array<Range, 4> kLevels = {Range{0.2, 1}, Range{0.2, 0.2}, Range{0.5, 0.5}, Range{1, 1}};
  Range range = kLevels[level <= v1::VOLUME ? level : 0];
  if (std::isnan(lead_time_days)) return {0, range.upper};
  const double factor = 1 / (1 + static_cast<double>(lead_time_days) / 90);
  return {range.lower * factor, range.upper * factor};
}

// Share of `asked` that is satisfied; the unknown ones count at the upper end. 1 when nothing is asked.
inline Range SharePart(int satisfied, int unknown, int asked) {
  if (asked == 0) return {1, 1};
  return {static_cast<double>(satisfied) / asked, static_cast<double>(satisfied + unknown) / asked};
}

}  // namespace bulian::match

#endif  // SERVICES_MATCH_SCORE_PARTS_H_
