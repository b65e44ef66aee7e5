#include "services/gap/production.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "bulian/v1/capability.pb.h"
#include "bulian/v1/enterprise.pb.h"
#include "services/gap/evidence_age.h"
#include "services/model/units.h"

namespace bulian::gap {
namespace {

using model::ResourceType;
using model::Row;

constexpr double kNothing = 1e-12;  // of a capacity: rounding

double StatedShare(float share) { return std::isnan(share) ? 0.0 : static_cast<double>(share); }

class ModelBuilder {
 public:
  ModelBuilder(const ClusterAnalysis& analysis, Sourcing sourcing, const MayBuy& may_buy,
               const std::function<bool(int)>& with_holdings)
      : analysis_(analysis),
        snapshot_(*analysis.snapshot()),
        graph_(analysis.graph()),
        sourcing_(sourcing),
        may_buy_(may_buy),
        with_holdings_(with_holdings) {}

  ProductionModel Build(const std::vector<int>& products) {
    AddSegments(products);
    AddInputs();
    AddClasses();
    SumClasses();
    Scale();
    return std::move(model_);
  }

 private:
  // One capability's place in one need.
  struct Place {
    Row capability;
    int need;
    bool pooled;
    std::uint8_t set;
    Bounds capacity;
  };
  // Whom a class serves: need, supplier set, yield.
  using ClassKey = std::vector<std::tuple<int, std::uint8_t, double>>;

  void AddSegments(const std::vector<int>& products) {
    for (const int node : graph_.UpstreamOf(products)) {
      ProductionSegment segment{.node = node};
      segment.bought = sourcing_ == Sourcing::kOutsideForMissing && analysis_.segment(node).supply->held.empty() &&
                       (!may_buy_ || may_buy_(graph_.nodes()[node].name));
      model_.segments.push_back(segment);
    }
    for (const int product : products) {
      const FinalDemand& demand = graph_.demand().final_demand[product];
      const int segment = model_.SegmentOf(product);
      model_.segments[segment].demand = demand.state == FinalDemand::State::kStated ? demand.per_year : kUnbounded;
      model_.products.push_back(segment);
    }
    std::sort(model_.products.begin(), model_.products.end());
  }

  void AddInputs() {
    model_.needs.clauses.resize(model_.segments.size());
    int group_count = 0;
    for (int to = 0; to < static_cast<int>(model_.segments.size()); ++to) {
      if (model_.segments[to].bought) continue;
      const SegmentNode& node = graph_.nodes()[model_.segments[to].node];
      std::map<std::string_view, int> groups;
      std::map<int, std::vector<int>> clauses;
      for (const v1::Input& input : node.segment().inputs()) {
        const int from_node = graph_.FindInput(node, input);
        if (from_node < 0) continue;
        ProductionInput edge{.from = model_.SegmentOf(from_node), .to = to};
        edge.coefficient = input.has_coefficient() ? input.coefficient() : std::nan("");
        if (input.alternatives_group().empty()) {
          model_.needs.clauses[to].push_back({edge.from});
        } else {
          const auto [at, added] = groups.try_emplace(input.alternatives_group(), group_count);
          if (added) ++group_count;
          edge.group = at->second;
          clauses[edge.group].push_back(edge.from);
        }
        model_.inputs.push_back(edge);
      }
      for (auto& [group, members] : clauses) model_.needs.clauses[to].push_back(std::move(members));
    }
  }

