#include "services/gap/contention.h"

#include <algorithm>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "bulian/v1/capability.pb.h"
#include "services/gap/type_reach.h"

namespace bulian::gap {
namespace {

constexpr model::ResourceType kCapability = model::ResourceType::kCapability;

std::vector<std::string> PoolsOf(const model::Snapshot& snapshot, model::Row capability) {
  v1::Capability record;
  snapshot.Read(kCapability, capability, &record);
  std::vector<std::string> pools;
  for (const v1::PoolLoad& load : record.pool_loads()) pools.push_back(load.pool());
  std::sort(pools.begin(), pools.end());
  return pools;
}

bool Meet(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return std::any_of(a.begin(), a.end(),
                     [&](const std::string& x) { return std::binary_search(b.begin(), b.end(), x); });
}

// Segments that require a type or one above it; remembered per type.
class Reach {
 public:
  Reach(const model::Snapshot& snapshot, const SegmentGraph& graph) : snapshot_(snapshot), graph_(graph) {}

  const std::vector<int>& Of(model::Row type) {
    const auto [at, added] = segments_.try_emplace(type);
    if (added && type != model::kNoRow) {
      for (const model::Row above : WithAncestors(snapshot_, {type})) {
        const auto requiring = graph_.RequiringExactly(above);
        at->second.insert(at->second.end(), requiring.begin(), requiring.end());
      }
    }
    return at->second;
  }

 private:
  const model::Snapshot& snapshot_;
  const SegmentGraph& graph_;
  absl::flat_hash_map<model::Row, std::vector<int>> segments_;
};

}  // namespace

bool IsContended(const model::Snapshot& snapshot, const SegmentGraph& graph, const SupplyOf& supply, int segment) {
  Reach reach(snapshot, graph);
  const auto serves_another = [&](model::Row capability) {
    const std::vector<int>& others = reach.Of(snapshot.offer(capability)->type);
    return std::any_of(others.begin(), others.end(), [&](int other) {
      const std::vector<model::Row>& counted = supply(other).capabilities;
      return other != segment && std::binary_search(counted.begin(), counted.end(), capability);
    });
  };
  const std::vector<model::Row>& own = supply(segment).capabilities;
  if (std::any_of(own.begin(), own.end(), serves_another)) return true;
  for (const model::Row capability : own) {
    const model::Offer& offer = *snapshot.offer(capability);
    if (offer.pool_count == 0) continue;
    std::vector<std::string> pools;
    bool shared = false;
    snapshot.OffersOfEnterprise(offer.enterprise).ForEach([&](model::Row sibling) {
      if (shared || sibling == capability || snapshot.offer(sibling)->pool_count == 0 || !serves_another(sibling))
        return;
      if (pools.empty()) pools = PoolsOf(snapshot, capability);
      shared = Meet(pools, PoolsOf(snapshot, sibling));
    });
    if (shared) return true;
  }
  return false;
}

std::vector<int> ContentionNeighbours(const model::Snapshot& snapshot, const SegmentGraph& graph,
                                      const SupplyFacts& supply) {
  Reach reach(snapshot, graph);
  absl::flat_hash_map<model::Row, bool> types;
  for (const model::Row capability : supply.capabilities) {
    const model::Offer& offer = *snapshot.offer(capability);
    types[offer.type] = true;
    if (offer.pool_count == 0) continue;
    snapshot.OffersOfEnterprise(offer.enterprise).ForEach([&](model::Row sibling) {
      if (snapshot.offer(sibling)->pool_count > 0) types[snapshot.offer(sibling)->type] = true;
    });
  }
  std::vector<int> segments;
  for (const auto& [type, unused] : types) {
    const std::vector<int>& reached = reach.Of(type);
    segments.insert(segments.end(), reached.begin(), reached.end());
  }
  std::sort(segments.begin(), segments.end());
  segments.erase(std::unique(segments.begin(), segments.end()), segments.end());
  return segments;
}

}  // namespace bulian::gap
