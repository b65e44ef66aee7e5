// Values kept in step with the snapshots of a cluster.
#ifndef SERVICES_VIEW_DERIVED_VIEW_H_
#define SERVICES_VIEW_DERIVED_VIEW_H_

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/model/snapshot.h"
#include "services/view/view.h"

namespace bulian::view {

// A value derived from a snapshot by a pure function (old value, old snapshot, new snapshot, changes) -> value, kept
// per cluster and brought up to date when asked for, in proportion to what changed since. Thread-safe.
//
// A computation for a cluster's published history runs on a thread of its own, one at a time per cluster, and once
// begun goes on to its end whoever stops waiting: callers with short deadlines get DEADLINE_EXCEEDED but lose no
// progress, and nobody depends on the call that came first. Only the end of the view stops it. The last few values are
// kept, so that readers of a revision some commits back are answered from the nearest one.
template <class T>
class DerivedView {
 public:
  using ValuePtr = std::shared_ptr<const T>;
  // Says whether nobody wants the value any more; once true it stays so. The function asking may then return null.
  using Stop = std::function<bool()>;
  using FromScratch = std::function<ValuePtr(const model::SnapshotPtr&, const Stop&)>;
  // `snapshot` may also be older than `old_snapshot`; `changes` lead from the old one to it.
  using Advance = std::function<ValuePtr(const ValuePtr& old_value, const model::SnapshotPtr& old_snapshot,
                                         const model::SnapshotPtr& snapshot, const model::Delta& changes, const Stop&)>;
  struct Version {
    model::SnapshotPtr snapshot;
    ValuePtr value;
  };
  static constexpr std::size_t kKept = 4;
  // `views` is not owned and outlives this. `kept` is how many values are kept of a cluster.
  DerivedView(const Views* views, FromScratch from_scratch, Advance advance, std::size_t kept = kKept)
      : views_(views), from_scratch_(std::move(from_scratch)), advance_(std::move(advance)), most_kept_(kept) {}
  // Nobody waits in Get() any more. Stops what is being computed and waits for it.
  ~DerivedView() = default;

  // The value of a snapshot. DEADLINE_EXCEEDED or CANCELLED when the caller's patience ends before it is there. Of one
  // that is not of its cluster's published history (a branch, an undone state) the value is computed on the caller's
  // thread, stops with its patience and is not kept.
  absl::StatusOr<ValuePtr> Get(const model::SnapshotPtr& snapshot, const Patience& patience);
  // What is there without waiting: the value of the snapshot, else the one of the kept version whose revision is
  // nearest, while that of the snapshot is computed for later calls. Waits as Get() only when none is kept, or for a
  // snapshot that is not of the published history.
  absl::StatusOr<Version> Nearest(const model::SnapshotPtr& snapshot, const Patience& patience);
  // The newest used of the kept versions of a snapshot's cluster that pass; no value: none does. Never waits.
  Version Kept(const model::SnapshotPtr& snapshot, const std::function<bool(const Version&)>& passes);
  // Whether the value of a cluster's current snapshot is there, so that Get() of it neither computes nor waits. Never
  // waits itself.
  bool Ready(std::string_view cluster);

 private:
  static constexpr auto kPollEvery = std::chrono::milliseconds(20);

  // One cluster.
  struct Slot {
    ~Slot() {
      stop = true;
      if (worker.joinable()) worker.join();
    }
    // The value of a snapshot if it is kept, which makes it the last to go. Holds mutex.
    ValuePtr Find(const model::Snapshot& snapshot) {
      for (auto at = kept.begin(); at != kept.end(); ++at) {
        if (at->snapshot->history() != snapshot.history() ||
            at->snapshot->position().revision != snapshot.position().revision)
          continue;
        kept.splice(kept.begin(), kept, at);
        return kept.front().value;
      }
      return nullptr;
    }

    std::atomic<bool> stop{false};
    std::mutex mutex;  // held for moments
    std::condition_variable computed;
    std::list<Version> kept;  // last used first
    bool computing = false;
    std::thread worker;
  };

  std::shared_ptr<Slot> SlotOf(const model::SnapshotPtr& snapshot);
  // Begins to compute the value of a snapshot. Holds the slot's mutex; nothing is being computed.
  void Begin(Slot* slot, const model::SnapshotPtr& snapshot);
  // From the nearest of the kept versions that is connected to the snapshot, else from scratch.
  ValuePtr Compute(const model::SnapshotPtr& snapshot, std::vector<Version> kept, const Stop& stop) const;

  const Views* const views_;
  const FromScratch from_scratch_;
  const Advance advance_;
  const std::size_t most_kept_;
  std::mutex mutex_;
  std::vector<std::pair<std::string, std::shared_ptr<Slot>>> slots_;  // by cluster uid
};

template <class T>
std::shared_ptr<typename DerivedView<T>::Slot> DerivedView<T>::SlotOf(const model::SnapshotPtr& snapshot) {
  const std::string& uid = snapshot->position().cluster_uid;
  std::vector<std::pair<std::string, std::shared_ptr<Slot>>> gone;  // dropped after the lock: they may have to end
  std::lock_guard lock(mutex_);
  const auto found = std::find_if(slots_.begin(), slots_.end(), [&](const auto& slot) { return slot.first == uid; });
  if (found != slots_.end()) return found->second;
  const auto lives = [this](const auto& slot) {
    for (const std::string& cluster : views_->Clusters())
      if (const auto current = views_->Current(cluster);
          current.ok() && (*current)->position().cluster_uid == slot.first)
        return true;
    return false;
  };
  const auto dead = std::stable_partition(slots_.begin(), slots_.end(), lives);
  gone.assign(std::make_move_iterator(dead), std::make_move_iterator(slots_.end()));
  slots_.erase(dead, slots_.end());
  return slots_.emplace_back(uid, std::make_shared<Slot>()).second;
}

template <class T>
bool DerivedView<T>::Ready(std::string_view cluster) {
  const auto current = views_->Current(cluster);
  if (!current.ok()) return true;  // nothing to compute
  std::shared_ptr<Slot> slot;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [uid, known] : slots_)
      if (uid == (*current)->position().cluster_uid) slot = known;
  }
  if (slot == nullptr) return false;
  std::lock_guard lock(slot->mutex);
  return slot->Find(**current) != nullptr;
}

