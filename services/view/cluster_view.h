// One cluster's line of published snapshots.
#ifndef SERVICES_VIEW_CLUSTER_VIEW_H_
#define SERVICES_VIEW_CLUSTER_VIEW_H_

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "services/model/snapshot.h"
#include "services/store/store.h"
#include "services/view/view.h"

namespace bulian::view {

// Applies commits and publishes versions. A version is built when a commit is applied if anyone has looked since the
// one before; else the next one who looks builds it, so that an import without readers builds none. Thread-safe.
class ClusterView {
 public:
  // An empty view of revision 0; `options` outlives it.
  ClusterView(std::string cluster, const ViewOptions* options);

  // Replaces what is held by what the store has now; a new history, so that older deltas are void. Blocks commits.
  absl::Status Load(store::Store* store);
  // Applies a commit. False if it does not follow the one before: load again.
  bool Apply(const store::LogPosition& position, const store::LogEntry& entry);
  // The log is gone: wakes those who wait.
  void Drop();

  model::SnapshotPtr Current();
  // Waits for a revision. NOT_FOUND if the cluster is dropped meanwhile.
  absl::StatusOr<model::SnapshotPtr> WaitFor(std::int64_t revision, const Patience& patience);
  // As WaitFor, but takes nothing.
  absl::Status WaitApplied(std::int64_t revision, const Patience& patience);
  // A kept version of exactly this revision, or null; and the version to undo from: the oldest kept one above it.
  model::SnapshotPtr Kept(std::int64_t revision);
  model::SnapshotPtr OldestAbove(std::int64_t revision);
  // Keeps a version that was made by undoing for a while.
  void KeepUndone(model::SnapshotPtr snapshot);

  std::optional<model::Delta> Between(const model::Snapshot& from, const model::Snapshot& to) const;

  std::string uid() const;
  std::int64_t epoch() const;
  void AddTo(ViewStats* stats);

 private:
  struct Version {
    model::SnapshotPtr snapshot;
    absl::Time since;  // superseded, or undone
  };
  struct Step {
    std::int64_t from, to;  // revisions
    model::Delta delta;
  };

  // OUT_OF_RANGE: the log was trimmed beyond the beginning of the scan. Holds apply_mutex_.
  absl::Status LoadOnce(store::Store* store);
  // Builds and publishes. Holds apply_mutex_.
  void Publish();
  // Takes versions out that are beyond count or age; the caller drops them without the lock. Holds mutex_.
  std::deque<Version> TakeExpired();
  void KeepStep(std::int64_t from, std::int64_t to, model::Delta delta);

  const std::string cluster_;
  const ViewOptions& options_;

  std::mutex apply_mutex_;                           // before mutex_; held while commits are applied
  std::unique_ptr<model::SnapshotBuilder> builder_;  // by apply_mutex_
  std::size_t unpublished_rows_ = 0;                 // by apply_mutex_: changes applied since the last version
  bool delta_lost_ = false;                          // by apply_mutex_: too many of them to keep their delta

  mutable std::mutex mutex_;  // held for moments
  std::condition_variable published_;
  std::string uid_;
  std::int64_t applied_ = 0;  // the newest revision applied
  bool dirty_ = false, looked_ = false, dropped_ = false;
  model::SnapshotPtr current_;
  std::deque<Version> kept_, undone_;  // ascending by revision; in order of making
  std::deque<Step> steps_;             // from one version to the next, without holes
  std::size_t step_rows_ = 0;
  std::int64_t commits_ = 0, versions_ = 0;
  model::SnapshotPtr measured_;  // whose bytes_ are known
  std::int64_t bytes_ = 0;
  absl::Time measured_at_ = absl::InfinitePast();
};

}  // namespace bulian::view

#endif  // SERVICES_VIEW_CLUSTER_VIEW_H_
