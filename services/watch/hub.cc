#include "services/watch/hub.h"

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "services/model/error.h"
#include "services/store/steady_time.h"

namespace bulian::watch {
namespace {

constexpr int kThreads = 3;
constexpr int kMayBlock = 2;  // of these
// How long to wait when views and hub were not told of the same yet.
constexpr absl::Duration kTryAgain = absl::Milliseconds(20);

absl::Status GoingDown() {
  return model::Error(absl::StatusCode::kUnavailable, v1::SHUTTING_DOWN, "the server is going down");
}

}  // namespace

class Hub::Impl {
 public:
  explicit Impl(const WatcherOptions& options) : options_(options) {}

  void Start(const WatchSources& sources);
  void Stop();
  void Add(std::unique_ptr<Topic> topic, const std::shared_ptr<rpc::Feed>& feed);
  HubStats Stats() const;
  void OnCommit(const std::string& log, const store::LogPosition& position,
                const std::shared_ptr<const store::LogEntry>& entry);
  void OnDrop(const std::string& log, const std::string& uid);
  void OnReload(const std::string& log);

 private:
  // A log and who watches it.
  struct Log;
  // A watch and its place in the schedule; all but `watcher` by mutex_.
  struct Seat {
    std::unique_ptr<Watcher> watcher;
    std::shared_ptr<Log> log;  // once joined
    bool queued = false, running = false, again = false, gone = false;
    absl::Time alarm = absl::InfiniteFuture();
  };
  struct Log {
    explicit Log(std::shared_ptr<WatchedLog> of) : watched(std::move(of)) {}
    const std::shared_ptr<WatchedLog> watched;
    std::set<std::shared_ptr<Seat>> seats;
    bool stirred = false;  // in stirred_
  };
  class Listener;
  using Lock = std::unique_lock<std::mutex>;

  void Serve();
  void TakeAlarms(absl::Time now);
  std::shared_ptr<Seat> Take(bool* may_block);
  Watcher::Step Run(const std::shared_ptr<Seat>& seat, bool may_block);
  Watcher::Step Join(const std::shared_ptr<Seat>& seat);
  void Settle(const std::shared_ptr<Seat>& seat, bool may_block, const Watcher::Step& step);
  // Told by feeds.
  void Room(const std::shared_ptr<Seat>& seat);
  void Closed(const std::shared_ptr<Seat>& seat);
  // These hold mutex_.
  void Queue(const std::shared_ptr<Seat>& seat, bool may_block);
  void Rouse(const std::shared_ptr<Seat>& seat);
  void Stir(const std::shared_ptr<Log>& log);
  void SetAlarm(const std::shared_ptr<Seat>& seat, absl::Time at);
  void Leave(const std::shared_ptr<Seat>& seat);
  std::shared_ptr<Log> LogAt(const std::string& cluster, const std::string& uid, std::int64_t epoch);

  const WatcherOptions options_;
  WatchSources sources_;
  WatchCounters counters_;
  std::vector<std::thread> threads_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopped_ = true;
  std::map<std::string, std::shared_ptr<Log>> logs_;  // by cluster
  std::set<std::shared_ptr<Seat>> seats_;
  std::deque<std::shared_ptr<Seat>> ready_, blocking_;
  std::deque<std::shared_ptr<Log>> stirred_;  // whose watchers have something to tell
  std::set<std::pair<absl::Time, std::shared_ptr<Seat>>> alarms_;
  int blocked_ = 0;  // threads that may be blocking
};

// What a feed tells; it may outlast the watch.
class Hub::Impl::Listener final : public rpc::FeedListener {
 public:
  Listener(Impl* hub, const std::shared_ptr<Seat>& seat) : hub_(hub), seat_(seat) {}
  void OnRoom() override {
    if (const auto seat = seat_.lock()) hub_->Room(seat);
  }
  void OnClosed() override {
    if (const auto seat = seat_.lock()) hub_->Closed(seat);
  }