  void AddClasses() {
    for (int i = 0; i < static_cast<int>(model_.segments.size()); ++i)
      segments_of_need_[graph_.nodes()[model_.segments[i].node].need].push_back(i);
    std::vector<Place> shared;
    for (const auto& [need, segments] : segments_of_need_) {
      const SegmentResult& result = analysis_.segment(graph_.need(need).segments.front());
      const SupplyFacts& supply = *result.supply;
      if (with_holdings_ && !with_holdings_(need)) {
        AddSums(need, supply);
        continue;
      }
      for (const HeldCapacity& held : supply.held) {
        const bool pooled = std::binary_search(supply.pooled.begin(), supply.pooled.end(), held.capability);
        if (result.shared || pooled) {
          shared.push_back({held.capability, need, pooled, held.set, held.capacity});
        } else {
          Hold(ClassOf({{need, held.set, 1.0}}), held.capability, held.capacity);
        }
      }
    }
    std::sort(shared.begin(), shared.end(), [this](const Place& a, const Place& b) {
      if (a.capability == b.capability) return a.need < b.need;
      return snapshot_.CompareNames(ResourceType::kCapability, a.capability, b.capability) < 0;
    });
    for (std::size_t i = 0, end = 0; i < shared.size(); i = end) {
      while (end < shared.size() && shared[end].capability == shared[i].capability) ++end;
      const std::span<const Place> places(shared.data() + i, end - i);
      places.front().pooled ? AddPooled(places) : AddShared(places);
    }
  }

  void AddSums(int need, const SupplyFacts& supply) {
    for (int set = 0; set < kSetCount; ++set) {
      const HeldSum& sum = supply.sums[set];
      if (sum.count == 0) continue;
      CapacityClass& whole = model_.classes[ClassOf({{need, static_cast<std::uint8_t>(set), 1.0}})];
      whole.lower = sum.lower;
      whole.upper = sum.upper;
      whole.unbounded = sum.unbounded;
      whole.count = sum.count;
    }
  }

  // Where a capacity cannot be told in the unit of a need it has no upper end there, and takes from no other need.
  void AddShared(std::span<const Place> places) {
    ClassKey key;
    const Place* first = nullptr;
    for (const Place& place : places) {
      if (place.capacity.unbounded()) {
        Hold(ClassOf({{place.need, place.set, 1.0}}), place.capability, place.capacity);
        continue;
      }
      if (first == nullptr) first = &place;
      key.emplace_back(place.need, place.set, TypeOf(first->need).unit_factor / TypeOf(place.need).unit_factor);
    }
    if (first != nullptr) Hold(ClassOf(key), first->capability, first->capacity);
  }

  // In the unit of the capability's own type, of which a pool's load is told.
  void AddPooled(std::span<const Place> places) {
    const model::TypeNode& own = snapshot_.type(snapshot_.offer(places.front().capability)->type);
    ClassKey key;
    Bounds capacity{0, kUnbounded};
    for (const Place& place : places) {
      const model::TypeNode& type = TypeOf(place.need);
      if (own.dimension == model::Dimension::kNone || own.dimension != type.dimension || own.stock != type.stock) {
        Hold(ClassOf({{place.need, place.set, 1.0}}), place.capability, place.capacity);
        continue;
      }
      const double yield = own.unit_factor / type.unit_factor;
      key.emplace_back(place.need, place.set, yield);
      capacity = {place.capacity.lower / yield, place.capacity.upper / yield};
    }
    if (key.empty()) return;
    const int alone = NewClass(key);
    model_.classes[alone].capability = places.front().capability;
    model_.classes[alone].unit_factor = own.unit_factor;
    AddPools(places.front().capability, &model_.classes[alone]);
    Hold(alone, places.front().capability, capacity);
  }

  void AddPools(Row capability, CapacityClass* drawing) {
    v1::Capability record;
    snapshot_.Read(ResourceType::kCapability, capability, &record);
    const Row enterprise = snapshot_.offer(capability)->enterprise;
    for (const v1::PoolLoad& load : record.pool_loads()) {
      if (load.load_per_unit() > 0) drawing->pools.emplace_back(PoolOf(enterprise, load.pool()), load.load_per_unit());
    }
  }

  int PoolOf(Row enterprise, const std::string& id) {
    const auto [at, added] = pool_numbers_.try_emplace({enterprise, id}, static_cast<int>(model_.pools.size()));
    if (added) model_.pools.push_back({enterprise, id, PoolCapacity(enterprise, id)});
    return at->second;
  }

