// Flows against enumeration, and the optimality that potentials show.
#include "services/lp/network_flow.h"

#include <gtest/gtest.h>

#include <functional>
#include <random>

namespace bulian::lp {
namespace {

std::int64_t CostOf(const FlowNetwork& network, const std::vector<std::int64_t>& flow) {
  std::int64_t cost = 0;
  for (std::size_t i = 0; i < flow.size(); ++i) cost += network.arcs[i].cost * flow[i];
  return cost;
}

bool Keeps(const FlowNetwork& network, const std::vector<std::int64_t>& flow) {
  std::vector<std::int64_t> left = network.supply;
  for (std::size_t i = 0; i < flow.size(); ++i) {
    const FlowArc& arc = network.arcs[i];
    if (flow[i] < arc.lower || flow[i] > arc.upper) return false;
    left[static_cast<std::size_t>(arc.from)] -= flow[i];
    left[static_cast<std::size_t>(arc.to)] += flow[i];
  }
  for (const std::int64_t rest : left) {
    if (rest < 0) return false;
  }
  return true;
}

std::optional<std::int64_t> LeastOfAll(const FlowNetwork& network) {
  std::optional<std::int64_t> least;
  std::vector<std::int64_t> flow(network.arcs.size());
  const std::function<void(std::size_t)> walk = [&](std::size_t i) {
    if (i == flow.size()) {
      if (Keeps(network, flow) && (!least || CostOf(network, flow) < *least)) least = CostOf(network, flow);
      return;
    }
    for (flow[i] = network.arcs[i].lower; flow[i] <= network.arcs[i].upper; ++flow[i]) walk(i + 1);
  };
  walk(0);
  return least;
}

TEST(NetworkFlowTest, IsTheLeastOfAll) {
  std::mt19937 random(7);
  const auto draw = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  int solved = 0;
  for (int round = 0; round < 400; ++round) {
    FlowNetwork network;
    for (int i = 0; i < 4; ++i) network.supply.push_back(draw(5) - 2);
    for (int i = 0; i < 5; ++i) {
      const int from = draw(4), lower = draw(6) == 0 ? 1 : 0;
      network.arcs.push_back({from, (from + 1 + draw(3)) % 4, lower, lower + draw(3), draw(9) - 3});
    }
    const auto least = LeastOfAll(network);
    const auto found = MinimizeCost(network);
    ASSERT_EQ(found.has_value(), least.has_value()) << round;
    if (!found) continue;
    ++solved;
    EXPECT_TRUE(Keeps(network, found->flow));
    EXPECT_EQ(CostOf(network, found->flow), *least) << round;
    for (std::size_t i = 0; i < network.arcs.size(); ++i) {
      const FlowArc& arc = network.arcs[i];
      const std::int64_t reduced = arc.cost + found->potential[static_cast<std::size_t>(arc.from)] -
                                   found->potential[static_cast<std::size_t>(arc.to)];
      EXPECT_TRUE(found->flow[i] == arc.upper || reduced >= 0);
      EXPECT_TRUE(found->flow[i] == arc.lower || reduced <= 0);
    }
  }
  EXPECT_GT(solved, 50);
}

TEST(NetworkFlowTest, CrossedBoundsHaveNoFlow) {
  EXPECT_FALSE(MinimizeCost({{5, 0}, {{0, 1, 3, 2, 1}}}));
  EXPECT_FALSE(MinimizeCost({{1, -2}, {{0, 1, 0, 9, 1}}}));
}

// Sources and sinks in full, with costs drawn at random.
FlowNetwork Bipartite(int side) {
  std::mt19937 random(11);
  FlowNetwork network;
  for (int i = 0; i < side; ++i) network.supply.push_back(100);
  for (int i = 0; i < side; ++i) network.supply.push_back(-90);
  for (int from = 0; from < side; ++from) {
    for (int to = 0; to < side; ++to)
      network.arcs.push_back({from, side + to, 0, 40, static_cast<std::int64_t>(random() % 10'000)});
  }
  return network;
}

TEST(NetworkFlowTest, StopsWhenAsked) {
  const FlowNetwork network = Bipartite(120);
  int asked = 0;
  ASSERT_TRUE(MinimizeCost(network, [&] { return ++asked < 0; }));
  EXPECT_GT(asked, 2);
  const int all = asked;
  asked = 0;
  EXPECT_FALSE(MinimizeCost(network, [&] { return ++asked == 2; }));
  EXPECT_EQ(asked, 2) << "of " << all;
  // What was stopped leaves nothing behind.
  EXPECT_TRUE(MinimizeCost(network));
}

}  // namespace
}  // namespace bulian::lp
