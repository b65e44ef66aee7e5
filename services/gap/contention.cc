#include "services/gap/contention.h"

#include <algorithm>
#include <span>
#include <string>
#include <utility>

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

// Whether two ascending lists have a row in common.
bool Meet(std::span<const model::Row> a, std::span<const model::Row> b) {
  if (a.size() > b.size()) std::swap(a, b);
  auto from = b.begin();
  for (const model::Row row : a) {
    from = std::lower_bound(from, b.end(), row);
    if (from == b.end()) return false;
    if (*from == row) return true;
  }
  return false;
}

// Needs of any of the types (kNoRow is none) or one above them, ascending.
std::vector<int> NeedsReached(const model::Snapshot& snapshot, const SegmentGraph& graph,
                              std::vector<model::Row> types) {
  std::erase(types, model::kNoRow);
  std::vector<int> needs;
  for (const model::Row type : WithAncestors(snapshot, std::move(types))) {
    const std::span<const int> of_type = graph.NeedsOf(type);
    needs.insert(needs.end(), of_type.begin(), of_type.end());
  }
  std::sort(needs.begin(), needs.end());
  return needs;
}

// Calls visit(capability, sibling) for the other capabilities of the same enterprise that draw on pools; false stops.
template <class Visit>
void VisitPooledSiblings(const model::Snapshot& snapshot, const std::vector<model::Row>& pooled, Visit visit) {
  bool more = true;
  for (const model::Row capability : pooled) {
    const model::Row enterprise = snapshot.offer(capability)->enterprise;
    snapshot.OffersOfEnterprise(enterprise).ForEach([&](model::Row sibling) {
      if (!more || sibling == capability || snapshot.offer(sibling)->pool_count == 0) return;
      more = visit(capability, sibling);
    });
    if (!more) return;
  }
}

}  // namespace

bool ServesOtherNeeds(const model::Snapshot& snapshot, const SegmentGraph& graph, const SupplyOf& supply, int need) {
  const SupplyFacts& own = supply(need);
  const std::vector<int> neighbours = NeedsReached(snapshot, graph, own.types);
  const auto meets_own = [&](int other) { return other != need && Meet(own.capabilities, supply(other).capabilities); };
  if (std::any_of(neighbours.begin(), neighbours.end(), meets_own)) return true;
  bool shared = false;
  VisitPooledSiblings(snapshot, own.pooled, [&](model::Row capability, model::Row sibling) {
    const std::vector<int> others = NeedsReached(snapshot, graph, {snapshot.offer(sibling)->type});
    const bool serves_another = std::any_of(others.begin(), others.end(), [&](int other) {
      const std::vector<model::Row>& pooled = supply(other).pooled;
      return other != need && std::binary_search(pooled.begin(), pooled.end(), sibling);
    });
    shared = serves_another && Meet(PoolsOf(snapshot, capability), PoolsOf(snapshot, sibling));
    return !shared;
  });
  return shared;
}

std::vector<int> ContentionNeighbours(const model::Snapshot& snapshot, const SegmentGraph& graph,
                                      const SupplyFacts& supply) {
  std::vector<model::Row> types = supply.types;
  VisitPooledSiblings(snapshot, supply.pooled, [&](model::Row, model::Row sibling) {
    types.push_back(snapshot.offer(sibling)->type);
    return true;
  });
  return NeedsReached(snapshot, graph, std::move(types));
}

}  // namespace bulian::gap
