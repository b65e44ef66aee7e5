#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

#include "services/model/error.h"
#include "services/view/cluster_view.h"
#include "services/view/undo.h"
#include "services/view/view.h"

namespace bulian::view {
namespace {

constexpr auto kPollEvery = std::chrono::milliseconds(1);
constexpr int kLoadAgain = 10;
constexpr auto kBetweenLoads = std::chrono::milliseconds(500);

// A position of an epoch that ended: its commit may have been lost.
absl::Status OtherEpoch(const store::LogPosition& position, ClusterView& view) {
  v1::Revision asked;
  asked.set_cluster_uid(position.uid);
  asked.set_epoch(position.epoch);
  asked.set_number(position.revision);
  return EpochChanged(asked, view.Current()->position());
}

absl::Status WrongReplica(std::string_view cluster) {
  const std::string name = "clusters/" + std::string(cluster);
  return model::Error(absl::StatusCode::kUnavailable, v1::WRONG_REPLICA, "this replica does not hold " + name,
                      {{"cluster", name}});
}

}  // namespace

class Views::Impl {
 public:
  Impl(store::Store* store, ViewOptions options) : store_(store), options_(std::move(options)) {}
  ~Impl() {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    if (reloading_.joinable()) reloading_.join();
  }

  // Null if there is none.
  std::shared_ptr<ClusterView> Find(std::string_view cluster) const {
    std::lock_guard lock(mutex_);
    const auto found = views_.find(cluster);
    return found == views_.end() ? nullptr : found->second;
  }
  absl::StatusOr<std::shared_ptr<ClusterView>> Get(std::string_view cluster) const {
    if (!Holds(cluster)) return WrongReplica(cluster);
    auto view = Find(cluster);
    if (view == nullptr) return model::NotFound("clusters/" + std::string(cluster));
    return view;
  }
  bool Holds(std::string_view cluster) const { return options_.held.Has(cluster); }
  // Whether another view has taken the place of this one: it was read anew.
  bool Replaced(std::string_view cluster, const std::shared_ptr<ClusterView>& view) const {
    const auto now = Find(cluster);
    return now != nullptr && now != view;
  }
  // The view of a cluster that the store has and this process does not know yet: another one made it.
  absl::StatusOr<std::shared_ptr<ClusterView>> Await(std::string_view cluster, const Patience& patience) const {
    const auto head = store_->Position(cluster);
    if (!head.ok()) return head.status();
    while (true) {
      if (auto view = Find(cluster)) return view;
      if (patience.cancelled() || options_.now() >= patience.deadline) return CheckPatience(patience);
      std::this_thread::sleep_for(kPollEvery);
    }
  }
  absl::Status CheckPatience(const Patience& patience) const {
    // The deadline first: gRPC also reports a passed deadline as a cancellation.
    if (patience.deadline != absl::InfiniteFuture() && options_.now() >= patience.deadline)
      return model::Error(absl::StatusCode::kDeadlineExceeded, v1::DEADLINE_PASSED,
                          "the answer was not ready before the call's deadline");
    if (patience.cancelled())
      return model::Error(absl::StatusCode::kCancelled, v1::CALL_CANCELLED, "the call was cancelled while it waited");
    return absl::OkStatus();
  }
  std::vector<std::pair<std::string, std::shared_ptr<ClusterView>>> All() const {
    std::lock_guard lock(mutex_);
    return {views_.begin(), views_.end()};
  }
  // Puts a view in place of an older one of the name.
  void Install(const std::string& cluster, std::shared_ptr<ClusterView> view) {
    std::shared_ptr<ClusterView> old;
    {
      std::lock_guard lock(mutex_);
      old = std::exchange(views_[cluster], std::move(view));
    }
    if (old != nullptr) old->Drop();
  }
  void Remove(const std::string& cluster, const std::shared_ptr<ClusterView>& view) {
    std::lock_guard lock(mutex_);
    if (const auto found = views_.find(cluster); found != views_.end() && found->second == view) views_.erase(found);
  }
  // The store waits between its own tries.
  absl::Status LoadPatiently(ClusterView& view) {
    absl::Status loaded = view.Load(store_);
    for (int again = 0; absl::IsUnavailable(loaded) && again < kLoadAgain; ++again) loaded = view.Load(store_);
    return loaded;
  }
  // Reads a cluster anew. Nobody tells again what was told once, so that what fails is tried until it is done. Holds
  // telling_.
  void LoadAnew(const std::string& cluster) {
    auto view = std::make_shared<ClusterView>(cluster, &options_);
    const absl::Status loaded = LoadPatiently(*view);
    if (loaded.ok()) Install(cluster, std::move(view));
    std::lock_guard lock(mutex_);
    if (loaded.ok() || absl::IsNotFound(loaded)) {
      behind_.erase(cluster);
      return;
    }
    behind_.insert(cluster);
    if (!reloading_.joinable()) reloading_ = std::thread([this] { Reload(); });
    wake_.notify_all();
  }
  bool IsBehind(const std::string& cluster) const {
    std::lock_guard lock(mutex_);
    return behind_.contains(cluster);
  }
  void Reload() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      wake_.wait(lock, [this] { return stopping_ || !behind_.empty(); });
      if (wake_.wait_for(lock, kBetweenLoads, [this] { return stopping_; })) return;
      const std::set<std::string> behind = behind_;
      lock.unlock();
      for (const std::string& cluster : behind) {
        std::lock_guard telling(telling_);
        if (IsBehind(cluster)) LoadAnew(cluster);
      }
      lock.lock();
    }
  }

  absl::StatusOr<model::SnapshotPtr> At(ClusterView& view, std::int64_t revision, const Patience& patience) {
    const model::SnapshotPtr current = view.Current();
    const std::int64_t latest = current->position().revision;
    if (revision < 1 || revision > latest) {
      const auto earliest = store_->EarliestRetained(current->position().cluster);
      return NotRetained(revision, earliest.ok() ? *earliest : latest, latest);
    }
    if (model::SnapshotPtr kept = view.Kept(revision)) return kept;
    auto undone = UndoTo(store_, view.OldestAbove(revision), revision, patience);
    if (undone.ok()) {
      view.KeepUndone(*undone);
      std::lock_guard lock(mutex_);
      ++undos_;
    }
    return undone;
  }

  store::Store* const store_;
  const ViewOptions options_;
  std::mutex telling_;  // before mutex_; held while the store's news are taken in, one after the other
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::set<std::string> behind_;  // by mutex_: clusters whose view is not what was told, because it could not be read
  bool stopping_ = false;         // by mutex_
  std::thread reloading_;         // there once something was behind
  std::map<std::string, std::shared_ptr<ClusterView>, std::less<>> views_;
  std::int64_t undos_ = 0;
};

