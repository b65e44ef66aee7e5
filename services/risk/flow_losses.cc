#include "services/risk/flow_losses.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "absl/status/status.h"

namespace bulian::risk {
namespace {

constexpr double kUnbounded = std::numeric_limits<double>::infinity();

// Arcs come in pairs: arc ^ 1 is the reverse, whose room is the flow that can be taken back.
class Residual {
 public:
  explicit Residual(int nodes) : arcs_of_(static_cast<size_t>(nodes)) {}

  int Add(int from, int to, double room) {
    const int arc = static_cast<int>(to_.size());
    to_.insert(to_.end(), {to, from});
    room_.insert(room_.end(), {room, 0.0});
    arcs_of_[static_cast<size_t>(from)].push_back(arc);
    arcs_of_[static_cast<size_t>(to)].push_back(arc + 1);
    return arc;
  }
  double Flow(int arc) const { return room_[static_cast<size_t>(arc) + 1]; }
  void Remove(int arc) { room_[static_cast<size_t>(arc)] = room_[static_cast<size_t>(arc) + 1] = 0; }

  // Arcs by which a breadth-first search entered each node: -1 where it did not come. Stops at `to`, if given.
  std::vector<int> Search(int from, int to) const {
    std::vector<int> entered(arcs_of_.size(), -1), queue = {from};
    for (size_t next = 0; next < queue.size(); ++next) {
      for (const int arc : arcs_of_[static_cast<size_t>(queue[next])]) {
        const int node = to_[static_cast<size_t>(arc)];
        if (room_[static_cast<size_t>(arc)] <= 0 || node == from || entered[static_cast<size_t>(node)] >= 0) continue;
        entered[static_cast<size_t>(node)] = arc;
        if (node == to) return entered;
        queue.push_back(node);
      }
    }
    return entered;
  }

  // Shortest augmenting paths (Edmonds and Karp 1972): ends for any real capacities.
  double Send(int from, int to, double most) {
    double sent = 0;
    while (sent < most) {
      const std::vector<int> entered = Search(from, to);
      if (entered[static_cast<size_t>(to)] < 0) break;
      double step = most - sent;
      for (int node = to; node != from; node = Tail(entered, node))
        step = std::min(step, room_[static_cast<size_t>(entered[static_cast<size_t>(node)])]);
      for (int node = to; node != from; node = Tail(entered, node)) {
        const size_t arc = static_cast<size_t>(entered[static_cast<size_t>(node)]);
        room_[arc] -= step;
        room_[arc ^ 1] += step;
      }
      // Else an arc of the path is now exactly empty, so that rounding cannot make this go on for ever.
      if (step == most - sent) return most;
      sent += step;
    }
    return sent;
  }

 private:
  int Tail(const std::vector<int>& entered, int node) const {
    return to_[static_cast<size_t>(entered[static_cast<size_t>(node)]) ^ 1];
  }

  std::vector<std::vector<int>> arcs_of_;
  std::vector<int> to_;
  std::vector<double> room_;
};

absl::Status Check(const FlowNetwork& network) {
  const int count = static_cast<int>(network.capacity.size());
  const auto known = [count](int supplier) { return supplier >= 0 && supplier < count; };
  for (const double capacity : network.capacity)
    if (!(capacity >= 0)) return absl::InvalidArgumentError("a capacity must not be negative");
  for (const auto& [from, to] : network.links)
    if (!known(from) || !known(to)) return absl::InvalidArgumentError("a link names no supplier");
  for (const int raw : network.raw)
    if (!known(raw)) return absl::InvalidArgumentError("a raw supplier is not one of the network");
  for (const auto& [supplier, amount] : network.demand)
    if (!known(supplier) || !(amount >= 0) || amount == kUnbounded)
      return absl::InvalidArgumentError("a demand must be finite, not negative, and on a supplier of the network");
  return absl::OkStatus();
}

Residual Build(const FlowNetwork& network) {
  const int count = static_cast<int>(network.capacity.size());
  const int source = 2 * count, sink = source + 1;
  Residual residual(sink + 1);
  // Supplier x is the arc 2x -> 2x + 1, which is also its arc's number: these are added first.
  for (int x = 0; x < count; ++x) residual.Add(2 * x, 2 * x + 1, network.capacity[static_cast<size_t>(x)]);
  for (const auto& [from, to] : network.links) residual.Add(2 * from + 1, 2 * to, kUnbounded);
  for (const int raw : network.raw) residual.Add(source, 2 * raw, kUnbounded);
  for (const auto& [supplier, amount] : network.demand) residual.Add(2 * supplier + 1, sink, amount);
  return residual;
}

}  // namespace

absl::StatusOr<double> DeliveredFlow(const FlowNetwork& network) {
  if (const absl::Status status = Check(network); !status.ok()) return status;
  const int source = 2 * static_cast<int>(network.capacity.size());
  return Build(network).Send(source, source + 1, kUnbounded);
}

absl::StatusOr<FlowLosses> AssessFlowLosses(const FlowNetwork& network) {
  if (const absl::Status status = Check(network); !status.ok()) return status;
  const int count = static_cast<int>(network.capacity.size());
  const int source = 2 * count, sink = source + 1;
  Residual residual = Build(network);

  FlowLosses losses;
  losses.delivered = residual.Send(source, sink, kUnbounded);
  const std::vector<int> reached = residual.Search(source, -1);
  for (int x = 0; x < count; ++x)
    if (reached[static_cast<size_t>(2 * x)] >= 0 && reached[static_cast<size_t>(2 * x) + 1] < 0)
      losses.cut_suppliers.push_back(x);
  for (size_t i = 0; i < network.demand.size(); ++i)
    if (reached[static_cast<size_t>(2 * network.demand[i].first) + 1] >= 0)
      losses.cut_demands.push_back(static_cast<int>(i));
  for (int x = 0; x < count; ++x) {
    const double through = residual.Flow(2 * x);
    double lost = 0;
    if (through > 0) {
      Residual without = residual;
      without.Remove(2 * x);
      lost = std::clamp(through - without.Send(2 * x, 2 * x + 1, through), 0.0, losses.delivered);
    }
    losses.loss.push_back(lost);
  }
  return losses;
}

}  // namespace bulian::risk
