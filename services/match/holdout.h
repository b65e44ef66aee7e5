// Which pairs a lesson holds out. Pure, deterministic.
#ifndef SERVICES_MATCH_HOLDOUT_H_
#define SERVICES_MATCH_HOLDOUT_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "services/match/sparse_rows.h"

namespace bulian::match {

struct HeldOut {
  std::uint32_t type = 0;
  std::vector<std::uint32_t> companies;  // ascending, not empty
};

struct Holdout {
  std::vector<HeldOut> warm;  // some makers of a type that keeps others
  std::vector<HeldOut> cold;  // all makers of a type
};

// Rounds of holding out: no type is held out in two of them, and each leaves most pairs in place.
inline constexpr std::size_t kHoldoutRounds = 3;

// Of types with two makers or more, in each round up to 23 of 100 give up a fifth of their makers (at least one), and
// up to 10 of 100 all of them; if these are few, types with one maker join the latter. Both are bounded, the more so
// the more companies there are. `makes` is companies x types.
Holdout HoldOut(const SparseRows& makes, std::size_t types, std::size_t round);

// The pairs that are left.
SparseRows Without(const SparseRows& makes, const Holdout& holdout);

}  // namespace bulian::match

#endif  // SERVICES_MATCH_HOLDOUT_H_
