#include "services/gap/type_reach.h"

#include <algorithm>

#include "absl/container/flat_hash_set.h"

namespace bulian::gap {

std::vector<model::Row> WithAncestors(const model::Snapshot& snapshot, std::vector<model::Row> types) {
  absl::flat_hash_set<model::Row> seen(types.begin(), types.end());
  types.assign(seen.begin(), seen.end());
  for (std::size_t i = 0; i < types.size(); ++i) {
    const model::Row type = types[i];
    for (const model::Row parent : snapshot.type(type).parents) {
      if (parent != model::kNoRow && seen.insert(parent).second) types.push_back(parent);
    }
  }
  std::sort(types.begin(), types.end());
  return types;
}

}  // namespace bulian::gap
