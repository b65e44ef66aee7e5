#include "services/gap/supply_meter.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "services/gap/concentration.h"

namespace bulian::gap {
namespace {

constexpr model::ResourceType kEnterprise = model::ResourceType::kEnterprise;

std::vector<model::Row> EnterprisesOf(std::span<const CountedOffer> offers) {
  std::vector<model::Row> rows;
  rows.reserve(offers.size());
  for (const CountedOffer& offer : offers) rows.push_back(offer.enterprise);
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  return rows;
}

}  // namespace

SupplyMeter::SupplyMeter(const model::Snapshot& snapshot, model::Day as_of, std::span<const CountedOffer> offers,
                         bool has_unit)
    : snapshot_(snapshot),
      as_of_(as_of),
      offers_(offers),
      has_unit_(has_unit),
      enterprises_(EnterprisesOf(offers)),
      groups_(snapshot, as_of, enterprises_) {
  suppliers_.reserve(enterprises_.size());
  for (const model::Row row : enterprises_) suppliers_.push_back({row, kPossibleSet});
  position_.reserve(offers.size());
  for (const CountedOffer& offer : offers) {
    position_.push_back(PositionOf(offer.enterprise));
    int& set = suppliers_[static_cast<std::size_t>(position_.back())].set;
    set = std::min(set, static_cast<int>(offer.set));
  }
}

int SupplyMeter::PositionOf(model::Row enterprise) const {
  return static_cast<int>(std::lower_bound(enterprises_.begin(), enterprises_.end(), enterprise) -
                          enterprises_.begin());
}

SetMetrics SupplyMeter::Measure(int set) {
  for (std::size_t i = 0; i < suppliers_.size(); ++i) {
    if (suppliers_[i].set > set_ && suppliers_[i].set <= set) groups_.AddSupplier(static_cast<int>(i));
  }
  set_ = set;
  return Sum(&groups_, -1, {});
}

SetMetrics SupplyMeter::MeasureWith(model::Row enterprise, const Bounds& capacity) const {
  OwnershipGroups with = groups_;
  const int extra = with.Add(enterprise);
  return Sum(&with, extra, capacity);
}

SetMetrics SupplyMeter::Sum(OwnershipGroups* groups, int extra, const Bounds& extra_capacity) const {
  std::vector<int> number_of_root(static_cast<std::size_t>(groups->node_count()), -1);
  std::vector<Bounds> capacities;  // by group
  const auto number_of = [&](int node) {
    int& number = number_of_root[static_cast<std::size_t>(groups->Root(node))];
    if (number < 0) {
      number = static_cast<int>(capacities.size());
      capacities.emplace_back();
    }
    return static_cast<std::size_t>(number);
  };
  std::vector<std::size_t> number_of_supplier(suppliers_.size());
  for (std::size_t i = 0; i < suppliers_.size(); ++i) {
    if (suppliers_[i].set <= set_) number_of_supplier[i] = number_of(static_cast<int>(i));
  }
  SetMetrics metrics;
  for (std::size_t i = 0; i < offers_.size(); ++i) {
    const CountedOffer& offer = offers_[i];
    if (offer.set > set_) continue;
    capacities[number_of_supplier[static_cast<std::size_t>(position_[i])]] += offer.capacity;
    metrics.capacity += offer.capacity;
  }
  if (extra >= 0) {
    capacities[number_of(extra)] += extra_capacity;
    metrics.capacity += extra_capacity;
  }
  metrics.independent = static_cast<int>(capacities.size());
  if (has_unit_) metrics.hhi = ConcentrationBounds(capacities);
  return metrics;
}

GreatestHeld SupplyMeter::Greatest() {
  GreatestHeld greatest;
  absl::flat_hash_map<int, HeldSum> of_group;
  HeldSum all;
  for (std::size_t set = 0; set < greatest.share.size(); ++set) {
    for (std::size_t i = 0; i < offers_.size(); ++i) {
      if (offers_[i].set != set) continue;
      of_group[groups_.Root(position_[i])] += offers_[i].capacity;
      all += offers_[i].capacity;
    }
    int groups_with_some = 0;
    for (const auto& [root, held] : of_group) {
      const bool some = held.unbounded > 0 || held.upper > 0;
      const double rest = std::max(0.0, all.lower - held.lower);
      double share = held.unbounded > 0 || rest == 0 ? 1 : held.upper / (held.upper + rest);
      if (!some) share = 0;
      if (held.count == all.count) share = 1;
      greatest.share[set] = std::max(greatest.share[set], share);
      groups_with_some += some ? 1 : 0;
    }
    greatest.can_be_all[set] = groups_with_some == 1 || of_group.size() == 1;
  }
  return greatest;
}

void SupplyMeter::NameOwners(std::span<CountedOffer> offers) {
  absl::flat_hash_map<int, model::Row> first;  // by root: the first enterprise by name
  for (const CountedOffer& offer : offers) first.try_emplace(groups_.Root(PositionOf(offer.enterprise)), model::kNoRow);
  for (std::size_t i = 0; i < suppliers_.size(); ++i) {
    if (suppliers_[i].set > set_) continue;
    const auto at = first.find(groups_.Root(static_cast<int>(i)));
    if (at == first.end()) continue;
    const model::Row row = suppliers_[i].enterprise;
    if (at->second == model::kNoRow ||
        snapshot_.RelativeName(kEnterprise, row) < snapshot_.RelativeName(kEnterprise, at->second)) {
      at->second = row;
    }
  }
  for (CountedOffer& offer : offers) {
    offer.owner_group = first.at(groups_.Root(PositionOf(offer.enterprise)));
    offer.owner_unknown = !HasOwner(snapshot_, as_of_, offer.enterprise);
  }
}

}  // namespace bulian::gap
