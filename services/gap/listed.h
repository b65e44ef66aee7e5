// Evidence lists are cut at a fixed length, by name, and say so. Pure.
#ifndef SERVICES_GAP_LISTED_H_
#define SERVICES_GAP_LISTED_H_

#include <algorithm>
#include <cstddef>
#include <vector>

#include "services/model/snapshot.h"

namespace bulian::gap {

inline constexpr std::size_t kListedLimit = 200;

// Sorts by name and keeps the first kListedLimit. True if all were kept. `row_of` gives an item's row of `type`.
template <class Item, class RowOf>
bool KeepFirstByName(const model::Snapshot& snapshot, model::ResourceType type, std::vector<Item>* items,
                     RowOf row_of) {
  const auto by_name = [&](const Item& a, const Item& b) {
    return snapshot.RelativeName(type, row_of(a)) < snapshot.RelativeName(type, row_of(b));
  };
  const std::size_t kept = std::min(items->size(), kListedLimit);
  std::partial_sort(items->begin(), items->begin() + static_cast<std::ptrdiff_t>(kept), items->end(), by_name);
  const bool all = kept == items->size();
  items->resize(kept);
  return all;
}

}  // namespace bulian::gap

#endif  // SERVICES_GAP_LISTED_H_
