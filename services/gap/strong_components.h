// Strongly connected components (Tarjan 1972, without recursion). Pure, thread-safe.
#ifndef SERVICES_GAP_STRONG_COMPONENTS_H_
#define SERVICES_GAP_STRONG_COMPONENTS_H_

#include <vector>

namespace bulian::gap {

// Components of a graph given by successors, each ascending; a component comes after all it leads to.
std::vector<std::vector<int>> StrongComponents(const std::vector<std::vector<int>>& successors);

}  // namespace bulian::gap

#endif  // SERVICES_GAP_STRONG_COMPONENTS_H_
