// Which suppliers are one: enterprises collapsed along ownership at a date.
#ifndef SERVICES_GAP_OWNERSHIP_GROUPS_H_
#define SERVICES_GAP_OWNERSHIP_GROUPS_H_

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "services/model/day.h"
#include "services/model/snapshot.h"

namespace bulian::gap {

// Grows by one enterprise at a time. Joins enterprises that have a common owner upwards, or own one another: along
// owners that control at `as_of`; for an enterprise that nobody controls, along an owner of more than half. Owners
// outside the records are told apart by their symbol. Government owners end the way up and merge nothing. Cycles of
// owners collapse to one. The groups do not depend on the order of adding. Belongs to one thread; copies are
// independent.
class OwnershipGroups {
 public:
  // `suppliers`, ascending and each once, are those that will be asked about: the node of one is its position. Neither
  // argument is owned; both outlive this.
  OwnershipGroups(const model::Snapshot& snapshot, model::Day as_of, std::span<const model::Row> suppliers);

  // Joins an enterprise with all its owners upwards. Returns its node.
  int Add(model::Row enterprise);
  // The same for the supplier at a position.
  void AddSupplier(int position) { Climb(suppliers_[static_cast<std::size_t>(position)], position); }

  // Two added enterprises are one supplier exactly if their nodes have the same root. Below node_count(); another after
  // the next Add.
  int Root(int node);
  int node_count() const { return static_cast<int>(parent_.size()); }

 private:
  int NodeOf(model::Row enterprise);
  int NodeOutside(std::uint64_t key);
  bool IsGovernment(const model::Owner& owner) const;
  void Climb(model::Row enterprise, int node);
  void Join(int a, int b);

  const model::Snapshot* snapshot_;
  model::Day as_of_;
  std::span<const model::Row> suppliers_;
  std::vector<int> parent_;                            // union-find
  std::vector<char> climbed_;                          // by node: its owners are joined
  absl::flat_hash_map<std::uint64_t, int> outside_;    // nodes of owners that are no supplier
  std::vector<std::pair<model::Row, int>> open_ = {};  // of Climb, kept for its memory
};

// Whether the enterprise has an owner record that holds at `as_of`.
bool HasOwner(const model::Snapshot& snapshot, model::Day as_of, model::Row enterprise);

}  // namespace bulian::gap

#endif  // SERVICES_GAP_OWNERSHIP_GROUPS_H_
