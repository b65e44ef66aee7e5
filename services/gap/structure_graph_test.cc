// Articulation points and dominators against removing the node and looking.
#include "services/gap/structure_graph.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "services/gap/test_cluster.h"

namespace bulian::gap {
namespace {

using Edges = std::vector<std::pair<int, int>>;

int PartsWithout(int size, const Edges& edges, int without) {
  std::vector<int> part(size);
  for (int i = 0; i < size; ++i) part[i] = i;
  for (int round = 0; round < size; ++round) {
    for (const auto& [from, to] : edges) {
      if (from != without && to != without) part[from] = part[to] = std::min(part[from], part[to]);
    }
  }
  int parts = 0;
  for (int i = 0; i < size; ++i) parts += i != without && part[i] == i ? 1 : 0;
  return parts;
}

// Reached from segments that nothing feeds, when `without` is taken out.
std::vector<char> ReachedWithout(const FlowGraph& flow, int without) {
  std::vector<char> reached(flow.feeds.size(), 0);
  for (int i = 0; i < flow.size(); ++i) reached[i] = flow.fed_by[i].empty() && i != without ? 1 : 0;
  for (int round = 0; round < flow.size(); ++round) {
    for (int i = 0; i < flow.size(); ++i) {
      for (const int fed : flow.feeds[i]) {
        if (reached[i] != 0 && fed != without) reached[fed] = 1;
      }
    }
  }
  return reached;
}

bool Dominates(const std::vector<int>& dominator, int above, int node) {
  for (int at = dominator[node]; at >= 0; at = dominator[at]) {
    if (at == above) return true;
  }
  return false;
}

TEST(StructureGraph, EqualsTakingEachSegmentOut) {
  std::mt19937 random(3);
  int cuts = 0, dominated = 0;
  for (int round = 0; round < 2000; ++round) {
    const int size = 1 + static_cast<int>(random() % 9);
    Edges edges(random() % (2 * size));
    for (auto& [from, to] : edges) from = static_cast<int>(random() % size), to = static_cast<int>(random() % size);
    const FlowGraph flow = MakeFlowGraph(size, edges);
    const std::vector<char> points = ArticulationPoints(flow);
    const std::vector<int> dominator = ImmediateDominators(flow);
    const std::vector<char> reached = ReachedWithout(flow, -1);
    for (int i = 0; i < size; ++i) {
      const bool alone = flow.feeds[i].empty() && flow.fed_by[i].empty();
      const bool cut = PartsWithout(size, edges, i) > PartsWithout(size, edges, -1) - (alone ? 1 : 0);
      ASSERT_EQ(points[i] != 0, cut && !alone);
      cuts += points[i];
      ASSERT_EQ(dominator[i] != kNotReached, reached[i] != 0);
      const std::vector<char> still = ReachedWithout(flow, i);
      for (int other = 0; other < size; ++other) {
        if (other == i || reached[other] == 0) continue;
        ASSERT_EQ(Dominates(dominator, i, other), still[other] == 0);
        dominated += still[other] == 0 ? 1 : 0;
      }
    }
  }
  EXPECT_GT(cuts, 100);
  EXPECT_GT(dominated, 100);
}

TEST(StructureGraph, OfALongChainNeedsNoDeepStack) {
  Edges edges;
  for (int i = 0; i + 1 < 50'000; ++i) edges.emplace_back(i, i + 1);
  const FlowGraph flow = MakeFlowGraph(50'000, edges);
  EXPECT_EQ(ImmediateDominators(flow).back(), 49'998);
  const std::vector<char> points = ArticulationPoints(flow);
  EXPECT_EQ(std::count(points.begin(), points.end(), 1), 49'998);
  EXPECT_EQ(ReachedFrom(flow.feeds, 10).size(), 49'990U);
}

TEST(StructureGraph, EndProductsHaveADemandOrEndAChain) {
  TestCluster cluster;
  cluster.Type("p");
  v1::Chain chain;
  TestCluster::AddSegment(&chain, "raw", "p");
  TestCluster::AddInput(TestCluster::AddSegment(&chain, "part", "p", 5), "raw", 1);
  TestCluster::AddInput(TestCluster::AddSegment(&chain, "unwanted", "p", 0), "part", 1);
  TestCluster::AddInput(TestCluster::AddSegment(&chain, "unknown", "p"), "part", 1);
  cluster.Put("chains/x", chain);
  const auto analysis = cluster.Analyse();
  const FlowGraph flow = FlowOfSegments(analysis->graph());
  EXPECT_EQ(EndProducts(analysis->graph(), flow), (std::vector<char>{0, 1, 0, 1}));
}

TEST(StructureGraph, NothingHasNoStructure) {
  EXPECT_TRUE(ArticulationPoints({}).empty());
  EXPECT_TRUE(ImmediateDominators({}).empty());
}

}  // namespace
}  // namespace bulian::gap
