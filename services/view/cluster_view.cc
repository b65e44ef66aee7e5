#include "services/view/cluster_view.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "services/model/error.h"

namespace bulian::view {
namespace {

constexpr std::size_t kMaxUndone = 4;
constexpr std::size_t kMaxSteps = 10'000;
constexpr int kScanAgain = 3;
constexpr auto kPollEvery = std::chrono::milliseconds(20);

model::SnapshotPosition ToSnapshotPosition(const std::string& cluster, const store::LogPosition& position) {
  return {cluster, position.uid, position.epoch, position.revision, absl::ToUnixMicros(position.commit_time)};
}

// `in_order`: everything before the entry is applied and nothing after it.
std::size_t ApplyEntry(model::SnapshotBuilder& builder, const model::SnapshotPosition& position,
                       const store::LogEntry& entry, bool in_order) {
  std::vector<model::RecordChange> changes;
  changes.reserve(entry.changes.size());
  for (const auto& change : entry.changes)
    changes.push_back({change.name, change.after, std::nullopt, in_order && !change.before});
  builder.Apply(position, changes);
  return changes.size();
}

}  // namespace

ClusterView::ClusterView(std::string cluster, const ViewOptions* options)
    : cluster_(std::move(cluster)), options_(*options), builder_(std::make_unique<model::SnapshotBuilder>(cluster_)) {
  current_ = builder_->Build();
}

absl::Status ClusterView::Load(store::Store* store) {
  std::lock_guard apply_lock(apply_mutex_);
  absl::Status loaded = LoadOnce(store);
  // The log was trimmed faster than it was scanned.
  for (int again = 0; absl::IsOutOfRange(loaded) && again < kScanAgain; ++again) loaded = LoadOnce(store);
  return loaded;
}

absl::Status ClusterView::LoadOnce(store::Store* store) {
  std::int64_t replayed = 0;
  store::ScanResult frame;
  do {  // again if the log was dropped and created anew meanwhile
    builder_ = std::make_unique<model::SnapshotBuilder>(cluster_);
    const auto scanned = store->Scan(cluster_, [&](const store::ScannedRecord& record) {
      builder_->Load(record.name, record.value, record.revision);
      return true;
    });
    if (!scanned.ok()) return scanned.status();
    frame = *scanned;
  } while (frame.start.uid != frame.end.uid || frame.start.epoch != frame.end.epoch);
  if (frame.start.revision < frame.end.revision) {
    const absl::Status followed = store->Follow(cluster_, frame.start.revision, [&](const auto& entry) {
      if (entry->revision > frame.end.revision) return false;
      store::LogPosition position = frame.end;
      position.revision = entry->revision;
      position.commit_time = entry->commit_time;
      ApplyEntry(*builder_, ToSnapshotPosition(cluster_, position), *entry, /*in_order=*/false);
      ++replayed;
      return true;
    });
    if (!followed.ok()) return followed;
  }
  builder_->SetPosition(ToSnapshotPosition(cluster_, frame.end));
  builder_->TakeDelta();
  unpublished_rows_ = 0;
  delta_lost_ = true;
  {
    std::lock_guard lock(mutex_);
    uid_ = frame.end.uid;
    applied_ = frame.end.revision;
    commits_ += replayed;
  }
  Publish();
  return absl::OkStatus();
}

bool ClusterView::Apply(const store::LogPosition& position, const store::LogEntry& entry) {
  std::lock_guard apply_lock(apply_mutex_);
  {
    std::lock_guard lock(mutex_);
    if (position.revision <= applied_ && position.uid == uid_) return true;  // the load saw it
    if (position.revision != applied_ + 1 || (applied_ != 0 && position.uid != uid_)) return false;
  }
  unpublished_rows_ += ApplyEntry(*builder_, ToSnapshotPosition(cluster_, position), entry, /*in_order=*/true);
  if (unpublished_rows_ > options_.max_delta_rows) {
    builder_->TakeDelta();
    delta_lost_ = true;
  }
  bool looked;
  {
    std::lock_guard lock(mutex_);
    uid_ = position.uid;
    applied_ = position.revision;
    ++commits_;
    dirty_ = true;
    looked = std::exchange(looked_, false);
  }
  if (looked) Publish();
  published_.notify_all();
  return true;
}

void ClusterView::Publish() {
  model::SnapshotPtr snapshot = builder_->Build();
  model::Delta delta = builder_->TakeDelta();
  const bool delta_lost = std::exchange(delta_lost_, false);
  unpublished_rows_ = 0;
  std::deque<Version> expired;
  {
    std::lock_guard lock(mutex_);
    if (delta_lost) {
      steps_.clear();
      step_rows_ = 0;
    } else {
      KeepStep(current_->position().revision, snapshot->position().revision, std::move(delta));
    }
    if (current_->position().revision > 0 && current_->history() == snapshot->history())
      kept_.push_back({current_, options_.now()});
    if (current_->history() != snapshot->history()) expired.swap(kept_);
    current_ = std::move(snapshot);
    dirty_ = false;
    ++versions_;
    for (auto& version : TakeExpired()) expired.push_back(std::move(version));
  }
  published_.notify_all();
}

void ClusterView::KeepStep(std::int64_t from, std::int64_t to, model::Delta delta) {
  step_rows_ += delta.size();
  steps_.push_back({from, to, std::move(delta)});
  while (steps_.size() > kMaxSteps || (step_rows_ > options_.max_delta_rows && !steps_.empty())) {
    step_rows_ -= steps_.front().delta.size();
    steps_.pop_front();
  }
}

std::deque<ClusterView::Version> ClusterView::TakeExpired() {
  std::deque<Version> expired;
  const absl::Time oldest = options_.now() - options_.kept_age;
  const auto take = [&](std::deque<Version>& versions, std::size_t limit) {
    while (!versions.empty() && (versions.size() > limit || versions.front().since < oldest)) {
      expired.push_back(std::move(versions.front()));
      versions.pop_front();
    }
  };
  take(kept_, static_cast<std::size_t>(std::max(options_.kept_versions, 0)));
  take(undone_, kMaxUndone);
  return expired;
}

void ClusterView::Drop() {
  {
    std::lock_guard lock(mutex_);
    dropped_ = true;
  }
  published_.notify_all();
}

model::SnapshotPtr ClusterView::Current() {
  {
    std::lock_guard lock(mutex_);
    looked_ = true;
    if (!dirty_) return current_;
  }
  std::lock_guard apply_lock(apply_mutex_);
  bool dirty;
  {
    std::lock_guard lock(mutex_);
    dirty = dirty_;
  }
  if (dirty) Publish();
  std::lock_guard lock(mutex_);
  return current_;
}

absl::Status ClusterView::WaitApplied(std::int64_t revision, const Patience& patience) {
  std::unique_lock lock(mutex_);
  while (applied_ < revision) {
    if (dropped_) return model::NotFound("clusters/" + cluster_);
    if (patience.cancelled())
      return model::Error(absl::StatusCode::kCancelled, v1::CALL_CANCELLED,
                          "the call was cancelled while it waited for a revision");
    if (options_.now() >= patience.deadline)
      return model::Error(absl::StatusCode::kDeadlineExceeded, v1::DEADLINE_PASSED,
                          "the revision did not come before the call's deadline",
                          {{"requested", std::to_string(revision)}, {"latest", std::to_string(applied_)}});
    published_.wait_for(lock, kPollEvery);
  }
  return absl::OkStatus();
}

absl::StatusOr<model::SnapshotPtr> ClusterView::WaitFor(std::int64_t revision, const Patience& patience) {
  if (absl::Status applied = WaitApplied(revision, patience); !applied.ok()) return applied;
  return Current();
}

model::SnapshotPtr ClusterView::Kept(std::int64_t revision) {
  std::deque<Version> expired;  // dropped after the lock
  std::lock_guard lock(mutex_);
  expired = TakeExpired();
  const auto is_it = [&](const Version& version) { return version.snapshot->position().revision == revision; };
  if (current_->position().revision == revision) return current_;
  for (const auto* versions : {&kept_, &undone_})
    if (const auto found = std::find_if(versions->begin(), versions->end(), is_it); found != versions->end())
      return found->snapshot;
  return nullptr;
}

model::SnapshotPtr ClusterView::OldestAbove(std::int64_t revision) {
  std::lock_guard lock(mutex_);
  for (const Version& version : kept_)
    if (version.snapshot->position().revision > revision) return version.snapshot;
  return current_;
}

void ClusterView::KeepUndone(model::SnapshotPtr snapshot) {
  std::deque<Version> expired;
  std::lock_guard lock(mutex_);
  undone_.push_back({std::move(snapshot), options_.now()});
  expired = TakeExpired();
}

std::optional<model::Delta> ClusterView::Between(const model::Snapshot& from, const model::Snapshot& to) const {
  if (from.history() != to.history() || from.position().revision > to.position().revision) return std::nullopt;
  if (from.position().revision == to.position().revision) return model::Delta();
  std::lock_guard lock(mutex_);
  if (current_->history() != from.history()) return std::nullopt;
  auto step = std::lower_bound(steps_.begin(), steps_.end(), from.position().revision,
                               [](const Step& s, std::int64_t revision) { return s.from < revision; });
  if (step == steps_.end() || step->from != from.position().revision) return std::nullopt;
  model::Delta delta;
  for (; step != steps_.end(); ++step) {
    delta.insert(delta.end(), step->delta.begin(), step->delta.end());
    if (step->to == to.position().revision) return delta;
  }
  return std::nullopt;
}

std::string ClusterView::uid() const {
  std::lock_guard lock(mutex_);
  return uid_;
}

std::int64_t ClusterView::epoch() const {
  std::lock_guard lock(mutex_);
  return current_->position().epoch;
}

void ClusterView::AddTo(ViewStats* stats) {
  model::SnapshotPtr measure;
  {
    std::lock_guard lock(mutex_);
    stats->versions_kept += static_cast<std::int64_t>(kept_.size() + undone_.size());
    stats->versions_published += versions_;
    stats->commits_applied += commits_;
    if (measured_ != current_ && options_.now() - measured_at_ >= absl::Minutes(1)) {
      measure = current_;
      measured_at_ = options_.now();
    }
  }
  const auto bytes = measure == nullptr ? 0 : static_cast<std::int64_t>(measure->TotalBytes());
  std::lock_guard lock(mutex_);
  if (measure != nullptr) {
    measured_ = std::move(measure);
    bytes_ = bytes;
  }
  stats->bytes += bytes_;
}

}  // namespace bulian::view
