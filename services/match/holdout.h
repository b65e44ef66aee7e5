// Which pairs a lesson holds out. Pure, deterministic.
#ifndef SERVICES_MATCH_HOLDOUT_H_
#define SERVICES_MATCH_HOLDOUT_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "services/match/potential_outcomes.h"
#include "services/match/sparse_rows.h"

namespace bulian::match {

struct HeldOut {
  std::uint32_t type = 0;
  std::vector<std::uint32_t> companies;  // ascending, not empty
  bool outcome = false;                  // a match of the cluster came to something, or to nothing
};

struct Holdout {
  std::vector<HeldOut> warm;  // some makers of a type that keeps others
  std::vector<HeldOut> cold;  // all makers of a type
};

// Rounds of holding out: no type is held out in two of them, and each leaves most pairs in place.
inline constexpr std::size_t kHoldoutRounds = 3;

// What came of matches is learned from first: in the first round a type with matches that were won gives up the makers
// among the won companies, which stand as held out whether they make it yet or not; one with matches that were lost
// only gives up some makers as others do. Of types with two makers or more, in each round up to 23 of 100 give up a
// fifth of their makers (at least one), and up to 10 of 100 all of them; if these are few, types with one maker join
// the latter. Both are bounded. `makes` is companies x types.
Holdout HoldOut(const SparseRows& makes, const PotentialOutcomes& outcomes, std::size_t types, std::size_t round);

// The pairs that are left.
SparseRows Without(const SparseRows& makes, const Holdout& holdout);

}  // namespace bulian::match

#endif  // SERVICES_MATCH_HOLDOUT_H_
