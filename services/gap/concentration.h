// Bounds of the Herfindahl-Hirschman index HHI = sum(c_i^2) / sum(c_i)^2 when each capacity c_i is only known to lie in
// an interval. Source: Hirschman (1945), Herfindahl (1950); the bounds are derived in docs/science/gaps.md. Pure,
// thread-safe.
#ifndef SERVICES_GAP_CONCENTRATION_H_
#define SERVICES_GAP_CONCENTRATION_H_

#include <optional>
#include <span>

#include "services/gap/bounds.h"

namespace bulian::gap {

// The index over the capacities of independent suppliers: the least and the greatest value it can take. nullopt when
// there is no supplier or every capacity is certainly zero. The lower end is exact. The upper end is exact for up to
// kExactUncertain suppliers with lower < upper, 1 when one is unbounded, and beyond that a sound bound (the greatest
// share one supplier can have).
inline constexpr int kExactUncertain = 12;
std::optional<Bounds> ConcentrationBounds(std::span<const Bounds> capacities);

}  // namespace bulian::gap

#endif  // SERVICES_GAP_CONCENTRATION_H_
