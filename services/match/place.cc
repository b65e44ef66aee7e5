#include "services/match/place.h"

namespace bulian::match {

// Region 0 is the code of no place: every slot starts with its answer, so a slot never holds a wrong one.
PlaceTable::PlaceTable(const model::Snapshot& cluster) : cluster_(cluster) { slots_.fill(Find(0)); }

Place PlaceTable::Find(std::uint32_t region) const {
  Place place;
  place.region = region;
  place.local = static_cast<std::int8_t>(cluster_.IsLocal(region));
  if (place.local < 0) {
    place.proximity = {0, 1};
    return place;
  }
  double nearness = 0.2;
  if (place.local > 0) {
    nearness = 1;
  } else {
    for (const std::uint32_t own : cluster_.cluster().regions) {
      // A whole province (ends in 0000) has no prefecture to share.
      const bool prefecture = own / 100 == region / 100 && own / 100 % 100 != 0;
      if (prefecture) nearness = 0.8;
      if (own / 10000 == region / 10000) nearness = std::max(nearness, 0.6);
    }
  }
  place.proximity = {nearness, nearness};
  return place;
}

}  // namespace bulian::match