Views::Views(store::Store* store, ViewOptions options) : impl_(std::make_unique<Impl>(store, std::move(options))) {}
Views::~Views() = default;

absl::Status Views::Load() {
  const auto logs = impl_->store_->ListLogs();
  if (!logs.ok()) return logs.status();
  for (const auto& [cluster, position] : *logs) {
    if (!impl_->Holds(cluster)) continue;
    // In place before it is loaded: a commit that comes meanwhile waits for the load and is applied after it.
    const auto view = std::make_shared<ClusterView>(cluster, &impl_->options_);
    impl_->Install(cluster, view);
    const absl::Status loaded = impl_->LoadPatiently(*view);
    if (absl::IsNotFound(loaded)) {
      impl_->Remove(cluster, view);  // dropped since it was listed
    } else if (!loaded.ok()) {
      return loaded;
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<model::SnapshotPtr> Views::Current(std::string_view cluster) const {
  const auto view = impl_->Get(cluster);
  if (!view.ok()) return view.status();
  return (*view)->Current();
}

absl::StatusOr<model::SnapshotPtr> Views::Resolve(std::string_view cluster, const v1::ReadAt& at,
                                                  const Patience& patience) const {
  for (;;) {
    auto view = impl_->Get(cluster);
    if (absl::IsNotFound(view.status()) && at.has_min_revision()) view = impl_->Await(cluster, patience);
    if (!view.ok()) return view.status();
    model::SnapshotPtr current = (*view)->Current();
    if (at.position_case() == v1::ReadAt::POSITION_NOT_SET) return current;
    const v1::Revision& asked = at.has_min_revision() ? at.min_revision() : at.at_revision();
    const bool other_uid = !asked.cluster_uid().empty() && asked.cluster_uid() != current->position().cluster_uid;
    if (other_uid || (asked.epoch() != 0 && asked.epoch() != current->position().epoch))
      return EpochChanged(asked, current->position());
    if (!at.has_min_revision()) return impl_->At(**view, asked.number(), patience);
    auto reached = (*view)->WaitFor(asked.number(), patience);
    if (!absl::IsNotFound(reached.status()) || !impl_->Replaced(cluster, *view)) return reached;
  }
}

absl::StatusOr<model::SnapshotPtr> Views::WaitFor(std::string_view cluster, std::int64_t revision,
                                                  const Patience& patience) const {
  for (;;) {
    const auto view = impl_->Get(cluster);
    if (!view.ok()) return view.status();
    auto reached = (*view)->WaitFor(revision, patience);
    if (!absl::IsNotFound(reached.status()) || !impl_->Replaced(cluster, *view)) return reached;
  }
}

absl::Status Views::WaitApplied(std::string_view cluster, const store::LogPosition& position,
                                const Patience& patience) const {
  if (!impl_->Holds(cluster)) return WrongReplica(cluster);
  for (;;) {
    const auto view = impl_->Find(cluster);
    if (view != nullptr && view->uid() == position.uid) {
      if (view->epoch() > position.epoch) return OtherEpoch(position, *view);
      const absl::Status applied = view->WaitApplied(position.revision, patience);
      if (!absl::IsNotFound(applied) || !impl_->Replaced(cluster, view)) return applied;
      continue;
    }
    // This is the view of a log before or after the asked one; the store knows which.
    const auto head = impl_->store_->Position(cluster);
    if (!head.ok()) return head.status();
    if (head->uid != position.uid) return model::NotFound("clusters/" + std::string(cluster));
    if (absl::Status wait = CheckPatience(patience); !wait.ok()) return wait;
    std::this_thread::sleep_for(kPollEvery);
  }
}

std::optional<model::Delta> Views::Between(const model::Snapshot& from, const model::Snapshot& to) const {
  const auto view = impl_->Find(from.position().cluster);
  if (view == nullptr) return std::nullopt;
  return view->Between(from, to);
}

absl::Status Views::CheckPatience(const Patience& patience) const { return impl_->CheckPatience(patience); }

std::vector<std::string> Views::Clusters() const {
  std::vector<std::string> clusters;
  for (const auto& [cluster, view] : impl_->All()) clusters.push_back(cluster);
  return clusters;
}

bool Views::HoldsAll() const { return impl_->options_.held.HasAll(); }

ViewStats Views::Stats() const {
  ViewStats stats;
  for (const auto& [cluster, view] : impl_->All()) {
    ++stats.clusters;
    view->AddTo(&stats);
  }
  std::lock_guard lock(impl_->mutex_);
  stats.undos = impl_->undos_;
  return stats;
}

void Views::OnCommit(const std::string& log, const store::LogPosition& position,
                     const std::shared_ptr<const store::LogEntry>& entry) {
  if (!impl_->Holds(log)) return;
  std::lock_guard telling(impl_->telling_);
  if (impl_->IsBehind(log)) return impl_->LoadAnew(log);
  auto view = impl_->Find(log);
  if (view == nullptr || (position.revision == 1 && view->uid() != position.uid)) {
    view = std::make_shared<ClusterView>(log, &impl_->options_);
    if (view->Apply(position, *entry)) return impl_->Install(log, std::move(view));
  } else if (view->Apply(position, *entry)) {
    return;
  }
  // Commits were missed, which a store that tells of each does not let happen: begin again from what it holds.
  impl_->LoadAnew(log);
}

void Views::OnReload(const std::string& log) {
  if (!impl_->Holds(log)) return;
  std::lock_guard telling(impl_->telling_);
  impl_->LoadAnew(log);
}

void Views::OnDrop(const std::string& log, const std::string& uid) {
  std::lock_guard telling(impl_->telling_);
  std::shared_ptr<ClusterView> view;
  {
    std::lock_guard lock(impl_->mutex_);
    const auto found = impl_->views_.find(log);
    if (found == impl_->views_.end() || found->second->uid() != uid) return;
    view = std::move(found->second);
    impl_->views_.erase(found);
  }
  view->Drop();
}

}  // namespace bulian::view
