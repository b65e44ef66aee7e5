// Types joined to others by a relation of the taxonomy.
#ifndef SERVICES_MATCH_TYPE_STEPS_H_
#define SERVICES_MATCH_TYPE_STEPS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "services/match/sparse_rows.h"

namespace bulian::match {

// Types one step further along types x types, ascending, each once, without `left_out`; about `most` of them at most.
inline std::vector<std::uint32_t> StepAlong(const std::vector<std::uint32_t>& from, const SparseRows& along,
                                            std::uint32_t left_out, std::size_t most) {
  std::vector<std::uint32_t> reached;
  for (const std::uint32_t type : from) {
    if (reached.size() > most) break;
    for (const SparseRows::Cell& next : along[type]) {
      if (next.column != left_out) reached.push_back(next.column);
    }
  }
  std::sort(reached.begin(), reached.end());
  reached.erase(std::unique(reached.begin(), reached.end()), reached.end());
  if (reached.size() > most) reached.resize(most);
  return reached;
}

}  // namespace bulian::match

#endif  // SERVICES_MATCH_TYPE_STEPS_H_
