#include "services/gap/supplier_outage.h"

#include <algorithm>
#include <map>
#include <utility>

#include "services/gap/ownership_groups.h"

namespace bulian::gap {

using model::Row;

std::vector<std::vector<Row>> SupplierGroups(const model::Snapshot& snapshot, model::Day as_of,
                                             const SupplyFacts& supply) {
  const auto before = [&](Row a, Row b) { return snapshot.CompareNames(model::ResourceType::kEnterprise, a, b) < 0; };
  std::vector<Row> suppliers;
  for (const SegmentSupplier& one : supply.suppliers) suppliers.push_back(one.enterprise);
  OwnershipGroups owners(snapshot, as_of, suppliers);
  for (std::size_t i = 0; i < suppliers.size(); ++i) owners.AddSupplier(static_cast<int>(i));
  std::map<int, std::vector<Row>> by_root;
  for (std::size_t i = 0; i < suppliers.size(); ++i) by_root[owners.Root(static_cast<int>(i))].push_back(suppliers[i]);
  std::vector<std::vector<Row>> groups;
  for (auto& [root, members] : by_root) {
    std::sort(members.begin(), members.end(), before);
    groups.push_back(std::move(members));
  }
  std::sort(groups.begin(), groups.end(), [&](const auto& a, const auto& b) { return before(a.front(), b.front()); });
  return groups;
}

std::pair<int, int> HoldingsOf(const ProductionModel& model, Row enterprise) {
  const auto first = std::partition_point(model.holdings.begin(), model.holdings.end(),
                                          [&](const Holding& holding) { return holding.enterprise < enterprise; });
  const auto last = std::partition_point(first, model.holdings.end(),
                                         [&](const Holding& holding) { return holding.enterprise == enterprise; });
  return {static_cast<int>(first - model.holdings.begin()), static_cast<int>(last - model.holdings.begin())};
}

Outage OutageAtSegment(const ProductionModel& model, int node, std::span<const Row> enterprises) {
  Outage outage;
  const int segment = model.SegmentOf(node);
  if (segment < 0) return outage;
  for (const Row enterprise : enterprises) {
    const auto [first, last] = HoldingsOf(model, enterprise);
    for (int h = first; h < last; ++h) {
      const std::vector<int>& serves = model.classes[model.holdings[h].capacity_class].segments;
      if (!std::binary_search(serves.begin(), serves.end(), segment)) continue;
      if (serves.size() == 1) {
        outage.holdings.push_back(h);
      } else {
        outage.at_segment.emplace_back(h, segment);
      }
    }
  }
  std::sort(outage.holdings.begin(), outage.holdings.end());
  std::sort(outage.at_segment.begin(), outage.at_segment.end());
  return outage;
}

}  // namespace bulian::gap