 private:
  Impl* const hub_;
  const std::weak_ptr<Seat> seat_;
};

void Hub::Impl::Start(const WatchSources& sources) {
  sources_ = sources;
  {
    const Lock lock(mutex_);
    stopped_ = false;
  }
  for (int i = 0; i < kThreads; ++i) threads_.emplace_back([this] { Serve(); });
}

void Hub::Impl::Stop() {
  std::set<std::shared_ptr<Seat>> rest;
  {
    const Lock lock(mutex_);
    stopped_ = true;
    rest = seats_;
  }
  wake_.notify_all();
  for (const auto& seat : rest) seat->watcher->End(GoingDown());
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  const Lock lock(mutex_);
  seats_.clear();
  ready_.clear();
  blocking_.clear();
  alarms_.clear();
  stirred_.clear();
  logs_.clear();
  for (const auto& seat : rest) seat->log = nullptr;
}

void Hub::Impl::Add(std::unique_ptr<Topic> topic, const std::shared_ptr<rpc::Feed>& feed) {
  const auto seat = std::make_shared<Seat>();
  seat->watcher = std::make_unique<Watcher>(std::move(topic), feed, &sources_, options_, &counters_);
  bool stopped;
  {
    const Lock lock(mutex_);
    stopped = stopped_;
    if (!stopped) seats_.insert(seat);
  }
  if (stopped) return feed->End(GoingDown());
  feed->Listen(std::make_shared<Listener>(this, seat));
  const Lock lock(mutex_);
  if (!seat->gone) Queue(seat, /*may_block=*/true);
}

HubStats Hub::Impl::Stats() const {
  const Lock lock(mutex_);
  return {static_cast<std::int64_t>(seats_.size()), counters_.messages.load(), counters_.slow_readers.load()};
}

void Hub::Impl::Serve() {
  Lock lock(mutex_);
  while (!stopped_) {
    TakeAlarms(store::SteadyNow());
    bool may_block = false;
    const std::shared_ptr<Seat> seat = Take(&may_block);
    if (seat == nullptr) {
      if (alarms_.empty())
        wake_.wait(lock);
      else
        wake_.wait_for(lock, absl::ToChronoNanoseconds(alarms_.begin()->first - store::SteadyNow()));
      continue;
    }
    seat->queued = false;
    seat->running = true;
    seat->again = false;
    if (may_block) ++blocked_;
    lock.unlock();
    const Watcher::Step step = Run(seat, may_block);
    lock.lock();
    if (may_block) --blocked_;
    seat->running = false;
    Settle(seat, may_block, step);
  }
}

void Hub::Impl::TakeAlarms(absl::Time now) {
  while (!alarms_.empty() && alarms_.begin()->first <= now) {
    const std::shared_ptr<Seat> seat = alarms_.begin()->second;
    alarms_.erase(alarms_.begin());
    seat->alarm = absl::InfiniteFuture();
    Rouse(seat);
  }
}

std::shared_ptr<Hub::Impl::Seat> Hub::Impl::Take(bool* may_block) {
  while (!stirred_.empty()) {
    const std::shared_ptr<Log> log = std::move(stirred_.front());
    stirred_.pop_front();
    log->stirred = false;
    for (const auto& seat : log->seats) Rouse(seat);
    wake_.notify_all();
  }
  std::shared_ptr<Seat> seat;
  while (seat == nullptr && !ready_.empty()) {
    seat = std::move(ready_.front());
    ready_.pop_front();
    if (seat->gone) seat = nullptr;
  }
  while (seat == nullptr && !blocking_.empty() && blocked_ < kMayBlock) {
    *may_block = true;
    seat = std::move(blocking_.front());
    blocking_.pop_front();
    if (seat->gone) seat = nullptr;
  }
  return seat;
}

Watcher::Step Hub::Impl::Run(const std::shared_ptr<Seat>& seat, bool may_block) {
  if (seat->watcher->begun()) return seat->watcher->Advance(may_block);
  if (!may_block) return {Watcher::Next::kBlock};
  return Join(seat);
}

Watcher::Step Hub::Impl::Join(const std::shared_ptr<Seat>& seat) {
  Watcher& watcher = *seat->watcher;
  const std::string& cluster = watcher.cluster();
  const auto snapshot = sources_.views->Current(cluster);
  if (!snapshot.ok()) {
    watcher.End(snapshot.status());
    return {};
  }
  const model::SnapshotPosition& position = (*snapshot)->position();
  std::shared_ptr<WatchedLog> watched;
  {
    const Lock lock(mutex_);
    if (seat->gone) return {};
    const std::shared_ptr<Log> log = LogAt(cluster, position.cluster_uid, position.epoch);
    // Views and hub are told one after the other, so that they may hold different logs of the name for a moment.
    if (log == nullptr) return {Watcher::Next::kWait, store::SteadyNow() + kTryAgain};
    log->watched->Reached(position.revision);
    log->watched->Keep(true);
    log->seats.insert(seat);
    seat->log = log;
    watched = log->watched;
  }
  // A log that was dropped before this is not told of again.
  const auto again = sources_.views->Current(cluster);
  absl::Status status = again.ok() ? absl::OkStatus() : again.status();
  if (again.ok() && (*again)->position().cluster_uid != position.cluster_uid)
    status = model::NotFound("clusters/" + cluster);
  if (status.ok()) status = watcher.Begin(std::move(watched), *snapshot);
  if (status.ok()) return {Watcher::Next::kGo};
  watcher.End(status);
  return {};
}

void Hub::Impl::Settle(const std::shared_ptr<Seat>& seat, bool may_block, const Watcher::Step& step) {
  if (step.next == Watcher::Next::kDone || seat->gone || seat->watcher->closed()) return Leave(seat);
  if (stopped_) return;
  const bool blocks = step.next == Watcher::Next::kBlock;
  if (blocks || step.next == Watcher::Next::kGo) {
    Queue(seat, blocks);
  } else if (seat->again) {
    Queue(seat, !seat->watcher->begun());
  } else {
    SetAlarm(seat, step.wake);
  }
  if (may_block && !blocking_.empty()) wake_.notify_one();
}

void Hub::Impl::Room(const std::shared_ptr<Seat>& seat) {
  const Lock lock(mutex_);
  Rouse(seat);
}

void Hub::Impl::Closed(const std::shared_ptr<Seat>& seat) {
  seat->watcher->Close();
  const Lock lock(mutex_);
  if (!seat->running) Leave(seat);
}

void Hub::Impl::Queue(const std::shared_ptr<Seat>& seat, bool may_block) {
  seat->queued = true;
  (may_block ? blocking_ : ready_).push_back(seat);
  wake_.notify_one();
}

void Hub::Impl::Rouse(const std::shared_ptr<Seat>& seat) {
  if (seat->gone || seat->queued) return;
  if (seat->running)
    seat->again = true;
  else
    Queue(seat, !seat->watcher->begun());
}

void Hub::Impl::Stir(const std::shared_ptr<Log>& log) {
  if (log->stirred || log->seats.empty()) return;
  log->stirred = true;
  stirred_.push_back(log);
  wake_.notify_one();
}

void Hub::Impl::SetAlarm(const std::shared_ptr<Seat>& seat, absl::Time at) {
  if (seat->alarm <= at) return;  // comes early, and is set anew then
  if (seat->alarm != absl::InfiniteFuture()) alarms_.erase({seat->alarm, seat});
  const bool first = alarms_.empty() || at < alarms_.begin()->first;
  seat->alarm = at;
  alarms_.insert({at, seat});
  if (first) wake_.notify_one();
}

void Hub::Impl::Leave(const std::shared_ptr<Seat>& seat) {
  if (seat->gone) return;
  seat->gone = true;
  if (seat->alarm != absl::InfiniteFuture()) alarms_.erase({seat->alarm, seat});
  seats_.erase(seat);
  const std::shared_ptr<Log> log = std::exchange(seat->log, nullptr);
  if (log == nullptr) return;
  log->seats.erase(seat);
  if (log->seats.empty()) log->watched->Keep(false);
}

std::shared_ptr<Hub::Impl::Log> Hub::Impl::LogAt(const std::string& cluster, const std::string& uid,
                                                 std::int64_t epoch) {
  std::shared_ptr<Log>& log = logs_[cluster];
  if (log == nullptr) {
    log = std::make_shared<Log>(std::make_shared<WatchedLog>(WatchedLogId{cluster, uid, epoch}, 0));
  } else if (log->watched->id().uid != uid || log->watched->id().epoch != epoch) {
    return nullptr;
  }
  return log;
}

void Hub::Impl::OnCommit(const std::string& cluster, const store::LogPosition& position,
                         const std::shared_ptr<const store::LogEntry>& entry) {
  const Lock lock(mutex_);
  if (stopped_) return;
  std::shared_ptr<Log> log = LogAt(cluster, position.uid, position.epoch);
  if (log == nullptr) {  // another log, which it was not told of by OnDrop or OnReload
    std::shared_ptr<Log>& place = logs_[cluster];
    place->watched->End(OtherEpoch(place->watched->id(), {cluster, position.uid, position.epoch}), /*at_once=*/true);
    Stir(place);
    place = nullptr;
    log = LogAt(cluster, position.uid, position.epoch);
  }
  log->watched->Append(entry);
  Stir(log);
}

void Hub::Impl::OnDrop(const std::string& cluster, const std::string& uid) {
  const Lock lock(mutex_);
  const auto found = logs_.find(cluster);
  if (found == logs_.end() || found->second->watched->id().uid != uid) return;
  found->second->watched->End(model::NotFound("clusters/" + cluster), /*at_once=*/false);
  Stir(found->second);
  logs_.erase(found);
}

void Hub::Impl::OnReload(const std::string& cluster) {
  {
    const Lock lock(mutex_);
    if (stopped_ || logs_.count(cluster) == 0) return;
  }
  const auto snapshot = sources_.views->Current(cluster);
  const Lock lock(mutex_);
  const auto found = logs_.find(cluster);
  if (found == logs_.end()) return;
  WatchedLog& watched = *found->second->watched;
  Stir(found->second);
  if (!snapshot.ok()) {
    watched.End(snapshot.status(), /*at_once=*/true);
    logs_.erase(found);
    return;
  }
  const model::SnapshotPosition& position = (*snapshot)->position();
  if (watched.id().uid == position.cluster_uid && watched.id().epoch == position.epoch)
    return watched.Reached(position.revision);
  watched.End(OtherEpoch(watched.id(), {cluster, position.cluster_uid, position.epoch}), /*at_once=*/true);
  logs_.erase(found);
}

Hub::Hub(const WatcherOptions& options) : impl_(std::make_unique<Impl>(options)) {}
Hub::~Hub() { Stop(); }
void Hub::Start(const WatchSources& sources) { impl_->Start(sources); }
void Hub::Stop() { impl_->Stop(); }
void Hub::Add(std::unique_ptr<Topic> topic, const std::shared_ptr<rpc::Feed>& feed) {
  impl_->Add(std::move(topic), feed);
}
HubStats Hub::Stats() const { return impl_->Stats(); }
void Hub::OnCommit(const std::string& log, const store::LogPosition& position,
                   const std::shared_ptr<const store::LogEntry>& entry) {
  impl_->OnCommit(log, position, entry);
}
void Hub::OnDrop(const std::string& log, const std::string& uid) { impl_->OnDrop(log, uid); }
void Hub::OnReload(const std::string& log) { impl_->OnReload(log); }

}  // namespace bulian::watch
