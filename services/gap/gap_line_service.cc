#include "services/gap/gap_line_service.h"

#include <utility>
#include <vector>

#include "services/model/error.h"
#include "services/view/undo.h"

namespace bulian::gap {
namespace {

absl::Status Stopped() {
  return model::Error(absl::StatusCode::kUnavailable, v1::SHUTTING_DOWN, "the server is going down");
}

model::SnapshotPosition PositionOf(const store::LogEntry& entry, const watch::WatchedLogId& log) {
  return {log.cluster, log.uid, log.epoch, entry.revision, absl::ToUnixMicros(entry.commit_time)};
}

std::size_t Apply(const store::LogEntry& entry, const watch::WatchedLogId& log, model::SnapshotBuilder* branch) {
  std::vector<model::RecordChange> changes;
  changes.reserve(entry.changes.size());
  std::size_t bytes = 0;
  for (const store::LoggedChange& change : entry.changes) {
    changes.push_back({change.name, change.after, std::nullopt, !change.before});
    bytes += change.name.size() + (change.after ? change.after->size() : 0);
  }
  branch->Apply(PositionOf(entry, log), changes);
  return bytes;
}

}  // namespace

absl::Status StoppedOr(const absl::Status& status, const GapLineSources& sources) {
  return absl::IsCancelled(status) && sources.stopping->load() ? Stopped() : status;
}

GapLine::GapLine(watch::WatchedLogId log, const GapLineSources& sources, const GapLineLimits& limits)
    : log_(std::move(log)), sources_(sources), limits_(limits) {}

absl::StatusOr<std::shared_ptr<GapLine>> GapLine::After(std::int64_t revision, const watch::WatchedLogId& log,
                                                        const GapLineSources& sources, const GapLineLimits& limits) {
  const std::shared_ptr<GapLine> line(new GapLine(log, sources, limits));
  auto base = line->BaseAt(revision);
  if (!base.ok()) return base.status();
  line->Stand(*std::move(base));
  line->head_ = revision;
  sources.counters->lines.fetch_add(1, std::memory_order_relaxed);
  return line;
}

absl::StatusOr<GapLine::Base> GapLine::BaseAt(std::int64_t revision) const {
  const view::Patience patience{.cancelled = [this] { return sources_.stopping->load(); }};
  const auto current = sources_.views->Current(log_.cluster);
  if (!current.ok()) return current.status();
  const model::SnapshotPosition& newest = (*current)->position();
  if (newest.cluster_uid != log_.uid || newest.epoch != log_.epoch)
    return watch::OtherEpoch(log_, {log_.cluster, newest.cluster_uid, newest.epoch});
  if (revision > newest.revision) return view::NotRetained(revision, newest.revision, newest.revision);
  auto analysis = sources_.analyses->Get(*current, (*current)->cluster().as_of, patience);
  if (!analysis.ok()) return StoppedOr(analysis.status(), sources_);
  if (revision == newest.revision) return Base{*analysis, std::make_unique<model::SnapshotBuilder>(*current)};
  model::Delta touched;
  const auto undone = view::UndoTo(sources_.store, *current, revision, patience, &touched);
  if (!undone.ok()) return StoppedOr(undone.status(), sources_);
  AnalysisPtr older =
      AdvanceToBranch(*analysis, *undone, (*undone)->cluster().as_of, touched, [&] { return patience.cancelled(); });
  if (older == nullptr) return Stopped();
  return Base{std::move(older), std::make_unique<model::SnapshotBuilder>(*undone)};
}

void GapLine::Stand(Base base) {
  at_ = std::move(base);
  branch_commits_ = 0;
  branch_bytes_ = 0;
}

std::int64_t GapLine::head() const {
  const std::lock_guard lock(mutex_);
  return head_;
}

GapStepPtr GapLine::Find(std::int64_t revision) const {
  const std::lock_guard lock(mutex_);
  if (revision > head_ || kept_.empty() || revision < kept_.front()->revision) return nullptr;
  return kept_[static_cast<std::size_t>(revision - kept_.front()->revision)];
}

absl::StatusOr<GapStepPtr> GapLine::Advance(const store::LogEntry& entry) {
  const std::lock_guard lock(advance_mutex_);
  if (entry.revision != head() + 1) return Find(entry.revision);
  if (at_.branch == nullptr) {  // stopped half way
    auto base = BaseAt(head());
    if (!base.ok()) return base.status();
    Stand(*std::move(base));
  }
  branch_bytes_ += Apply(entry, log_, at_.branch.get());
  ++branch_commits_;
  const model::SnapshotPtr snapshot = at_.branch->Build();
  AnalysisPtr next = AdvanceToBranch(at_.analysis, snapshot, snapshot->cluster().as_of, at_.branch->TakeDelta(),
                                     [this] { return sources_.stopping->load(); });
  if (next == nullptr) {
    at_ = Base();
    return Stopped();
  }
  const GapStepPtr step = MakeGapStep(*at_.analysis, *next, limits_.detailed_bytes);
  sources_.counters->commits.fetch_add(1, std::memory_order_relaxed);
  sources_.counters->segments_recomputed.fetch_add(next->work().segments_recomputed, std::memory_order_relaxed);
  at_.analysis = std::move(next);
  Keep(step);
  if (branch_commits_ >= limits_.renewed_commits || branch_bytes_ >= limits_.renewed_bytes) Renew();
  return step;
}

void GapLine::Renew() {
  const std::int64_t revision = head();
  const auto current = sources_.views->Current(log_.cluster);
  // Far behind, undoing would cost more than it saves. What is not done now is tried again with the next commit.
  if (!current.ok() || (*current)->position().revision > revision + limits_.renewed_commits) return;
  if (auto base = BaseAt(revision); base.ok()) Stand(*std::move(base));
}

void GapLine::Keep(const GapStepPtr& step) {
  std::deque<GapStepPtr> dropped;  // freed after the lock
  const std::lock_guard lock(mutex_);
  head_ = step->revision;
  kept_.push_back(step);
  kept_bytes_ += step->bytes;
  while (kept_.size() > limits_.kept_steps || (kept_.size() > 1 && kept_bytes_ > limits_.kept_bytes)) {
    kept_bytes_ -= kept_.front()->bytes;
    dropped.push_back(std::move(kept_.front()));
    kept_.pop_front();
  }
}

}  // namespace bulian::gap
