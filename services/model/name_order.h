// Rows in the order of their names, shared between versions: a tree of three levels with leaves of up to 256 rows.
// Names are not stored: key(row) gives them. Thread-safety as Cow.
#ifndef SERVICES_MODEL_NAME_ORDER_H_
#define SERVICES_MODEL_NAME_ORDER_H_

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

#include "services/model/cow.h"
#include "services/model/row_list.h"

namespace bulian::model {

class NameOrder {
 public:
  // Adds a row whose name is not there yet. Cheapest at the end.
  template <class Key>
  void Insert(Row row, std::string_view name, const Key& key) {
    auto& groups = groups_.Mutable();
    if (groups.empty()) groups.emplace_back(Group{Cow<Leaf>(Leaf{})});
    const std::size_t g = LastNotAfter(groups, name, [&](const auto& group) { return key(group->front()->front()); });
    Group& group = groups[g].Mutable();
    const std::size_t l = LastNotAfter(group, name, [&](const auto& leaf) { return key(leaf->front()); });
    const bool at_end = g + 1 == groups.size() && l + 1 == group.size();
    if (at_end && group[l]->size() >= kMaxLeaf && key(group[l]->back()) < name) {
      group.emplace_back(Leaf{row});
    } else {
      Leaf& leaf = group[l].Mutable();
      leaf.insert(LowerBound(leaf, name, key), row);
      if (leaf.size() > kMaxLeaf) SplitAt(group, l, leaf.size() / 2);
    }
    if (group.size() > kMaxGroup) SplitAt(groups, g, at_end ? group.size() - 1 : group.size() / 2);
  }

  // Adds a row whose name is after all others.
  void Append(Row row) {
    auto& groups = groups_.Mutable();
    if (groups.empty() || (groups.back()->size() == kMaxGroup && groups.back()->back()->size() == kMaxLeaf))
      groups.emplace_back(Group{});
    Group& group = groups.back().Mutable();
    if (group.empty() || group.back()->size() == kMaxLeaf) {
      group.emplace_back(Leaf{});
      group.back().Mutable().reserve(kMaxLeaf);
    }
    group.back().Mutable().push_back(row);
  }

  // Removes a row; `name` is the one it was added with and key(row) must still give it.
  template <class Key>
  void Erase(Row row, std::string_view name, const Key& key) {
    if (!groups_ || groups_->empty()) return;
    auto& groups = groups_.Mutable();
    const std::size_t g = LastNotAfter(groups, name, [&](const auto& group) { return key(group->front()->front()); });
    Group& group = groups[g].Mutable();
    const std::size_t l = LastNotAfter(group, name, [&](const auto& leaf) { return key(leaf->front()); });
    Leaf& leaf = group[l].Mutable();
    const auto at = LowerBound(leaf, name, key);
    if (at == leaf.end() || *at != row) return;
    leaf.erase(at);
    if (leaf.empty()) {
      group.erase(group.begin() + static_cast<std::ptrdiff_t>(l));
    } else if (l + 1 < group.size() && leaf.size() + group[l + 1]->size() <= kMaxLeaf / 2) {
      leaf.insert(leaf.end(), group[l + 1]->begin(), group[l + 1]->end());
      group.erase(group.begin() + static_cast<std::ptrdiff_t>(l) + 1);
    }
    if (group.empty()) groups.erase(groups.begin() + static_cast<std::ptrdiff_t>(g));
  }

  // Calls visit(row) for each row whose name is not before `from`, in order, until it returns false.
  template <class Key, class Visit>
  void VisitFrom(std::string_view from, const Key& key, const Visit& visit) const {
    if (!groups_ || groups_->empty()) return;
    std::size_t g = LastNotAfter(*groups_, from, [&](const auto& group) { return key(group->front()->front()); });
    std::size_t l = LastNotAfter(*(*groups_)[g], from, [&](const auto& leaf) { return key(leaf->front()); });
    const Leaf& first = *(*(*groups_)[g])[l];
    auto at = static_cast<std::size_t>(LowerBound(first, from, key) - first.begin());
    for (; g < groups_->size(); ++g, l = 0)
      for (const Group& group = *(*groups_)[g]; l < group.size(); ++l, at = 0)
        for (const Leaf& leaf = *group[l]; at < leaf.size(); ++at)
          if (!visit(leaf[at])) return;
  }

  // The row with the last name; kNoRow if there is none.
  Row Last() const { return groups_ && !groups_->empty() ? groups_->back()->back()->back() : kNoRow; }

  std::size_t UnsharedBytes(const NameOrder& other) const;

 private:
  using Leaf = std::vector<Row>;
  using Group = std::vector<Cow<Leaf>>;
  static constexpr std::size_t kMaxLeaf = 256, kMaxGroup = 64;

  // The last of the parts whose first name is not after `name`; the first part if there is none.
  template <class Parts, class First>
  static std::size_t LastNotAfter(const Parts& parts, std::string_view name, const First& first) {
    if (parts.size() == 1 || first(parts.back()) <= name) return parts.size() - 1;
    const auto after = std::upper_bound(parts.begin(), parts.end(), name,
                                        [&](std::string_view n, const auto& part) { return n < first(part); });
    return after == parts.begin() ? 0 : static_cast<std::size_t>(after - parts.begin()) - 1;
  }

  template <class Rows, class Key>
  static auto LowerBound(Rows& rows, std::string_view name, const Key& key) {
    if (rows.empty() || key(rows.back()) < name) return rows.end();
    return std::lower_bound(rows.begin(), rows.end(), name, [&](Row row, std::string_view n) { return key(row) < n; });
  }

  template <class Parent>
  static void SplitAt(Parent& parent, std::size_t index, std::size_t cut) {
    auto& left = parent[index].Mutable();
    using Part = std::remove_reference_t<decltype(left)>;
    const auto at = left.begin() + static_cast<std::ptrdiff_t>(cut);
    Cow<Part> right{Part(at, left.end())};
    left.erase(at, left.end());
    left.shrink_to_fit();
    parent.insert(parent.begin() + static_cast<std::ptrdiff_t>(index) + 1, std::move(right));
  }

  Cow<std::vector<Cow<Group>>> groups_;
};

}  // namespace bulian::model

#endif  // SERVICES_MODEL_NAME_ORDER_H_
