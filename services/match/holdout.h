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

// Of types with two makers or more, up to three tenths give up a fifth of their makers (at least one), and up to a
// quarter all of them; if these are few, types with one maker join the latter. Both are bounded, the more so the more
// companies there are. No type is in both. `makes` is companies x types.
Holdout HoldOut(const SparseRows& makes, std::size_t types);

// The pairs that are left.
SparseRows Without(const SparseRows& makes, const Holdout& holdout);

}  // namespace bulian::match

#endif  // SERVICES_MATCH_HOLDOUT_H_
