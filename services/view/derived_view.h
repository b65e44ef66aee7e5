// Values kept in step with the snapshots of a cluster.
#ifndef SERVICES_VIEW_DERIVED_VIEW_H_
#define SERVICES_VIEW_DERIVED_VIEW_H_

#include <algorithm>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "services/model/snapshot.h"
#include "services/view/view.h"

namespace bulian::view {

// A value derived from a snapshot by a pure function (old value, old snapshot, new snapshot, changes) -> value, kept
// per cluster and brought up to date when asked for, in proportion to what changed since. Thread-safe; one computation
// per cluster runs at a time, others wait for it.
template <class T>
class DerivedView {
 public:
  using FromScratch = std::function<std::shared_ptr<const T>(const model::SnapshotPtr&)>;
  using Advance = std::function<std::shared_ptr<const T>(
      const std::shared_ptr<const T>& old_value, const model::SnapshotPtr& old_snapshot,
      const model::SnapshotPtr& snapshot, const model::Delta& changes)>;
  // `views` is not owned and outlives this.
  DerivedView(const Views* views, FromScratch from_scratch, Advance advance)
      : views_(views), from_scratch_(std::move(from_scratch)), advance_(std::move(advance)) {}

  // The value of a snapshot. One that is not of its cluster's published history (a branch, an undone state) or is older
  // than the value kept is computed from scratch and not kept.
  std::shared_ptr<const T> Get(const model::SnapshotPtr& snapshot);
  // Whether the value of a cluster's current snapshot is there, so that Get() of it neither computes nor waits. Never
  // waits itself.
  bool Ready(std::string_view cluster);

 private:
  struct Slot {
    std::mutex mutex;
    model::SnapshotPtr snapshot;
    std::shared_ptr<const T> value;
  };
  std::shared_ptr<Slot> SlotOf(const model::SnapshotPtr& snapshot);
  const Views* views_;
  FromScratch from_scratch_;
  Advance advance_;
  std::mutex mutex_;
  std::vector<std::pair<std::string, std::shared_ptr<Slot>>> slots_;  // by cluster uid
};

template <class T>
std::shared_ptr<typename DerivedView<T>::Slot> DerivedView<T>::SlotOf(const model::SnapshotPtr& snapshot) {
  const std::string& uid = snapshot->position().cluster_uid;
  std::lock_guard lock(mutex_);
  const auto found = std::find_if(slots_.begin(), slots_.end(), [&](const auto& slot) { return slot.first == uid; });
  if (found != slots_.end()) return found->second;
  const auto gone = [this](const auto& slot) {
    for (const std::string& cluster : views_->Clusters())
      if (const auto current = views_->Current(cluster);
          current.ok() && (*current)->position().cluster_uid == slot.first)
        return false;
    return true;
  };
  slots_.erase(std::remove_if(slots_.begin(), slots_.end(), gone), slots_.end());
  return slots_.emplace_back(uid, std::make_shared<Slot>()).second;
}

template <class T>
bool DerivedView<T>::Ready(std::string_view cluster) {
  const auto current = views_->Current(cluster);
  if (!current.ok()) return true;  // nothing to compute
  const model::SnapshotPosition& position = (*current)->position();
  std::shared_ptr<Slot> slot;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [uid, known] : slots_)
      if (uid == position.cluster_uid) slot = known;
  }
  if (slot == nullptr) return false;
  const std::unique_lock lock(slot->mutex, std::try_to_lock);
  return lock.owns_lock() && slot->snapshot != nullptr && slot->snapshot->history() == (*current)->history() &&
         slot->snapshot->position().revision == position.revision;
}

template <class T>
std::shared_ptr<const T> DerivedView<T>::Get(const model::SnapshotPtr& snapshot) {
  const auto current = views_->Current(snapshot->position().cluster);
  if (!current.ok() || (*current)->history() != snapshot->history()) return from_scratch_(snapshot);
  const std::shared_ptr<Slot> slot = SlotOf(snapshot);
  std::unique_lock lock(slot->mutex);
  if (slot->snapshot != nullptr && slot->snapshot->history() == snapshot->history()) {
    if (slot->snapshot->position().revision == snapshot->position().revision) return slot->value;
    if (slot->snapshot->position().revision > snapshot->position().revision) {
      lock.unlock();
      return from_scratch_(snapshot);
    }
    if (const auto changes = views_->Between(*slot->snapshot, *snapshot)) {
      slot->value = advance_(slot->value, slot->snapshot, snapshot, *changes);
      slot->snapshot = snapshot;
      return slot->value;
    }
  }
  slot->value = from_scratch_(snapshot);
  slot->snapshot = snapshot;
  return slot->value;
}

}  // namespace bulian::view

#endif  // SERVICES_VIEW_DERIVED_VIEW_H_