template <class T>
absl::StatusOr<std::shared_ptr<const T>> DerivedView<T>::Get(const model::SnapshotPtr& snapshot,
                                                             const Patience& patience) {
  const auto current = views_->Current(snapshot->position().cluster);
  if (!current.ok() || (*current)->history() != snapshot->history()) {
    ValuePtr value = from_scratch_(snapshot, [&] { return !views_->CheckPatience(patience).ok(); });
    if (value == nullptr) return views_->CheckPatience(patience);
    return value;
  }
  const std::shared_ptr<Slot> slot = SlotOf(snapshot);
  std::unique_lock lock(slot->mutex);
  while (true) {
    if (ValuePtr value = slot->Find(*snapshot)) return value;
    if (!slot->computing) Begin(slot.get(), snapshot);
    if (const absl::Status status = views_->CheckPatience(patience); !status.ok()) return status;
    slot->computed.wait_for(lock, kPollEvery);
  }
}

template <class T>
absl::StatusOr<typename DerivedView<T>::Version> DerivedView<T>::Nearest(const model::SnapshotPtr& snapshot,
                                                                         const Patience& patience) {
  const auto current = views_->Current(snapshot->position().cluster);
  if (current.ok() && (*current)->history() == snapshot->history()) {
    const std::shared_ptr<Slot> slot = SlotOf(snapshot);
    std::lock_guard lock(slot->mutex);
    if (ValuePtr value = slot->Find(*snapshot)) return Version{snapshot, std::move(value)};
    const auto distance = [&](const Version& version) {
      return std::abs(version.snapshot->position().revision - snapshot->position().revision);
    };
    auto nearest = slot->kept.end();
    for (auto at = slot->kept.begin(); at != slot->kept.end(); ++at) {
      if (at->snapshot->history() != snapshot->history()) continue;
      if (nearest == slot->kept.end() || distance(*at) < distance(*nearest)) nearest = at;
    }
    if (nearest != slot->kept.end()) {
      const Version found = *nearest;
      slot->kept.splice(slot->kept.begin(), slot->kept, nearest);
      if (!slot->computing) Begin(slot.get(), snapshot);
      return found;
    }
  }
  auto value = Get(snapshot, patience);
  if (!value.ok()) return value.status();
  return Version{snapshot, *std::move(value)};
}

template <class T>
typename DerivedView<T>::Version DerivedView<T>::Kept(const model::SnapshotPtr& snapshot,
                                                      const std::function<bool(const Version&)>& passes) {
  const std::shared_ptr<Slot> slot = SlotOf(snapshot);
  std::lock_guard lock(slot->mutex);
  for (const Version& version : slot->kept) {
    if (version.snapshot->history() == snapshot->history() && passes(version)) return version;
  }
  return {};
}

template <class T>
void DerivedView<T>::Begin(Slot* slot, const model::SnapshotPtr& snapshot) {
  if (slot->worker.joinable()) slot->worker.join();  // it has nothing left to do
  slot->computing = true;
  // The slot outlives its worker.
  slot->worker =
      std::thread([this, slot, snapshot, kept = std::vector(slot->kept.begin(), slot->kept.end())]() mutable {
        ValuePtr value = Compute(snapshot, std::move(kept), [slot] { return slot->stop.load(); });
        Version expired;  // dropped after the lock
        std::lock_guard slot_lock(slot->mutex);
        if (value != nullptr) slot->kept.push_front({snapshot, std::move(value)});
        if (slot->kept.size() > most_kept_) {
          expired = std::move(slot->kept.back());
          slot->kept.pop_back();
        }
        slot->computing = false;
        slot->computed.notify_all();
      });
}

template <class T>
std::shared_ptr<const T> DerivedView<T>::Compute(const model::SnapshotPtr& snapshot, std::vector<Version> kept,
                                                 const Stop& stop) const {
  const auto distance = [&](const Version& version) {
    return std::abs(version.snapshot->position().revision - snapshot->position().revision);
  };
  std::sort(kept.begin(), kept.end(), [&](const Version& a, const Version& b) { return distance(a) < distance(b); });
  for (const Version& from : kept) {
    const bool forward = from.snapshot->position().revision < snapshot->position().revision;
    auto changes = forward ? views_->Between(*from.snapshot, *snapshot) : views_->Between(*snapshot, *from.snapshot);
    if (!changes) continue;
    if (!forward) {
      std::reverse(changes->begin(), changes->end());
      for (model::TouchedRow& touched : *changes) std::swap(touched.existed_before, touched.exists_after);
    }
    return advance_(from.value, from.snapshot, snapshot, *changes, stop);
  }
  return from_scratch_(snapshot, stop);
}

}  // namespace bulian::view

#endif  // SERVICES_VIEW_DERIVED_VIEW_H_