  Bounds PoolCapacity(Row enterprise, const std::string& id) const {
    v1::Enterprise record;
    snapshot_.Read(ResourceType::kEnterprise, enterprise, &record);
    const auto pool = std::find_if(record.pools().begin(), record.pools().end(),
                                   [&](const v1::Pool& candidate) { return candidate.pool_id() == id; });
    if (pool == record.pools().end() || !pool->has_capacity()) return {0, kUnbounded};
    const double all = pool->capacity().value() * model::PeriodsPerYear(pool->capacity().period());
    const Bounds part = ClusterPart(enterprise, id);
    return {all * part.lower, all * part.upper};
  }

  // A pool serves the cluster as the capabilities that draw on it do, each by what it would load alone. Where that is
  // not known, from as little as one of them to as much as one of them.
  Bounds ClusterPart(Row enterprise, const std::string& id) const {
    struct Drawing {
      double load, least, most;
    };
    std::vector<Drawing> drawing;
    snapshot_.OffersOfEnterprise(enterprise).ForEach([&](Row capability) {
      const model::OfferRef offer = snapshot_.offer(capability);
      if (offer->pool_count == 0 || !IsValid(offer->valid_from, offer->valid_until, analysis_.as_of())) return;
      v1::Capability record;
      snapshot_.Read(ResourceType::kCapability, capability, &record);
      for (const v1::PoolLoad& load : record.pool_loads()) {
        if (load.pool() != id || load.load_per_unit() <= 0) continue;
        const double most = std::max(0.0, 1 - StatedShare(offer->outside_share));
        const double least = std::min(most, StatedShare(offer->in_cluster_share) + StatedShare(offer->free_share));
        const double total = std::isnan(offer->capacity) ? kUnbounded : offer->capacity;
        drawing.push_back({total / snapshot_.type(offer->type).unit_factor * load.load_per_unit(), least, most});
      }
    });
    if (drawing.empty()) return {1, 1};
    Bounds any{1, 0}, sum;
    double all = 0;
    std::sort(drawing.begin(), drawing.end(), [](const Drawing& a, const Drawing& b) {
      return std::tuple(a.load, a.least, a.most) < std::tuple(b.load, b.least, b.most);
    });
    for (const Drawing& one : drawing) {
      any = {std::min(any.lower, one.least), std::max(any.upper, one.most)};
      sum += {one.load * one.least, one.load * one.most};
      all += one.load;
    }
    return all > 0 && std::isfinite(all) ? Bounds{sum.lower / all, sum.upper / all} : any;
  }

  const model::TypeNode& TypeOf(int need) const { return snapshot_.type(graph_.need(need).type); }

  int ClassOf(const ClassKey& key) {
    const auto [at, added] = class_numbers_.try_emplace(key, static_cast<int>(model_.classes.size()));
    if (added) NewClass(key);
    return at->second;
  }

  int NewClass(const ClassKey& key) {
    std::vector<std::tuple<int, std::uint8_t, double>> segments;
    for (const auto& [need, set, yield] : key) {
      for (const int segment : segments_of_need_[need]) segments.emplace_back(segment, set, yield);
    }
    std::sort(segments.begin(), segments.end());
    CapacityClass& made = model_.classes.emplace_back();
    made.unit_factor = TypeOf(std::get<0>(key.front())).unit_factor;
    for (const auto& [segment, set, yield] : segments) {
      made.segments.push_back(segment);
      made.sets.push_back(set);
      made.yield.push_back(yield);
    }
    return static_cast<int>(model_.classes.size()) - 1;
  }

  void Hold(int number, Row capability, const Bounds& capacity) {
    model_.holdings.push_back({snapshot_.offer(capability)->enterprise, capability, number, capacity});
  }

