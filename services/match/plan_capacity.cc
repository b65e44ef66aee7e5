#include "services/match/plan_capacity.h"

#include <algorithm>
#include <cmath>

#include "bulian/v1/enterprise.pb.h"
#include "services/match/fit.h"
#include "services/match/recruits.h"
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

// Both ascending.
bool Overlap(const std::vector<Row>& a, const std::vector<Row>& b) {
  for (auto i = a.begin(), j = b.begin(); i != a.end() && j != b.end();) {
    if (*i == *j) return true;
    *i < *j ? ++i : ++j;
  }
  return false;
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
                        : std::to_string(entry.source) + ":" + std::to_string(entry.offer);
  const auto [at, fresh] = sources_.try_emplace(std::move(key), -1);
  if (fresh) at->second = SourceOf(entry, found, target, capacity);
  *source = at->second;
  return std::min(capacity, inputs_.problem.sources[static_cast<std::size_t>(*source)].capacity);
}

int PlanCapacities::SourceOf(const Entry& entry, const Found& found, const Target& target, double capacity) {
  if (inputs_.clusters.size() == 1 || BasisOf(entry.standing) == v1::PLANNED)
    return NewSource(entry, found, target, capacity);
  const EnterpriseIds ids = ReadEnterpriseIds(Records(entry).RecordBytes(ResourceType::kEnterprise, entry.enterprise));
  int source = -1;
  for (const std::string_view id : {ids.uscc, ids.lei}) {
    const auto at = id.empty() ? known_.end() : known_.find(std::string(id));
    if (at == known_.end()) continue;
    for (const Known& known : at->second) {
      const bool is_same = known.cluster != entry.source && Overlap(known.types, target.types);
      if (is_same && source < 0) source = known.source;
    }
  }
  if (source < 0) source = NewSource(entry, found, target, capacity);
  for (const std::string_view id : {ids.uscc, ids.lei})
    if (!id.empty()) known_[std::string(id)].push_back({entry.source, target.types, source});
  return source;
}

int PlanCapacities::NewSource(const Entry& entry, const Found& found, const Target& target, double capacity) {
  const model::Offer& offer = *entry.ref;
  const model::Snapshot& records = Records(entry);
  PlannedCapacity told{
      .cluster = entry.source, .enterprise = entry.enterprise, .unit = target.unit, .unit_factor = target.unit_factor};
  if (offer.type != model::kNoRow && records.type(offer.type).dimension == offer.dimension) {
    told.unit = records.type(offer.type).unit;
    told.unit_factor = records.type(offer.type).unit_factor;
  }
  PlanSource source{.capacity = capacity};
  if (offer.pool_count > 0) {
    const Offered offered = ReadOffered(records, entry, found);
    told.id = offered.id;
    for (const v1::PoolLoad& load : offered.record.pool_loads()) {
      if (load.load_per_unit() <= 0) continue;
      const int pool = PoolOf(entry, load.pool());
      const double of_unit = load.load_per_unit() / told.unit_factor;
      source.pools.emplace_back(pool, of_unit);
      // No pool gives more than it has: so there is always an end.
      source.capacity = std::min(source.capacity, inputs_.problem.pools[static_cast<std::size_t>(pool)] / of_unit);
    }
  } else {
    told.id = ReadOffered(records, entry, found).id;
  }
  inputs_.problem.sources.push_back(std::move(source));
  inputs_.sources.push_back(std::move(told));
  return static_cast<int>(inputs_.sources.size()) - 1;
}

int PlanCapacities::PoolOf(const Entry& entry, const std::string& id) {
  const auto [at, fresh] =
      pools_.try_emplace({entry.source, entry.enterprise, id}, static_cast<int>(inputs_.pools.size()));
  if (fresh) {
    inputs_.problem.pools.push_back(FreeOfPool(entry, id));
    inputs_.pools.push_back({.id = Records(entry).Name(ResourceType::kEnterprise, entry.enterprise) + "#" + id,
                             .cluster = entry.source,
                             .enterprise = entry.enterprise});
  }
  return at->second;
}

// A pool is free as the capabilities that draw on it are, each by what it would load alone; where that is not known, as
// the least free of them, or at the upper end the most.
double PlanCapacities::FreeOfPool(const Entry& entry, const std::string& id) const {
  const model::Snapshot& records = Records(entry);
  v1::Enterprise record;
  records.Read(ResourceType::kEnterprise, entry.enterprise, &record);
  const auto pool = std::find_if(record.pools().begin(), record.pools().end(),
                                 [&](const v1::Pool& candidate) { return candidate.pool_id() == id; });
  if (pool == record.pools().end() || !pool->has_capacity()) return upper_ ? kNoLimit : 0;
  const double all = pool->capacity().value() * model::PeriodsPerYear(pool->capacity().period());
  double loaded = 0, free = 0, least = 1, most = 0;
  bool any = false, known = true;
  records.OffersOfEnterprise(entry.enterprise).ForEach([&](Row capability) {
    const model::OfferRef offer = records.offer(capability);
    if (offer->pool_count == 0 || !ValidAt(*offer, as_of_)) return;
    v1::Capability drawing;
    records.Read(ResourceType::kCapability, capability, &drawing);
    for (const v1::PoolLoad& load : drawing.pool_loads()) {
      if (load.pool() != id || load.load_per_unit() <= 0) continue;
      const double rest = std::max(0.0, 1 - Stated(offer->in_cluster_share) - Stated(offer->outside_share));
      const double share = !std::isnan(offer->free_share) ? Stated(offer->free_share) : upper_ ? rest : 0.0;
      any = true;
      least = std::min(least, share);
      most = std::max(most, share);
      known = known && !std::isnan(offer->capacity) && offer->type != model::kNoRow;
      if (!known) continue;
      const double load_alone = offer->capacity / records.type(offer->type).unit_factor * load.load_per_unit();
      loaded += load_alone;
      free += load_alone * share;
    }
  });
  if (!any) return all;  // only planned ones draw on it
  if (known && loaded > 0) return all * free / loaded;
  return all * (upper_ ? most : least);
}

}  // namespace bulian::match
