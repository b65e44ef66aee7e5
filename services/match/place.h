// Where a site is to a cluster: local or not, and how near. Pure.
#ifndef SERVICES_MATCH_PLACE_H_
#define SERVICES_MATCH_PLACE_H_

#include <array>
#include <cstdint>

#include "services/match/score_parts.h"
#include "services/model/snapshot.h"

namespace bulian::match {

struct Place {
  std::uint32_t region = 0;
  std::int8_t local = -1;  // 1 yes, 0 no, -1 not known
  Range proximity;         // within a region of the cluster 1, same prefecture 0.8, same province 0.6, else 0.2
};

// Answers for one cluster; remembers regions it has seen, since offers of one cluster name few. Belongs to one thread.
class PlaceTable {
 public:
  explicit PlaceTable(const model::Snapshot& cluster);
  const Place& Of(std::uint32_t region) {
    Place& slot = slots_[Slot(region)];
    if (slot.region != region) slot = Find(region);
    return slot;
  }

 private:
  static constexpr int kSlotBits = 8;
  static std::size_t Slot(std::uint32_t region) { return (region * 2654435761U) >> (32 - kSlotBits); }
  Place Find(std::uint32_t region) const;

  const model::Snapshot& cluster_;
  std::array<Place, 1 << kSlotBits> slots_;
};

}  // namespace bulian::match

#endif  // SERVICES_MATCH_PLACE_H_
