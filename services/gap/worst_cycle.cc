#include "services/gap/worst_cycle.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace bulian::gap {
namespace {

constexpr double kGain = 1e-12;  // an improvement below this is rounding

struct PolicyCycle {
  double mean = -std::numeric_limits<double>::infinity();
  int node = -1;
};

// The best cycle of the graph in which every node has only its chosen edge.
PolicyCycle BestCycle(const std::vector<int>& next, const std::vector<double>& weight) {
  const int n = static_cast<int>(next.size());
  std::vector<int> seen(n, -1);
  PolicyCycle best;
  for (int start = 0; start < n; ++start) {
    int node = start;
    while (seen[node] < 0) {
      seen[node] = start;
      node = next[node];
    }
    if (seen[node] != start) continue;
    double sum = 0;
    int length = 0;
    const int first = node;
    do {
      sum += weight[node];
      ++length;
      node = next[node];
    } while (node != first);
    if (sum / length > best.mean + kGain) best = {sum / length, first};
  }
  return best;
}

}  // namespace

std::vector<int> CycleOfGreatestMean(int node_count, std::span<const WeightedEdge> edges) {
  std::vector<std::vector<const WeightedEdge*>> out(node_count);
  for (const WeightedEdge& edge : edges) out[edge.from].push_back(&edge);
  std::vector<int> next(node_count);
  std::vector<double> weight(node_count);
  for (int node = 0; node < node_count; ++node) {
    const WeightedEdge* choice = nullptr;
    for (const WeightedEdge* edge : out[node]) {
      if (choice == nullptr || edge->weight > choice->weight ||
          (edge->weight == choice->weight && edge->to < choice->to)) {
        choice = edge;
      }
    }
    next[node] = choice->to;
    weight[node] = choice->weight;
  }
  std::vector<double> value(node_count, 0);
  PolicyCycle best;
  // Each round raises the mean or the values; the cap only guards against rounding.
  for (int round = 0; round < 20 * node_count + 100; ++round) {
    best = BestCycle(next, weight);
    std::vector<std::vector<int>> into(node_count);
    for (int node = 0; node < node_count; ++node) into[next[node]].push_back(node);
    std::vector<char> reached(node_count, 0);
    std::vector<int> queue = {best.node};
    reached[best.node] = 1;
    for (std::size_t i = 0; i < queue.size(); ++i) {
      for (int node : into[queue[i]]) {
        if (reached[node] != 0) continue;
        reached[node] = 1;
        value[node] = value[queue[i]] + weight[node] - best.mean;
        queue.push_back(node);
      }
    }
    bool improved = false;
    for (const WeightedEdge& edge : edges) {
      const double gain = value[edge.to] + edge.weight - best.mean - value[edge.from];
      if (gain <= kGain * (1 + std::abs(value[edge.from]))) continue;
      value[edge.from] += gain;
      next[edge.from] = edge.to;
      weight[edge.from] = edge.weight;
      improved = true;
    }
    if (!improved) break;
  }
  best = BestCycle(next, weight);
  std::vector<int> cycle;
  int node = best.node;
  do {
    cycle.push_back(node);
    node = next[node];
  } while (node != best.node);
  std::rotate(cycle.begin(), std::min_element(cycle.begin(), cycle.end()), cycle.end());
  return cycle;
}

}  // namespace bulian::gap
