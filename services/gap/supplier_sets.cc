#include "services/gap/supplier_sets.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "services/gap/concentration.h"
#include "services/gap/evidence_age.h"
#include "services/gap/listed.h"
#include "services/gap/ownership_groups.h"

namespace bulian::gap {
namespace {

constexpr model::ResourceType kCapability = model::ResourceType::kCapability;
constexpr model::ResourceType kEnterprise = model::ResourceType::kEnterprise;

double Stated(float share) { return std::isnan(share) ? 0.0 : static_cast<double>(share); }

// The enterprises of a set, ascending, each once.
std::vector<model::Row> EnterprisesOf(std::span<const CountedOffer> offers, int set) {
  std::vector<model::Row> rows;
  for (const CountedOffer& offer : offers) {
    if (offer.set <= set) rows.push_back(offer.enterprise);
  }
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  return rows;
}

std::size_t PositionOf(const std::vector<model::Row>& rows, model::Row row) {
  return static_cast<std::size_t>(std::lower_bound(rows.begin(), rows.end(), row) - rows.begin());
}

// Names the group of each offer by its first enterprise, over the largest set.
void NameGroups(const model::Snapshot& snapshot, model::Day as_of, const std::vector<model::Row>& enterprises,
                std::vector<CountedOffer>* offers) {
  const OwnershipGroups groups = GroupByOwner(snapshot, as_of, enterprises);
  std::vector<model::Row> first(static_cast<std::size_t>(groups.count), model::kNoRow);
  for (std::size_t i = 0; i < enterprises.size(); ++i) {
    model::Row& name = first[groups.group[i]];
    if (name == model::kNoRow ||
        snapshot.RelativeName(kEnterprise, enterprises[i]) < snapshot.RelativeName(kEnterprise, name)) {
      name = enterprises[i];
    }
  }
  for (CountedOffer& offer : *offers) {
    offer.owner_group = first[groups.group[PositionOf(enterprises, offer.enterprise)]];
    offer.owner_unknown = !HasOwner(snapshot, as_of, offer.enterprise);
  }
}

}  // namespace

Bounds GapCapacity(const model::Offer& offer, const model::TypeNode& type) {
  const double most = std::max(0.0, 1 - Stated(offer.outside_share));
  const bool comparable = type.dimension != model::Dimension::kNone && offer.dimension == type.dimension &&
                          offer.stock == type.stock && !std::isnan(offer.capacity);
  if (!comparable) return {0, most == 0 ? 0 : kUnbounded};
  const double total = offer.capacity / type.unit_factor;
  const double least = std::min(most, Stated(offer.in_cluster_share) + Stated(offer.free_share));
  return {total * least, total * most};
}

std::vector<CountedOffer> CountOffers(const model::Snapshot& snapshot, model::Row type,
                                      const RequirementFit& requirement, model::Day as_of, std::int64_t* offers_read) {
  std::vector<CountedOffer> counted;
  if (type == model::kNoRow) return counted;
  const model::TypeNode& node = snapshot.type(type);
  const int max_age = snapshot.cluster().evidence_max_age_days;
  for (const model::Row subtype : snapshot.Subtree(type)) {
    snapshot.OffersOfType(subtype).ForEach([&](const model::OfferRef& ref) {
      ++*offers_read;
      const model::Offer& offer = *ref;
      if (!IsValid(offer.valid_from, offer.valid_until, as_of) || offer.enterprise == model::kNoRow) return;
      if (snapshot.EnterpriseKind(offer.enterprise) == v1::Enterprise::ALLIANCE) return;
      const v1::Fit fit = requirement.Of(ref);
      if (fit == v1::VIOLATED) return;
      CountedOffer item{.capability = ref.row(), .enterprise = offer.enterprise, .fit = fit};
      item.stale = IsStale(offer.evidence_day, max_age, as_of);
      item.set = fit == v1::UNKNOWN ? kPossibleSet : (offer.verified && !item.stale ? kVerifiedSet : kClaimedSet);
      item.capacity = GapCapacity(offer, node);
      counted.push_back(item);
    });
  }
  // Sums of floating point numbers depend on their order: add by size, never by row.
  std::sort(counted.begin(), counted.end(), [](const CountedOffer& a, const CountedOffer& b) {
    return std::pair(a.capacity.lower, a.capacity.upper) < std::pair(b.capacity.lower, b.capacity.upper);
  });
  return counted;
}

SetMetrics MeasureSet(const model::Snapshot& snapshot, model::Day as_of, std::span<const CountedOffer> offers, int set,
                      bool has_unit) {
  SetMetrics metrics;
  const std::vector<model::Row> enterprises = EnterprisesOf(offers, set);
  const OwnershipGroups groups = GroupByOwner(snapshot, as_of, enterprises);
  metrics.independent = groups.count;
  std::vector<Bounds> capacities(static_cast<std::size_t>(groups.count));
  for (const CountedOffer& offer : offers) {
    if (offer.set > set) continue;
    capacities[groups.group[PositionOf(enterprises, offer.enterprise)]] += offer.capacity;
    metrics.capacity += offer.capacity;
  }
  if (has_unit) metrics.hhi = ConcentrationBounds(capacities);
  return metrics;
}

SupplyFacts SummariseSupply(const model::Snapshot& snapshot, model::Day as_of, std::vector<CountedOffer> offers,
                            bool has_unit) {
  SupplyFacts facts;
  for (int set = 0; set < kSetCount; ++set) facts.metrics[set] = MeasureSet(snapshot, as_of, offers, set, has_unit);
  const std::vector<model::Row> enterprises = EnterprisesOf(offers, kPossibleSet);
  NameGroups(snapshot, as_of, enterprises, &offers);
  for (const model::Row row : enterprises) {
    facts.suppliers.push_back({row, kPossibleSet});
    if (!HasOwner(snapshot, as_of, row)) ++facts.owner_unknown;
  }
  for (const CountedOffer& offer : offers) {
    facts.capabilities.push_back(offer.capability);
    SegmentSupplier& supplier = facts.suppliers[PositionOf(enterprises, offer.enterprise)];
    supplier.set = std::min(supplier.set, static_cast<int>(offer.set));
  }
  std::sort(facts.capabilities.begin(), facts.capabilities.end());
  facts.complete =
      KeepFirstByName(snapshot, kCapability, &offers, [](const CountedOffer& offer) { return offer.capability; });
  facts.listed = std::move(offers);
  return facts;
}

}  // namespace bulian::gap
