// What a cluster has to make some end products with: the segments they need, what joins them, and who holds how much
// capacity for which. Plain data for the linear program of production_program.h. Pure, thread-safe.
//
// Amounts are canonical units of each segment's type per year (or the stock). Segments, inputs, pools and classes are
// told by their position; a segment's is that in `segments`, not in the graph.
#ifndef SERVICES_GAP_PRODUCTION_H_
#define SERVICES_GAP_PRODUCTION_H_

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "services/gap/analysis.h"
#include "services/gap/bounds.h"
#include "services/gap/feasibility.h"
#include "services/model/snapshot.h"

namespace bulian::gap {

// Whether segments for which nobody in the cluster even perhaps counts (no supplier on the possible set) are bought
// elsewhere without limit, or stop what needs them.
enum class Sourcing : std::uint8_t { kOutsideForMissing, kClusterAlone };

// Limits the first to segments (full name) for which it says so; empty: to none.
using MayBuy = std::function<bool(const std::string& segment)>;

struct ProductionSegment {
  int node = 0;         // in the analysis' graph
  bool bought = false;  // elsewhere, see Sourcing; needs no inputs then
  double demand = -1;   // final demand of an end product; infinity: not stated; below 0: it is none of the end products
  double scale = 1;     // a typical amount: amounts over it are near 1
};

// `from` feeds `to`.
struct ProductionInput {
  int from = 0, to = 0;
  double coefficient = 0;  // units of `from` per unit of `to`; 0: only presence counts; NaN: not stated
  int group = -1;          // alternatives of one group stand in for each other; below 0: needed by itself
};

struct ProductionPool {
  model::Row enterprise = model::kNoRow;
  std::string pool;  // its id
  Bounds capacity;   // in the pool's unit per year; the part for the cluster
};

// Capabilities that serve the same segments alike: their capacities add up. One that draws on a pool is a class.
struct CapacityClass {
  std::vector<int> segments;                  // ascending
  std::vector<std::uint8_t> sets;             // of each segment: the smallest supplier set that counts the class for it
  std::vector<double> yield;                  // of each segment: its units made by one unit of capacity
  std::vector<std::pair<int, double>> pools;  // and load per unit of capacity
  double lower = 0, upper = 0;                // capacity; upper: of the holdings that have an upper end
  int unbounded = 0, count = 0;               // holdings without an upper end; all
  double unit_factor = 1;                     // SI units per unit of capacity
  model::Row capability = model::kNoRow;      // of a class that draws on pools
};

// A capability's part of a class.
struct Holding {
  model::Row enterprise = model::kNoRow, capability = model::kNoRow;
  int capacity_class = 0;
  Bounds capacity;  // in the unit of the class
};

struct ProductionModel {
  std::vector<ProductionSegment> segments;  // ascending by node
  std::vector<int> products;                // segments with demand of 0 or more, ascending
  std::vector<ProductionInput> inputs;
  NeedGraph needs;  // which segments work at all
  std::vector<ProductionPool> pools;
  std::vector<CapacityClass> classes;
  std::vector<std::vector<int>> classes_of;  // by segment, ascending
  std::vector<Holding> holdings;             // by enterprise, each one's by class
  // -1 if the segment of the graph is not needed.
  int SegmentOf(int node) const;
};

// `products` are segments of the analysis' graph. Makes a model of what they need in any way. Does not depend on the
// order of records in the snapshot.
// `with_holdings` limits holdings to needs (by index in the graph) for which it says so; classes of others know only
// what they add up to. It says so of needs that share with
// others or draw on pools.
ProductionModel ModelProduction(const ClusterAnalysis& analysis, const std::vector<int>& products, Sourcing sourcing,
                                const MayBuy& may_buy = {}, const std::function<bool(int need)>& with_holdings = {});

// What is left of a class at one end of capacities when some of its holdings stop: infinity if one of the others has no
// upper end. Nearly nothing after a subtraction is rounding, and nothing.
double CapacityLeft(const ProductionModel& model, int number, std::span<const int> stopped, bool upper);

}  // namespace bulian::gap

#endif  // SERVICES_GAP_PRODUCTION_H_
