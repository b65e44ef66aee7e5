#include "services/model/name_order.h"

#include <unordered_set>

namespace bulian::model {

std::size_t NameOrder::UnsharedBytes(const NameOrder& other) const {
  if (!groups_ || groups_.get() == other.groups_.get()) return 0;
  std::unordered_set<const void*> shared;
  if (other.groups_)
    for (const auto& group : *other.groups_) {
      shared.insert(group.get());
      for (const auto& leaf : *group) shared.insert(leaf.get());
    }
  std::size_t bytes = groups_->capacity() * sizeof(Cow<Group>);
  for (const auto& group : *groups_) {
    if (shared.contains(group.get())) continue;
    bytes += Cow<Group>::NodeBytes() + group->capacity() * sizeof(Cow<Leaf>);
    for (const auto& leaf : *group)
      if (!shared.contains(leaf.get())) bytes += Cow<Leaf>::NodeBytes() + leaf->capacity() * sizeof(Row);
  }
  return bytes;
}

}  // namespace bulian::model
