#include "services/gap/structure_graph.h"

#include <algorithm>
#include <cstddef>

namespace bulian::gap {
namespace {

void SortEachOnce(std::vector<std::vector<int>>* lists) {
  for (std::vector<int>& list : *lists) {
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
  }
}

// Nodes in postorder of a depth-first walk from `root` along `next`.
std::vector<int> Postorder(const std::vector<std::vector<int>>& next, int root) {
  std::vector<int> order;
  std::vector<char> seen(next.size(), 0);
  std::vector<std::pair<int, std::size_t>> open{{root, 0}};
  seen[root] = 1;
  while (!open.empty()) {
    auto& [node, edge] = open.back();
    if (edge == next[node].size()) {
      order.push_back(node);
      open.pop_back();
      continue;
    }
    const int child = next[node][edge++];
    if (std::exchange(seen[child], 1) == 0) open.emplace_back(child, 0);
  }
  return order;
}

}  // namespace

FlowGraph MakeFlowGraph(int size, const std::vector<std::pair<int, int>>& edges) {
  FlowGraph flow;
  flow.feeds.resize(size);
  flow.fed_by.resize(size);
  for (const auto& [from, to] : edges) {
    if (from == to) continue;
    flow.feeds[from].push_back(to);
    flow.fed_by[to].push_back(from);
  }
  SortEachOnce(&flow.feeds);
  SortEachOnce(&flow.fed_by);
  return flow;
}

FlowGraph FlowOfSegments(const SegmentGraph& graph) {
  std::vector<std::pair<int, int>> edges;
  for (const DemandEdge& edge : graph.demand().edges) edges.emplace_back(edge.from, edge.to);
  return MakeFlowGraph(graph.size(), edges);
}

std::vector<char> EndProducts(const SegmentGraph& graph, const FlowGraph& flow) {
  std::vector<char> is_end(flow.feeds.size(), 0);
  for (int i = 0; i < flow.size(); ++i) {
    const FinalDemand& demand = graph.demand().final_demand[i];
    const v1::Segment& segment = graph.nodes()[i].segment();
    const bool stated = segment.has_final_demand() || !segment.demand_plan().empty();
    const bool wanted = demand.state == FinalDemand::State::kStated
                            ? demand.per_year > 0
                            : stated && demand.state == FinalDemand::State::kNoUnit;
    const bool unstated_end = flow.feeds[i].empty() && demand.state != FinalDemand::State::kStated;
    is_end[i] = wanted || unstated_end ? 1 : 0;
  }
  return is_end;
}

std::vector<char> ArticulationPoints(const FlowGraph& flow) {
  std::vector<std::vector<int>> around = flow.feeds;
  for (int i = 0; i < flow.size(); ++i) around[i].insert(around[i].end(), flow.fed_by[i].begin(), flow.fed_by[i].end());
  SortEachOnce(&around);
  const std::size_t n = around.size();
  std::vector<char> cuts(n, 0);
  std::vector<int> entered(n, -1), low(n, 0);
  int counter = 0;
  for (int root = 0; root < flow.size(); ++root) {
    if (entered[root] >= 0) continue;
    std::vector<std::pair<int, std::size_t>> open{{root, 0}};
    entered[root] = low[root] = counter++;
    int root_children = 0;
    while (!open.empty()) {
      auto& [node, edge] = open.back();
      if (edge < around[node].size()) {
        const int next = around[node][edge++];
        if (entered[next] >= 0) {
          low[node] = std::min(low[node], entered[next]);
        } else {
          root_children += node == root ? 1 : 0;
          entered[next] = low[next] = counter++;
          open.emplace_back(next, 0);
        }
        continue;
      }
      const int done = node;
      open.pop_back();
      if (open.empty()) continue;
      const int parent = open.back().first;
      low[parent] = std::min(low[parent], low[done]);
      if (parent != root && low[done] >= entered[parent]) cuts[parent] = 1;
    }
    cuts[root] = root_children > 1 ? 1 : 0;
  }
  return cuts;
}

std::vector<int> ImmediateDominators(const FlowGraph& flow) {
  const int root = flow.size();
  std::vector<std::vector<int>> next = flow.feeds;
  next.emplace_back();
  for (int i = 0; i < root; ++i) {
    if (flow.fed_by[i].empty()) next[root].push_back(i);
  }
  const std::vector<int> order = Postorder(next, root);
  std::vector<int> number(next.size(), -1), dominator(next.size(), kNotReached);
  for (std::size_t i = 0; i < order.size(); ++i) number[order[i]] = static_cast<int>(i);
  dominator[root] = root;
  const auto meet = [&](int a, int b) {
    while (a != b) {
      while (number[a] < number[b]) a = dominator[a];
      while (number[b] < number[a]) b = dominator[b];
    }
    return a;
  };
  for (bool changed = true; changed;) {
    changed = false;
    for (std::size_t i = order.size() - 1; i-- > 0;) {  // without the root, which is last
      const int node = order[i];
      int found = flow.fed_by[node].empty() ? root : kNotReached;
      for (const int before : flow.fed_by[node]) {
        if (dominator[before] == kNotReached) continue;
        found = found == kNotReached ? before : meet(found, before);
      }
      changed = changed || dominator[node] != found;
      dominator[node] = found;
    }
  }
  dominator.pop_back();
  for (int& one : dominator) {
    if (one == root) one = kNoDominator;
  }
  return dominator;
}

std::vector<int> ReachedFrom(const std::vector<std::vector<int>>& next, int start) {
  std::vector<char> seen(next.size(), 0);
  std::vector<int> reached{start};
  seen[start] = 1;
  for (std::size_t i = 0; i < reached.size(); ++i) {
    for (const int one : next[reached[i]]) {
      if (std::exchange(seen[one], 1) == 0) reached.push_back(one);
    }
  }
  std::sort(reached.begin(), reached.end());
  return reached;
}

}  // namespace bulian::gap
