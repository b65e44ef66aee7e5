#include "services/match/enterprise_census.h"

#include <algorithm>
#include <cstdint>

#include "bulian/v1/enterprise.pb.h"
#include "services/match/place.h"

namespace bulian::match {
namespace {

using model::ResourceType;
using model::Row;

enum class Standing : std::uint8_t { kNone, kAlliance, kElsewhere, kHere };

Standing StandingOf(const model::Snapshot& snapshot, PlaceTable* places, Row row) {
  if (row >= snapshot.RowLimit(ResourceType::kEnterprise) || !snapshot.Exists(ResourceType::kEnterprise, row)) {
    return Standing::kNone;
  }
  if (snapshot.EnterpriseKind(row) == v1::Enterprise::ALLIANCE) return Standing::kAlliance;
  return places->Of(snapshot.SeatRegion(row)).local != 0 ? Standing::kHere : Standing::kElsewhere;
}

void Count(Standing standing, std::size_t one, EnterpriseCensus* census) {
  if (standing == Standing::kElsewhere || standing == Standing::kHere) census->others += one;
  if (standing == Standing::kHere) census->seated_here += one;
}

}  // namespace

EnterpriseCensus TakeCensus(const model::Snapshot& snapshot) {
  EnterpriseCensus census;
  PlaceTable places(snapshot);
  for (Row row = 0; row < snapshot.RowLimit(ResourceType::kEnterprise); ++row) {
    const Standing standing = StandingOf(snapshot, &places, row);
    if (standing == Standing::kAlliance) census.alliances.push_back(row);
    Count(standing, 1, &census);
  }
  return census;
}

std::shared_ptr<const EnterpriseCensus> AdvanceCensus(const std::shared_ptr<const EnterpriseCensus>& old,
                                                      const model::Snapshot& before, const model::Snapshot& snapshot,
                                                      const model::Delta& changes) {
  std::vector<Row> touched;
  for (const model::TouchedRow& change : changes) {
    // Other regions of the cluster move seats in and out.
    if (change.type == ResourceType::kCluster) return std::make_shared<const EnterpriseCensus>(TakeCensus(snapshot));
    if (change.type == ResourceType::kEnterprise) touched.push_back(change.row);
  }
  std::sort(touched.begin(), touched.end());
  touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
  std::shared_ptr<EnterpriseCensus> next;
  PlaceTable places_before(before), places(snapshot);
  for (const Row row : touched) {
    const Standing was = StandingOf(before, &places_before, row), is = StandingOf(snapshot, &places, row);
    if (was == is) continue;
    if (!next) next = std::make_shared<EnterpriseCensus>(*old);
    Count(was, static_cast<std::size_t>(-1), next.get());
    Count(is, 1, next.get());
    std::vector<Row>& alliances = next->alliances;
    const auto at = std::lower_bound(alliances.begin(), alliances.end(), row);
    if (was == Standing::kAlliance) alliances.erase(at);
    if (is == Standing::kAlliance) alliances.insert(at, row);
  }
  return next ? next : old;
}

}  // namespace bulian::match
