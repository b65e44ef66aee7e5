#include "services/gap/strong_components.h"

#include <algorithm>
#include <cstddef>

namespace bulian::gap {

std::vector<std::vector<int>> StrongComponents(const std::vector<std::vector<int>>& successors) {
  struct Frame {
    int node;
    std::size_t edge;
  };
  const int n = static_cast<int>(successors.size());
  std::vector<int> order(n, -1), low(n, 0), stack;
  std::vector<char> on_stack(n, 0);
  std::vector<std::vector<int>> components;
  int counter = 0;
  for (int root = 0; root < n; ++root) {
    if (order[root] >= 0) continue;
    std::vector<Frame> frames;
    const auto enter = [&](int node) {
      order[node] = low[node] = counter++;
      stack.push_back(node);
      on_stack[node] = 1;
      frames.push_back({node, 0});
    };
    enter(root);
    while (!frames.empty()) {
      const int node = frames.back().node;
      if (frames.back().edge < successors[node].size()) {
        const int next = successors[node][frames.back().edge++];
        if (order[next] < 0) {
          enter(next);
        } else if (on_stack[next] != 0) {
          low[node] = std::min(low[node], order[next]);
        }
        continue;
      }
      frames.pop_back();
      if (!frames.empty()) low[frames.back().node] = std::min(low[frames.back().node], low[node]);
      if (low[node] != order[node]) continue;
      std::vector<int>& component = components.emplace_back();
      int member;
      do {
        member = stack.back();
        stack.pop_back();
        on_stack[member] = 0;
        component.push_back(member);
      } while (member != node);
      std::sort(component.begin(), component.end());
    }
  }
  return components;
}

}  // namespace bulian::gap
