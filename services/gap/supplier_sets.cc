#include "services/gap/supplier_sets.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "services/gap/evidence_age.h"
#include "services/gap/listed.h"
#include "services/gap/ownership_groups.h"
#include "services/gap/supply_meter.h"

namespace bulian::gap {
namespace {

constexpr model::ResourceType kCapability = model::ResourceType::kCapability;

constexpr std::int64_t kOffersBetweenPolls = 4096;

double Stated(float share) { return std::isnan(share) ? 0.0 : static_cast<double>(share); }

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

CountedSupply CountOffers(const model::Snapshot& snapshot, model::Row type, const RequirementFit& requirement,
                          model::Day as_of, const StopSignal& stop) {
  CountedSupply supply;
  if (type == model::kNoRow) return supply;
  const model::TypeNode& node = snapshot.type(type);
  const int max_age = snapshot.cluster().evidence_max_age_days;
  bool stopped = false;
  const auto count = [&](const model::OfferRef& offer) {
    if (++supply.offers_read % kOffersBetweenPolls == 0) stopped = stopped || (stop && stop());
    if (stopped || !IsValid(offer->valid_from, offer->valid_until, as_of) || offer->enterprise == model::kNoRow) return;
    const v1::Fit fit = requirement.Of(offer);
    if (fit == v1::VIOLATED || snapshot.EnterpriseKind(offer->enterprise) == v1::Enterprise::ALLIANCE) return;
    CountedOffer item{.capability = offer.row(), .enterprise = offer->enterprise, .fit = fit};
    item.stale = IsStale(offer->evidence_day, max_age, as_of);
    item.set = fit == v1::UNKNOWN ? kPossibleSet : (offer->verified && !item.stale ? kVerifiedSet : kClaimedSet);
    item.capacity = GapCapacity(*offer, node);
    supply.offers.push_back(item);
    if (offer->pool_count > 0) supply.pooled.push_back(offer.row());
  };
  for (const model::Row subtype : snapshot.Subtree(type)) {
    const std::size_t before = supply.offers.size();
    snapshot.OffersOfType(subtype).ForEach(count);
    if (supply.offers.size() > before) supply.types.push_back(subtype);
  }
  std::sort(supply.types.begin(), supply.types.end());
  std::sort(supply.pooled.begin(), supply.pooled.end());
  // Sums of floating point numbers depend on their order: add by size, never by row.
  std::sort(supply.offers.begin(), supply.offers.end(), [](const CountedOffer& a, const CountedOffer& b) {
    return std::pair(a.capacity.lower, a.capacity.upper) < std::pair(b.capacity.lower, b.capacity.upper);
  });
  return supply;
}

SupplyFacts SummariseSupply(const model::Snapshot& snapshot, model::Day as_of, CountedSupply counted, bool has_unit) {
  std::vector<CountedOffer>& offers = counted.offers;
  SupplyFacts facts;
  SupplyMeter meter(snapshot, as_of, offers, has_unit);
  for (int set = 0; set < kSetCount; ++set) facts.metrics[set] = meter.Measure(set);
  facts.greatest = meter.Greatest();
  facts.suppliers = meter.suppliers();
  for (const SegmentSupplier& supplier : facts.suppliers) {
    if (!HasOwner(snapshot, as_of, supplier.enterprise)) ++facts.owner_unknown;
  }
  facts.capabilities.reserve(offers.size());
  facts.held.reserve(offers.size());
  for (const CountedOffer& offer : offers) {
    facts.capabilities.push_back(offer.capability);
    facts.sums[offer.set] += offer.capacity;
    facts.held.push_back({.capability = offer.capability, .set = offer.set, .capacity = offer.capacity});
  }
  std::sort(facts.capabilities.begin(), facts.capabilities.end());
  facts.complete =
      KeepFirstByName(snapshot, kCapability, &offers, [](const CountedOffer& offer) { return offer.capability; });
  meter.NameOwners(offers);
  facts.listed.assign(offers.begin(), offers.end());
  facts.types = std::move(counted.types);
  facts.pooled = std::move(counted.pooled);
  return facts;
}

}  // namespace bulian::gap