  // Sums of floating point numbers depend on their order: add by size, never by row.
  void SumClasses() {
    std::vector<Holding>& holdings = model_.holdings;
    std::sort(holdings.begin(), holdings.end(), [](const Holding& a, const Holding& b) {
      return std::pair(a.capacity.lower, a.capacity.upper) < std::pair(b.capacity.lower, b.capacity.upper);
    });
    for (const Holding& holding : holdings) {
      CapacityClass& sum = model_.classes[holding.capacity_class];
      sum.lower += holding.capacity.lower;
      if (holding.capacity.unbounded()) {
        ++sum.unbounded;
      } else {
        sum.upper += holding.capacity.upper;
      }
      ++sum.count;
    }
    model_.classes_of.resize(model_.segments.size());
    for (std::size_t number = 0; number < model_.classes.size(); ++number) {
      for (const int segment : model_.classes[number].segments)
        model_.classes_of[segment].push_back(static_cast<int>(number));
    }
    std::sort(holdings.begin(), holdings.end(), [](const Holding& a, const Holding& b) {
      return std::tuple(a.enterprise, a.capacity_class, a.capability) <
             std::tuple(b.enterprise, b.capacity_class, b.capability);
    });
  }

  // What the end products draw, step by step upstream; where nothing is told to be drawn, capacity. So a rounding of
  // the solver is as small to the product as to what it is made of.
  void Scale() {
    std::vector<double> capacity(model_.segments.size(), 0);
    for (const CapacityClass& some : model_.classes) {
      for (std::size_t i = 0; i < some.segments.size(); ++i)
        capacity[some.segments[i]] += std::max(some.upper, some.lower) * some.yield[i];
    }
    const auto usable = [](double scale) { return scale > 0 && std::isfinite(scale); };
    std::vector<double> scale(model_.segments.size(), 0);
    for (const int product : model_.products) {
      const double demand = model_.segments[product].demand;
      scale[product] = usable(demand) ? demand : capacity[product];
    }
    for (bool more = true; more;) {
      more = false;
      std::vector<double> next = scale;
      for (const ProductionInput& input : model_.inputs) {
        const double drawn = input.coefficient * scale[input.to];
        if (usable(scale[input.from]) || !usable(drawn) || drawn <= next[input.from]) continue;
        next[input.from] = drawn;
        more = true;
      }
      scale = std::move(next);
    }
    for (std::size_t i = 0; i < scale.size(); ++i) {
      if (!usable(scale[i])) scale[i] = usable(capacity[i]) ? capacity[i] : 1;
      model_.segments[i].scale = scale[i];
    }
  }

  ProductionModel model_;
  const ClusterAnalysis& analysis_;
  const model::Snapshot& snapshot_;
  const SegmentGraph& graph_;
  const Sourcing sourcing_;
  const MayBuy& may_buy_;
  const std::function<bool(int)>& with_holdings_;
  std::map<int, std::vector<int>> segments_of_need_;
  std::map<ClassKey, int> class_numbers_;
  std::map<std::pair<Row, std::string>, int> pool_numbers_;
};

}  // namespace

int ProductionModel::SegmentOf(int node) const {
  const auto at = std::lower_bound(segments.begin(), segments.end(), node,
                                   [](const ProductionSegment& segment, int key) { return segment.node < key; });
  return at != segments.end() && at->node == node ? static_cast<int>(at - segments.begin()) : -1;
}

ProductionModel ModelProduction(const ClusterAnalysis& analysis, const std::vector<int>& products, Sourcing sourcing,
                                const MayBuy& may_buy, const std::function<bool(int)>& with_holdings) {
  return ModelBuilder(analysis, sourcing, may_buy, with_holdings).Build(products);
}

double CapacityLeft(const ProductionModel& model, int number, std::span<const int> stopped, bool upper) {
  const CapacityClass& some = model.classes[number];
  const double all = upper ? some.upper : some.lower;
  double left = all;
  int unbounded = some.unbounded, count = some.count;
  for (const int h : stopped) {
    const Bounds& capacity = model.holdings[h].capacity;
    --count;
    if (capacity.unbounded()) --unbounded;
    if (!upper) left -= capacity.lower;
    if (upper && !capacity.unbounded()) left -= capacity.upper;
  }
  if (count == 0) return 0;
  if (upper && unbounded > 0) return kUnbounded;
  return left > kNothing * all ? left : 0;
}

}  // namespace bulian::gap
