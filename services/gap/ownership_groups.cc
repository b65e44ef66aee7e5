#include "services/gap/ownership_groups.h"

#include <algorithm>
#include <cstdint>
#include <numeric>

namespace bulian::gap {
namespace {

constexpr std::uint64_t kExternal = std::uint64_t{1} << 32;  // marks keys of owners outside the records

bool Holds(const model::Owner& owner, model::Day as_of) {
  return owner.valid_from <= as_of && as_of <= owner.valid_until;
}

}  // namespace

OwnershipGroups::OwnershipGroups(const model::Snapshot& snapshot, model::Day as_of,
                                 std::span<const model::Row> suppliers)
    : snapshot_(&snapshot),
      as_of_(as_of),
      suppliers_(suppliers),
      parent_(suppliers.size()),
      climbed_(suppliers.size(), 0) {
  std::iota(parent_.begin(), parent_.end(), 0);
}

int OwnershipGroups::Add(model::Row enterprise) {
  const int node = NodeOf(enterprise);
  Climb(enterprise, node);
  return node;
}

int OwnershipGroups::Root(int node) {
  while (parent_[node] != node) node = parent_[node] = parent_[parent_[node]];
  return node;
}

int OwnershipGroups::NodeOf(model::Row enterprise) {
  const auto at = std::lower_bound(suppliers_.begin(), suppliers_.end(), enterprise);
  if (at != suppliers_.end() && *at == enterprise) return static_cast<int>(at - suppliers_.begin());
  return NodeOutside(enterprise);
}

int OwnershipGroups::NodeOutside(std::uint64_t key) {
  const auto [at, added] = outside_.try_emplace(key, node_count());
  if (added) {
    parent_.push_back(at->second);
    climbed_.push_back(0);
  }
  return at->second;
}

bool OwnershipGroups::IsGovernment(const model::Owner& owner) const {
  return owner.government || (owner.enterprise != model::kNoRow &&
                              snapshot_->EnterpriseKind(owner.enterprise) == v1::Enterprise::GOVERNMENT);
}

void OwnershipGroups::Climb(model::Row enterprise, int node) {
  open_.emplace_back(enterprise, node);
  while (!open_.empty()) {
    const auto [row, at] = open_.back();
    open_.pop_back();
    if (climbed_[at] != 0) continue;
    climbed_[at] = 1;
    const std::span<const model::Owner> owners = snapshot_->Owners(row);
    const bool controlled = std::any_of(
        owners.begin(), owners.end(), [&](const model::Owner& owner) { return owner.control && Holds(owner, as_of_); });
    for (const model::Owner& owner : owners) {
      if (!Holds(owner, as_of_) || !(controlled ? owner.control : owner.share > 0.5F) || IsGovernment(owner)) continue;
      if (owner.enterprise != model::kNoRow) {
        const int above = NodeOf(owner.enterprise);
        Join(at, above);
        open_.emplace_back(owner.enterprise, above);
      } else if (owner.external != 0) {
        Join(at, NodeOutside(kExternal | owner.external));
      }
    }
  }
}

void OwnershipGroups::Join(int a, int b) {
  a = Root(a);
  b = Root(b);
  if (a != b) parent_[a] = b;
}

bool HasOwner(const model::Snapshot& snapshot, model::Day as_of, model::Row enterprise) {
  const std::span<const model::Owner> owners = snapshot.Owners(enterprise);
  return std::any_of(owners.begin(), owners.end(), [&](const model::Owner& owner) { return Holds(owner, as_of); });
}

}  // namespace bulian::gap
