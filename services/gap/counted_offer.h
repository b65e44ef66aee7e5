// An offer that counts for a segment, as the supplier sets see it. Plain value.
#ifndef SERVICES_GAP_COUNTED_OFFER_H_
#define SERVICES_GAP_COUNTED_OFFER_H_

#include <array>
#include <cstdint>

#include "bulian/v1/attribute.pb.h"
#include "services/gap/bounds.h"
#include "services/model/snapshot.h"

namespace bulian::gap {

struct CountedOffer {
  model::Row capability = model::kNoRow, enterprise = model::kNoRow;
  std::uint8_t set = 0;  // the smallest set it belongs to
  v1::Fit fit = v1::UNKNOWN;
  Bounds capacity{};  // canonical units of the segment's type per year
  bool stale = false;
  // Of those that are listed:
  bool owner_unknown = false;
  model::Row owner_group = model::kNoRow;  // the first enterprise, by name, it is one supplier with
  friend bool operator==(const CountedOffer&, const CountedOffer&) = default;
};

// What a capability brings to the segments of one requirement.
struct HeldCapacity {
  model::Row capability = model::kNoRow;
  std::uint8_t set = 0;  // the smallest set it belongs to
  Bounds capacity{};     // as CountedOffer's
  friend bool operator==(const HeldCapacity&, const HeldCapacity&) = default;
};

// How much of the capacity of each supplier set hangs on one supplier.
struct GreatestHeld {
  std::array<double, 3> share{};     // the greatest anyone may hold, at the ends that make it greatest; 1: the only one
  std::array<bool, 3> can_be_all{};  // somebody holds all there is
  friend bool operator==(const GreatestHeld&, const GreatestHeld&) = default;
};

// Several of them together.
struct HeldSum {
  double lower = 0, upper = 0;  // upper: of those with an upper end
  int unbounded = 0, count = 0;
  HeldSum& operator+=(const Bounds& capacity) {
    lower += capacity.lower;
    if (capacity.unbounded()) {
      ++unbounded;
    } else {
      upper += capacity.upper;
    }
    ++count;
    return *this;
  }
  friend bool operator==(const HeldSum&, const HeldSum&) = default;
};

}  // namespace bulian::gap

#endif  // SERVICES_GAP_COUNTED_OFFER_H_
