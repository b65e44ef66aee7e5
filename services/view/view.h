// What readers hold: the current Snapshot of each cluster, older ones kept for a while, and waiters for a revision.
//
// Views follows the store: it loads every log at start, then applies each commit as the store's observer and publishes
// before the commit is acknowledged. Readers take one shared pointer and keep it for the whole call; they take no lock
// that a writer holds for long. Asked for a cluster it does not hold, whether there is one or not, everything that
// returns a status answers UNAVAILABLE/WRONG_REPLICA at once. Thread-safe.
#ifndef SERVICES_VIEW_VIEW_H_
#define SERVICES_VIEW_VIEW_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "bulian/v1/revision.pb.h"
#include "services/model/snapshot.h"
#include "services/store/log_selection.h"
#include "services/store/store.h"

namespace bulian::view {

struct ViewOptions {
  int kept_versions = 64;                       // older snapshots kept per cluster, besides those readers hold
  absl::Duration kept_age = absl::Minutes(15);  // since a newer one was published
  std::size_t max_delta_rows = 200'000;         // Between() of more touched rows than this answers nullopt
  store::LogSelection held = {};                // the clusters to hold; others are not loaded and commits not applied
  std::function<absl::Time()> now = [] { return absl::Now(); };
};

// Numbers for the metrics page.
struct ViewStats {
  std::int64_t clusters = 0;
  std::int64_t versions_kept = 0;       // older snapshots held, over all clusters
  std::int64_t versions_published = 0;  // since start
  std::int64_t commits_applied = 0;     // since start, those of the load included
  std::int64_t undos = 0;               // snapshots made from the log's before-images
  std::int64_t bytes = 0;               // of all current snapshots; measured at most once a minute
};

// How long a reader is ready to wait; polled, so that a cancelled call stops waiting.
struct Patience {
  absl::Time deadline = absl::InfiniteFuture();
  std::function<bool()> cancelled = [] { return false; };
};

class Views final : public store::CommitObserver {
 public:
  Views(store::Store* store, ViewOptions options);
  ~Views() override;

  // Loads every log from the store. Call once, before serving; the store's observer must be this object.
  absl::Status Load();

  // The newest published snapshot. NOT_FOUND (of `clusters/{cluster}`) if there is no such cluster.
  absl::StatusOr<model::SnapshotPtr> Current(std::string_view cluster) const;

  // The snapshot a request asks for: min_revision waits, at_revision takes a kept version or undoes the log back to it.
  // OUT_OF_RANGE with EPOCH_CHANGED or REVISION_NOT_RETAINED; DEADLINE_EXCEEDED, CANCELLED while waiting.
  absl::StatusOr<model::SnapshotPtr> Resolve(std::string_view cluster, const v1::ReadAt& at,
                                             const Patience& patience) const;

  // Waits until a revision is published; used by writers after their commit.
  absl::StatusOr<model::SnapshotPtr> WaitFor(std::string_view cluster, std::int64_t revision,
                                             const Patience& patience) const;

  // Waits until a position of the store can be seen, without looking: no version is made for the caller. NOT_FOUND when
  // its log is gone, also when another one has taken the name.
  absl::Status WaitApplied(std::string_view cluster, const store::LogPosition& position,
                           const Patience& patience) const;

  // What lies between two snapshots of one cluster and epoch, if it is still known; nullopt: recompute from scratch.
  std::optional<model::Delta> Between(const model::Snapshot& from, const model::Snapshot& to) const;

  // DEADLINE_EXCEEDED or CANCELLED when a reader should wait no longer.
  absl::Status CheckPatience(const Patience& patience) const;

  // Ids of all clusters held, by name.
  std::vector<std::string> Clusters() const;
  // Whether these are all there are; else the store may have more that other replicas hold.
  bool HoldsAll() const;

  ViewStats Stats() const;

  // store::CommitObserver
  void OnCommit(const std::string& log, const store::LogPosition& position,
                const std::shared_ptr<const store::LogEntry>& entry) override;
  void OnDrop(const std::string& log, const std::string& uid) override;
  void OnReload(const std::string& log) override;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace bulian::view

#include "services/view/derived_view.h"  // IWYU pragma: export

#endif  // SERVICES_VIEW_VIEW_H_
