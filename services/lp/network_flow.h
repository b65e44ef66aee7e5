// Minimum-cost flow on whole numbers, by LEMON's network simplex, whose types stay in the .cc. This header is C++17,
// for LEMON needs it.
#ifndef SERVICES_LP_NETWORK_FLOW_H_
#define SERVICES_LP_NETWORK_FLOW_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace bulian::lp {

struct FlowArc {
  int from = 0, to = 0;
  std::int64_t lower = 0, upper = 0;  // of the flow
  std::int64_t cost = 0;              // of a unit
};

// Of every node, what flows out less what flows in is at most its supply; below 0: it wants as much.
struct FlowNetwork {
  std::vector<std::int64_t> supply;  // by node
  std::vector<FlowArc> arcs;
};

struct FlowSolution {
  std::vector<std::int64_t> flow;       // by arc
  std::vector<std::int64_t> potential;  // by node; 0 where less flows than may
  // With reduced cost = cost + potential(from) - potential(to): at least 0 where the flow is below its upper bound, at
  // most 0 where it is above its lower one.
};

// Sums of supplies, and the greatest cost times the number of nodes, stay below 2^61. Nullopt if no flow keeps all
// bounds and supplies, or `stop` (may be empty; asked every few pivots) ended it. The same network gives the same flow.
// Thread-safe.
std::optional<FlowSolution> MinimizeCost(const FlowNetwork& network, const std::function<bool()>& stop = {});

}  // namespace bulian::lp

#endif  // SERVICES_LP_NETWORK_FLOW_H_
