#include <atomic>
#include <utility>

#include "services/model/snapshot.h"
#include "services/model/snapshot_loader.h"
#include "services/model/snapshot_writer.h"

namespace bulian::model {
namespace {

std::uint64_t NextHistory() {
  static std::atomic<std::uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

Day DayOf(std::int64_t time_us) {
  constexpr std::int64_t kDayUs = 86'400'000'000;
  return static_cast<Day>(time_us / kDayUs - (time_us % kDayUs < 0 ? 1 : 0));
}

}  // namespace

class SnapshotBuilder::Impl {
 public:
  Impl() : writer_(&state_) {
    state_.history = NextHistory();
    writer_.set_delta(nullptr);
  }

  void MoveTo(const SnapshotPosition& position) {
    const std::string cluster = std::move(state_.position.cluster);
    state_.position = position;
    state_.position.cluster = cluster;
    FillAsOf();
  }
  // Brings what was loaded into the state, which must be before anything else is done.
  void FinishLoad() { loader_.reset(); }
  void FillAsOf() { state_.cluster.as_of = state_.stated_as_of.value_or(DayOf(state_.position.commit_time_us)); }

  SnapshotState state_;
  SnapshotWriter writer_;
  Delta delta_;
  std::unique_ptr<SnapshotLoader> loader_;  // from the first record loaded while they come in order
  bool empty_ = true;                       // nothing was loaded or applied, and there is no base
};

SnapshotBuilder::SnapshotBuilder(std::string_view cluster) : impl_(std::make_unique<Impl>()) {
  impl_->state_.position.cluster = cluster;
}

SnapshotBuilder::SnapshotBuilder(SnapshotPtr base) : impl_(std::make_unique<Impl>()) {
  const std::uint64_t history = impl_->state_.history;
  impl_->state_ = base->state_;
  impl_->state_.history = history;
  impl_->empty_ = false;
}

SnapshotBuilder::~SnapshotBuilder() = default;

void SnapshotBuilder::Apply(const SnapshotPosition& position, std::span<const RecordChange> changes) {
  impl_->FinishLoad();
  impl_->empty_ = false;
  impl_->MoveTo(position);
  impl_->writer_.set_delta(&impl_->delta_);
  for (const RecordChange& change : changes) {
    if (change.value)
      impl_->writer_.Put(change.name, *change.value, change.record_revision.value_or(position.revision), change.is_new);
    else
      impl_->writer_.Remove(change.name);
  }
  impl_->writer_.set_delta(nullptr);
  impl_->FillAsOf();
}

void SnapshotBuilder::Load(std::string_view name, std::string_view value, std::int64_t record_revision) {
  if (std::exchange(impl_->empty_, false))
    impl_->loader_ = std::make_unique<SnapshotLoader>(&impl_->state_, &impl_->writer_);
  if (impl_->loader_ != nullptr && impl_->loader_->Add(name, value, record_revision)) return;
  impl_->FinishLoad();
  impl_->writer_.Put(name, value, record_revision);
}

void SnapshotBuilder::SetPosition(const SnapshotPosition& position) {
  impl_->FinishLoad();
  impl_->MoveTo(position);
}

SnapshotPtr SnapshotBuilder::Build() {
  impl_->FinishLoad();
  impl_->FillAsOf();
  return SnapshotPtr(new Snapshot(impl_->state_));
}

Delta SnapshotBuilder::TakeDelta() { return std::exchange(impl_->delta_, {}); }

}  // namespace bulian::model
