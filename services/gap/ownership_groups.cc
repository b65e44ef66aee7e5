#include "services/gap/ownership_groups.h"

#include <cstdint>
#include <utility>

#include "absl/container/flat_hash_map.h"

namespace bulian::gap {
namespace {

bool Holds(const model::Owner& owner, model::Day as_of) {
  return owner.valid_from <= as_of && as_of <= owner.valid_until;
}

// Enterprises and external owners met on the way up, in one union-find.
class Collapse {
 public:
  Collapse(const model::Snapshot& snapshot, model::Day as_of) : snapshot_(snapshot), as_of_(as_of) {}

  // The node of an enterprise, joined with all its owners upwards.
  int Add(model::Row enterprise) {
    const auto [first, added] = NodeOf(enterprise);
    std::vector<std::pair<model::Row, int>> open;
    if (added) open.emplace_back(enterprise, first);
    while (!open.empty()) {
      const auto [row, node] = open.back();
      open.pop_back();
      const std::span<const model::Owner> owners = snapshot_.Owners(row);
      bool controlled = false;
      for (const model::Owner& owner : owners) controlled = controlled || (owner.control && Holds(owner, as_of_));
      for (const model::Owner& owner : owners) {
        if (!Holds(owner, as_of_) || !(controlled ? owner.control : owner.share > 0.5F) || IsGovernment(owner))
          continue;
        if (owner.enterprise != model::kNoRow) {
          const auto [above, is_new] = NodeOf(owner.enterprise);
          Join(node, above);
          if (is_new) open.emplace_back(owner.enterprise, above);
        } else if (owner.external != 0) {
          Join(node, NodeOf(kExternal | owner.external).first);
        }
      }
    }
    return first;
  }

  int Root(int node) {
    while (parent_[node] != node) node = parent_[node] = parent_[parent_[node]];
    return node;
  }

 private:
  static constexpr std::uint64_t kExternal = std::uint64_t{1} << 32;

  bool IsGovernment(const model::Owner& owner) const {
    return owner.government || (owner.enterprise != model::kNoRow &&
                                snapshot_.EnterpriseKind(owner.enterprise) == v1::Enterprise::GOVERNMENT);
  }

  std::pair<int, bool> NodeOf(std::uint64_t key) {
    const auto [at, added] = nodes_.try_emplace(key, static_cast<int>(parent_.size()));
    if (added) parent_.push_back(at->second);
    return {at->second, added};
  }

  void Join(int a, int b) {
    a = Root(a);
    b = Root(b);
    if (a != b) parent_[a] = b;
  }

  const model::Snapshot& snapshot_;
  model::Day as_of_;
  absl::flat_hash_map<std::uint64_t, int> nodes_;
  std::vector<int> parent_;
};

}  // namespace

OwnershipGroups GroupByOwner(const model::Snapshot& snapshot, model::Day as_of,
                             std::span<const model::Row> enterprises) {
  Collapse collapse(snapshot, as_of);
  std::vector<int> nodes;
  nodes.reserve(enterprises.size());
  for (const model::Row row : enterprises) nodes.push_back(collapse.Add(row));
  OwnershipGroups groups;
  absl::flat_hash_map<int, int> number;
  for (const int node : nodes) {
    const auto [at, added] = number.try_emplace(collapse.Root(node), groups.count);
    if (added) ++groups.count;
    groups.group.push_back(at->second);
  }
  return groups;
}

bool HasOwner(const model::Snapshot& snapshot, model::Day as_of, model::Row enterprise) {
  for (const model::Owner& owner : snapshot.Owners(enterprise)) {
    if (Holds(owner, as_of)) return true;
  }
  return false;
}

}  // namespace bulian::gap
