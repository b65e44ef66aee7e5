#include "services/view/undo.h"

#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "services/model/error.h"

namespace bulian::view {

absl::Status NotRetained(std::int64_t requested, std::int64_t earliest, std::int64_t latest) {
  return model::Error(absl::StatusCode::kOutOfRange, v1::REVISION_NOT_RETAINED,
                      "the revision is no longer kept, or not reached yet",
                      {{"requested", std::to_string(requested)},
                       {"earliest", std::to_string(earliest)},
                       {"latest", std::to_string(latest)}});
}

absl::Status EpochChanged(const v1::Revision& requested, const model::SnapshotPosition& current) {
  const auto text = [](const std::string& uid, std::int64_t epoch) { return uid + "." + std::to_string(epoch); };
  return model::Error(absl::StatusCode::kOutOfRange, v1::EPOCH_CHANGED,
                      "the revision is of another epoch: the store was restored or the cluster created anew",
                      {{"requested", text(requested.cluster_uid(), requested.epoch())},
                       {"current", text(current.cluster_uid, current.epoch)}});
}

namespace {

absl::Status Cancelled() {
  return model::Error(absl::StatusCode::kCancelled, v1::CALL_CANCELLED, "the call was cancelled");
}

// Fills in the revisions of before-images whose entries do not say them, from the entries up to `revision`. What was
// last changed before the log begins stays 0.
absl::Status FindRevisions(store::Store* store, const std::string& log, std::int64_t revision,
                           std::vector<model::RecordChange>& changes, const Patience& patience) {
  std::unordered_map<std::string_view, model::RecordChange*> unknown;
  for (auto& change : changes)
    if (change.value && change.record_revision == 0) unknown.emplace(change.name, &change);
  if (unknown.empty()) return absl::OkStatus();
  const auto earliest = store->EarliestRetained(log);
  if (!earliest.ok()) return earliest.status();
  bool cancelled = false;
  const absl::Status followed =
      store->Follow(log, *earliest - 1, [&](const std::shared_ptr<const store::LogEntry>& entry) {
        cancelled = patience.cancelled();
        if (cancelled || entry->revision > revision) return false;
        for (const auto& change : entry->changes)
          if (const auto found = unknown.find(change.name); found != unknown.end())
            found->second->record_revision = entry->revision;
        return true;
      });
  return cancelled ? Cancelled() : followed;
}

}  // namespace

absl::StatusOr<model::SnapshotPtr> UndoTo(store::Store* store, const model::SnapshotPtr& newer, std::int64_t revision,
                                          const Patience& patience, model::Delta* touched) {
  const model::SnapshotPosition& top = newer->position();
  model::SnapshotPosition position = top;
  position.revision = revision;
  // The entry of `revision` itself is read for its time; those above it are undone.
  std::vector<std::shared_ptr<const store::LogEntry>> entries;
  bool reached = false, cancelled = false;
  const absl::Status followed =
      store->Follow(top.cluster, revision - 1, [&](const std::shared_ptr<const store::LogEntry>& entry) {
        cancelled = patience.cancelled();
        if (cancelled || entry->revision > top.revision) return false;
        if (entry->revision == revision) {
          reached = true;
          position.commit_time_us = absl::ToUnixMicros(entry->commit_time);
        } else {
          entries.push_back(entry);
        }
        return entry->revision < top.revision;
      });
  if (cancelled) return Cancelled();
  const auto now = store->Position(top.cluster);
  if (!now.ok()) return now.status();
  if (now->uid != top.cluster_uid || now->epoch != top.epoch) {
    v1::Revision requested;
    requested.set_cluster_uid(top.cluster_uid);
    requested.set_epoch(top.epoch);
    return EpochChanged(requested, {top.cluster, now->uid, now->epoch, now->revision, 0});
  }
  if (!followed.ok() && model::ReasonOf(followed) != v1::REVISION_NOT_RETAINED) return followed;
  if (!followed.ok() || !reached || static_cast<std::int64_t>(entries.size()) != top.revision - revision) {
    const auto earliest = store->EarliestRetained(top.cluster);
    return NotRetained(revision, earliest.ok() ? *earliest : now->revision, now->revision);
  }
  // The first change of a name above `revision` holds what it was there.
  std::vector<model::RecordChange> changes;
  std::unordered_set<std::string_view> seen;
  for (const auto& entry : entries) {
    for (const auto& change : entry->changes)
      if (seen.insert(change.name).second) changes.push_back({change.name, change.before, change.before_revision});
  }
  if (absl::Status found = FindRevisions(store, top.cluster, revision, changes, patience); !found.ok()) return found;
  model::SnapshotBuilder builder(newer);
  builder.Apply(position, changes);
  if (touched != nullptr) *touched = builder.TakeDelta();
  return builder.Build();
}

}  // namespace bulian::view
