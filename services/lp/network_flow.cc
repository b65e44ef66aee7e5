#include "services/lp/network_flow.h"

// LEMON copies nodes and arcs that have no content yet.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <lemon/network_simplex.h>
#include <lemon/smart_graph.h>

namespace bulian::lp {
namespace {

using Graph = lemon::SmartDigraph;

struct Stopped {};

// The simplex asks nobody whether to go on. But it compares amounts by >= where it follows the cycle of a pivot, and
// hardly elsewhere: there the asking is done.
constexpr int kComparisonsBetweenAsks = 256;
thread_local const std::function<bool()>* asked = nullptr;  // by the run on this thread
thread_local int comparisons = 0;

void AskNow() {
  comparisons = 0;
  if (asked != nullptr && *asked && (*asked)()) throw Stopped();
}

struct Amount {
  std::int64_t units = 0;

  Amount() = default;
  Amount(std::int64_t amount) : units(amount) {}  // as plain numbers convert

  Amount operator-() const { return -units; }
  Amount& operator+=(Amount other) {
    units += other.units;
    return *this;
  }
  Amount& operator-=(Amount other) {
    units -= other.units;
    return *this;
  }
  friend Amount operator+(Amount a, Amount b) { return a.units + b.units; }
  friend Amount operator-(Amount a, Amount b) { return a.units - b.units; }
  friend Amount operator*(int sign, Amount a) { return sign * a.units; }
  friend bool operator==(Amount a, Amount b) { return a.units == b.units; }
  friend bool operator!=(Amount a, Amount b) { return a.units != b.units; }
  friend bool operator<(Amount a, Amount b) { return a.units < b.units; }
  friend bool operator>(Amount a, Amount b) { return a.units > b.units; }
  friend bool operator<=(Amount a, Amount b) { return a.units <= b.units; }
  friend bool operator>=(Amount a, Amount b) {
    if (++comparisons == kComparisonsBetweenAsks) AskNow();
    return a.units >= b.units;
  }
};

}  // namespace
}  // namespace bulian::lp

template <>
struct std::numeric_limits<bulian::lp::Amount> : std::numeric_limits<std::int64_t> {};

namespace bulian::lp {
namespace {

using Simplex = lemon::NetworkSimplex<Graph, Amount, std::int64_t>;
using End = Simplex::ProblemType;

// Nothing if it was stopped.
std::optional<End> Run(Simplex* simplex, const std::function<bool()>& stop) {
  asked = &stop;
  comparisons = 0;
  std::optional<End> end;
  try {
    end = simplex->run();
  } catch (const Stopped&) {
  }
  asked = nullptr;
  return end;
}

// Values of the arcs or nodes of a graph by id, read in place.
template <class Key, class Get>
class ById {
 public:
  using Value = std::int64_t;
  using KeyType = Key;
  explicit ById(Get get) : get_(get) {}
  std::int64_t operator[](const Key& key) const { return get_(Graph::id(key)); }

 private:
  Get get_;
};
template <class Key, class Get>
ById<Key, Get> MapOf(Get get) {
  return ById<Key, Get>(get);
}

}  // namespace

std::optional<FlowSolution> MinimizeCost(const FlowNetwork& network, const std::function<bool()>& stop) {
  Graph graph;
  graph.reserveNode(static_cast<int>(network.supply.size()));
  graph.reserveArc(static_cast<int>(network.arcs.size()));
  for (std::size_t i = 0; i < network.supply.size(); ++i) graph.addNode();
  bool any_lower = false;
  for (const FlowArc& arc : network.arcs) {
    if (arc.lower > arc.upper) return std::nullopt;
    any_lower = any_lower || arc.lower != 0;
    graph.addArc(Graph::nodeFromId(arc.from), Graph::nodeFromId(arc.to));
  }
  const auto arc = [&](int id) -> const FlowArc& { return network.arcs[static_cast<std::size_t>(id)]; };
  Simplex simplex(graph);
  simplex.supplyType(Simplex::LEQ);
  simplex.supplyMap(MapOf<Graph::Node>([&](int id) { return network.supply[static_cast<std::size_t>(id)]; }));
  simplex.upperMap(MapOf<Graph::Arc>([&](int id) { return arc(id).upper; }));
  simplex.costMap(MapOf<Graph::Arc>([&](int id) { return arc(id).cost; }));
  if (any_lower) simplex.lowerMap(MapOf<Graph::Arc>([&](int id) { return arc(id).lower; }));
  if (Run(&simplex, stop) != Simplex::OPTIMAL) return std::nullopt;
  FlowSolution solution;
  solution.flow.reserve(network.arcs.size());
  for (std::size_t i = 0; i < network.arcs.size(); ++i)
    solution.flow.push_back(simplex.flow(Graph::arcFromId(static_cast<int>(i))).units);
  solution.potential.reserve(network.supply.size());
  for (std::size_t i = 0; i < network.supply.size(); ++i)
    solution.potential.push_back(simplex.potential(Graph::nodeFromId(static_cast<int>(i))));
  return solution;
}

}  // namespace bulian::lp
