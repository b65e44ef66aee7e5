#include "services/match/potential_outcomes.h"

#include <set>
#include <string>
#include <utility>

#include "services/gap/segment_need.h"

namespace bulian::match {
namespace {

using model::ResourceType;
using model::Row;
using Pairs = std::set<std::pair<std::uint32_t, std::uint32_t>>;  // type, company

Row TypeOf(const model::Snapshot& snapshot, const v1::Match& match) {
  if (match.has_requirement())
    return snapshot.Find(ResourceType::kCapabilityType, match.requirement().capability_type());
  const auto segment = gap::FindSegment(snapshot, match.segment());
  return segment ? segment->type : model::kNoRow;
}

SparseRows ByType(const Pairs& pairs, std::size_t types) {
  SparseRows rows;
  auto at = pairs.begin();
  for (std::uint32_t type = 0; type < types; ++type) {
    std::vector<SparseRows::Cell> cells;
    for (; at != pairs.end() && at->first == type; ++at) cells.push_back({at->second, 1});
    rows.Append(std::move(cells));
  }
  return rows;
}

}  // namespace

PotentialOutcomes ReadOutcomes(const model::Snapshot& snapshot, std::span<const std::uint32_t> company_of_row,
                               std::span<const std::uint32_t> type_of_row, std::size_t types) {
  constexpr std::uint32_t kNone = ~std::uint32_t{0};
  Pairs won, lost;
  snapshot.VisitByName(ResourceType::kMatch, "", "", [&](Row row) {
    const auto match = snapshot.match(row);
    const bool wins = match->state() == v1::Match::AGREED || match->state() == v1::Match::CONTRACTED;
    if (!wins && match->rejection_reason() != v1::Match::CANNOT_MAKE) return true;
    const Row type = TypeOf(snapshot, *match);
    const Row company = snapshot.Find(ResourceType::kEnterprise, match->enterprise());
    if (type == model::kNoRow || company == model::kNoRow) return true;
    const std::pair pair(type_of_row[type], company_of_row[company]);
    if (pair.first != kNone && pair.second != kNone) (wins ? won : lost).insert(pair);
    return true;
  });
  for (const auto& pair : won) lost.erase(pair);
  return {ByType(won, types), ByType(lost, types)};
}

}  // namespace bulian::match
