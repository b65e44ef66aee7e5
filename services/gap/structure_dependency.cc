#include "services/gap/structure_dependency.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "services/gap/concentration.h"
#include "services/gap/external_share.h"
#include "services/gap/ownership_groups.h"

namespace bulian::gap {
namespace {

Truth Over(const std::optional<Bounds>& metric, double limit) {
  if (!metric) return Truth::kUndecided;
  if (metric->lower > limit + kTolerance) return Truth::kHolds;
  return metric->upper <= limit + kTolerance ? Truth::kAbsent : Truth::kUndecided;
}

Truth Exceeds(const Bounds& a, const Bounds& b) {
  if (b.upper == 0 && a.upper == 0) return Truth::kUndecided;
  if (a.lower > b.upper * (1 + kTolerance)) return Truth::kHolds;
  return a.upper <= b.lower * (1 + kTolerance) ? Truth::kAbsent : Truth::kUndecided;
}

// A link, ready to be counted in years.
struct PlacedLink {
  int year = 0;  // 0: not stated
  YearlyFlow flow;
};

int PlaceOf(const model::Snapshot& snapshot, model::Row enterprise) {
  return enterprise == model::kNoRow ? -1 : snapshot.IsLocal(snapshot.SeatRegion(enterprise));
}

std::string MainCurrency(const model::Snapshot& snapshot, const std::vector<model::Row>& links) {
  std::map<std::string_view, int> count;
  for (const model::Row row : links) {
    const model::Link& link = snapshot.link(row);
    if (link.currency != 0 && !std::isnan(link.value)) ++count[model::SymbolText(link.currency)];
  }
  std::pair<std::string_view, int> best{"", 0};
  for (const auto& entry : count) {
    if (entry.second > best.second) best = entry;
  }
  return std::string(best.first);
}

std::vector<model::Row> LinksUpTo(const model::Snapshot& snapshot, model::Row type, int year) {
  std::vector<model::Row> links;
  if (type == model::kNoRow) return links;
  for (const model::Row subtype : snapshot.Subtree(type)) {
    snapshot.LinksOfType(subtype).ForEach([&](model::Row row) {
      const model::Link& link = snapshot.link(row);
      const bool matters = PlaceOf(snapshot, link.buyer) != 0 || PlaceOf(snapshot, link.supplier) != 0;
      if (matters && link.year <= year) links.push_back(row);
    });
  }
  return links;
}

std::vector<PlacedLink> PlaceLinks(const model::Snapshot& snapshot, const std::vector<model::Row>& links,
                                   std::string_view currency, model::Day as_of) {
  std::vector<model::Row> suppliers;
  for (const model::Row row : links) {
    if (snapshot.link(row).supplier != model::kNoRow) suppliers.push_back(snapshot.link(row).supplier);
  }
  std::sort(suppliers.begin(), suppliers.end());
  suppliers.erase(std::unique(suppliers.begin(), suppliers.end()), suppliers.end());
  OwnershipGroups groups(snapshot, as_of, suppliers);
  for (std::size_t i = 0; i < suppliers.size(); ++i) groups.AddSupplier(static_cast<int>(i));
  std::vector<PlacedLink> placed;
  int unknown_supplier = -1;
  for (const model::Row row : links) {
    const model::Link& link = snapshot.link(row);
    const auto position = std::lower_bound(suppliers.begin(), suppliers.end(), link.supplier) - suppliers.begin();
    const bool known = link.currency != 0 && model::SymbolText(link.currency) == currency && !std::isnan(link.value);
    PlacedLink one{.year = link.year, .flow = {}};
    one.flow.supplier = link.supplier == model::kNoRow ? unknown_supplier-- : groups.Root(static_cast<int>(position));
    one.flow.supplier_place = PlaceOf(snapshot, link.supplier);
    one.flow.buyer_place = PlaceOf(snapshot, link.buyer);
    one.flow.value = known ? Bounds{link.value, link.value} : Bounds{0, kUnbounded};
    if (link.year == 0) one.flow.value.lower = 0;
    placed.push_back(one);
  }
  return placed;
}

// The value at both ends of a sum that does not depend on the order of the links.
Bounds SumInOrder(std::vector<Bounds> values) {
  std::sort(values.begin(), values.end(), [](const Bounds& a, const Bounds& b) {
    return a.lower < b.lower || (a.lower == b.lower && a.upper < b.upper);
  });
  Bounds sum;
  for (const Bounds& value : values) sum += value;
  return sum;
}

}  // namespace

DependencyYear JudgeYear(std::span<const YearlyFlow> flows) {
  std::map<int, std::vector<Bounds>> bought;  // by supplier
  std::vector<SharePart> parts;
  std::vector<Bounds> outside, output;
  for (const YearlyFlow& flow : flows) {
    const Bounds perhaps{0, flow.value.upper};
    if (flow.supplier_place != 0) output.push_back(flow.supplier_place == 1 ? flow.value : perhaps);
    if (flow.buyer_place == 0) continue;
    const Bounds value = flow.buyer_place == 1 ? flow.value : perhaps;
    bought[flow.supplier].push_back(value);
    parts.push_back({value, flow.supplier_place < 0    ? v1::UNKNOWN
                            : flow.supplier_place == 0 ? v1::SATISFIED
                                                       : v1::VIOLATED});
    if (flow.supplier_place != 1) outside.push_back(flow.supplier_place == 0 ? value : perhaps);
  }
  std::sort(parts.begin(), parts.end(), [](const SharePart& a, const SharePart& b) {
    return std::tuple(a.value.lower, a.value.upper, a.outside) < std::tuple(b.value.lower, b.value.upper, b.outside);
  });
  std::vector<Bounds> by_supplier;
  for (auto& [supplier, values] : bought) by_supplier.push_back(SumInOrder(std::move(values)));
  DependencyYear year;
  year.supplier_hhi = ConcentrationBounds(by_supplier);
  year.outside_share = ShareBounds(parts);
  year.outside_purchases = SumInOrder(std::move(outside));
  year.cluster_output = SumInOrder(std::move(output));
  year.concentrated = Over(year.supplier_hhi, kMaxSupplierHhi);
  year.outside_reliant = Over(year.outside_share, kMaxOutsideShare);
  year.not_substitutable = Exceeds(year.outside_purchases, year.cluster_output);
  const Truth criteria[] = {year.concentrated, year.outside_reliant, year.not_substitutable};
  year.all_hold = AllOf(criteria);
  return year;
}

Truth AllOf(std::span<const Truth> truths) {
  Truth all = Truth::kHolds;
  for (const Truth truth : truths) {
    if (truth == Truth::kAbsent) return Truth::kAbsent;
    if (truth != Truth::kHolds) all = Truth::kUndecided;
  }
  return all;
}

Truth Persistent(std::span<const DependencyYear> years) {
  int hold = 0, absent = 0;
  for (const DependencyYear& year : years) {
    hold += year.all_hold == Truth::kHolds ? 1 : 0;
    absent += year.all_hold == Truth::kAbsent ? 1 : 0;
  }
  if (hold >= kPersistentYears) return Truth::kHolds;
  return kDependencyYears - absent < kPersistentYears ? Truth::kAbsent : Truth::kUndecided;
}

DependencyFacts FindDependency(const model::Snapshot& snapshot, model::Row type, model::Day as_of) {
  DependencyFacts facts;
  const std::vector<model::Row> links = LinksUpTo(snapshot, type, model::ToDate(as_of).year());
  facts.currency = MainCurrency(snapshot, links);
  const std::vector<PlacedLink> placed = PlaceLinks(snapshot, links, facts.currency, as_of);
  std::set<int, std::greater<>> years;
  for (const PlacedLink& link : placed) {
    if (link.year != 0) years.insert(link.year);
  }
  for (const int year : years) {
    if (facts.years.size() == kDependencyYears) break;
    std::vector<YearlyFlow> flows;
    for (const PlacedLink& link : placed) {
      if (link.year == year || link.year == 0) flows.push_back(link.flow);
    }
    facts.years.push_back(JudgeYear(flows));
    facts.years.back().year = year;
    facts.years.back().link_count = static_cast<int>(flows.size());
  }
  facts.persistent = Persistent(facts.years);
  if (facts.years.empty()) return facts;
  const Truth criteria[] = {facts.years.front().all_hold, facts.persistent};
  facts.dependent = AllOf(criteria);
  return facts;
}

}  // namespace bulian::gap
