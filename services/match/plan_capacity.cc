#include "services/match/plan_capacity.h"

#include <algorithm>
#include <cmath>

#include "bulian/v1/enterprise.pb.h"
#include "services/match/fit.h"
#include "services/model/units.h"

namespace bulian::match {
namespace {

using model::ResourceType;
using model::Row;

// Record and id of what an entry offers.
struct Offered {
  std::string id;
  v1::Capability record;
};

Offered ReadOffered(const model::Snapshot& snapshot, const Entry& entry, const Found& found) {
  Offered offered;
  if (BasisOf(entry.standing) != v1::PLANNED) {
    offered.id = snapshot.Name(ResourceType::kCapability, entry.offer);
    snapshot.Read(ResourceType::kCapability, entry.offer, &offered.record);
    return offered;
  }
  const PlannedOffer& planned = found.planned.offers[entry.offer];
  const auto project = snapshot.project(planned.project);
  const v1::PlannedCapability& capability = project->planned_capabilities(planned.index);
  offered.id = project->name() + "#" + capability.capability_id();
  offered.record = capability.capability();
  return offered;
}

double Stated(float share) { return std::isnan(share) ? 0.0 : static_cast<double>(share); }

}  // namespace

double PlanCapacities::Draw(const Entry& entry, const Found& found, const Target& target, int* source) {
  const model::Offer& offer = *entry.ref;
  const Range free = FreeCapacity(offer, target.dimension, target.stock, 1);
  const double capacity = upper_ ? free.upper : free.lower;
  *source = -1;
  if (capacity <= 0 || (std::isinf(capacity) && offer.pool_count == 0)) return capacity;
  std::string key = BasisOf(entry.standing) == v1::PLANNED
                        ? "p" + std::to_string(found.planned.offers[entry.offer].project) + "#" +
                              std::to_string(found.planned.offers[entry.offer].index)
                        : std::to_string(entry.offer);
  const auto [at, fresh] = sources_.try_emplace(std::move(key), -1);
  if (fresh) at->second = NewSource(entry, found, target, capacity);
  *source = at->second;
  return inputs_.problem.sources[static_cast<std::size_t>(*source)].capacity;
}

int PlanCapacities::NewSource(const Entry& entry, const Found& found, const Target& target, double capacity) {
  const model::Offer& offer = *entry.ref;
  PlannedCapacity told{.enterprise = entry.enterprise, .unit = target.unit, .unit_factor = target.unit_factor};
  if (offer.type != model::kNoRow && snapshot_.type(offer.type).dimension == offer.dimension) {
    told.unit = snapshot_.type(offer.type).unit;
    told.unit_factor = snapshot_.type(offer.type).unit_factor;
  }
  PlanSource source{.capacity = capacity};
  if (offer.pool_count > 0) {
    const Offered offered = ReadOffered(snapshot_, entry, found);
    told.id = offered.id;
    for (const v1::PoolLoad& load : offered.record.pool_loads()) {
      if (load.load_per_unit() <= 0) continue;
      const int pool = PoolOf(entry.enterprise, load.pool());
      const double of_unit = load.load_per_unit() / told.unit_factor;
      source.pools.emplace_back(pool, of_unit);
      // No pool gives more than it has: so there is always an end.
      source.capacity = std::min(source.capacity, inputs_.problem.pools[static_cast<std::size_t>(pool)] / of_unit);
    }
  } else {
    told.id = ReadOffered(snapshot_, entry, found).id;
  }
  inputs_.problem.sources.push_back(std::move(source));
  inputs_.sources.push_back(std::move(told));
  return static_cast<int>(inputs_.sources.size()) - 1;
}

int PlanCapacities::PoolOf(Row enterprise, const std::string& id) {
  const auto [at, fresh] = pools_.try_emplace({enterprise, id}, static_cast<int>(inputs_.pools.size()));
  if (fresh) {
    inputs_.problem.pools.push_back(FreeOfPool(enterprise, id));
    inputs_.pools.push_back(
        {.id = snapshot_.Name(ResourceType::kEnterprise, enterprise) + "#" + id, .enterprise = enterprise});
  }
  return at->second;
}

// A pool is free as the capabilities that draw on it are, each by what it would load alone; where that is not known, as
// the least free of them, or at the upper end the most.
double PlanCapacities::FreeOfPool(Row enterprise, const std::string& id) const {
  v1::Enterprise record;
  snapshot_.Read(ResourceType::kEnterprise, enterprise, &record);
  const auto pool = std::find_if(record.pools().begin(), record.pools().end(),
                                 [&](const v1::Pool& candidate) { return candidate.pool_id() == id; });
  if (pool == record.pools().end() || !pool->has_capacity()) return upper_ ? kNoLimit : 0;
  const double all = pool->capacity().value() * model::PeriodsPerYear(pool->capacity().period());
  double loaded = 0, free = 0, least = 1, most = 0;
  bool any = false, known = true;
  snapshot_.OffersOfEnterprise(enterprise).ForEach([&](Row capability) {
    const model::OfferRef offer = snapshot_.offer(capability);
    if (offer->pool_count == 0 || !ValidAt(*offer, as_of_)) return;
    v1::Capability drawing;
    snapshot_.Read(ResourceType::kCapability, capability, &drawing);
    for (const v1::PoolLoad& load : drawing.pool_loads()) {
      if (load.pool() != id || load.load_per_unit() <= 0) continue;
      const double rest = std::max(0.0, 1 - Stated(offer->in_cluster_share) - Stated(offer->outside_share));
      const double share = !std::isnan(offer->free_share) ? Stated(offer->free_share) : upper_ ? rest : 0.0;
      any = true;
      least = std::min(least, share);
      most = std::max(most, share);
      known = known && !std::isnan(offer->capacity) && offer->type != model::kNoRow;
      if (!known) continue;
      const double load_alone = offer->capacity / snapshot_.type(offer->type).unit_factor * load.load_per_unit();
      loaded += load_alone;
      free += load_alone * share;
    }
  });
  if (!any) return all;  // only planned ones draw on it
  if (known && loaded > 0) return all * free / loaded;
  return all * (upper_ ? most : least);
}

}  // namespace bulian::match
