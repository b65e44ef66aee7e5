#include "services/store/redis/follower.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/time/clock.h"
#include "services/store/log_codec.h"
#include "services/store/redis/scripts.h"
#include "services/store/steady_time.h"

namespace bulian::store::redis {
namespace {

// A log first seen with more commits than this is read anew rather than replayed.
constexpr std::int64_t kMostReplayed = 1000;
constexpr std::int64_t kMostEntries = 1024;
constexpr std::size_t kPieceBytes = std::size_t{1} << 20;
// How long a commit may wait for its writer to confirm it before a follower does.
constexpr absl::Duration kOthersConfirm = absl::Seconds(1);
constexpr absl::Duration kListenTimeout = absl::Milliseconds(200);
constexpr auto kListenPause = std::chrono::milliseconds(100);

}  // namespace

Follower::Follower(ExecutorShared* shared, Reader* reader)
    : shared_(*shared), options_(*shared->options), reader_(*reader) {}

Follower::~Follower() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  end_.notify_all();
  moved_.notify_all();
  if (following_.joinable()) following_.join();
  if (listening_.joinable()) listening_.join();
}

absl::Status Follower::Start(CommitObserver* observer) {
  observer_.store(observer);
  const auto heads = reader_.ReadHeads(options_.followed);
  if (!heads.ok()) return heads.status();
  for (const auto& [log, head] : *heads) Adopt(log, head);
  {
    const std::lock_guard lock(mutex_);
    complete_at_ = SteadyNow();
  }
  following_ = std::thread([this] { FollowLoop(); });
  listening_ = std::thread([this] { ListenLoop(); });
  return absl::OkStatus();
}

void Follower::Adopt(const std::string& log, const Head& head) {
  Told told;
  told.uid = head.position.uid;
  told.digest = head.digest;
  told.epoch = head.position.epoch;
  told.revision = told.known = head.position.revision;
  if (options_.wait_replicas > 0 && head.confirmed < told.revision) {
    // What is not confirmed is told once it is; the digest of what is before it is not known.
    told.revision = head.confirmed;
    told.digest.clear();
  }
  told_[log] = told;
  Publish(log, told);
}

void Follower::Publish(const std::string& log, const Told& told) {
  {
    const std::lock_guard lock(mutex_);
    seen_[log] = told;
  }
  moved_.notify_all();
}

void Follower::Mark(const std::string& log) {
  if (!options_.followed.Has(log)) return;
  {
    const std::lock_guard lock(mutex_);
    marked_.insert(log);
  }
  wake_.notify_one();
}

void Follower::FollowLoop() {
  absl::Time next_look = SteadyNow();
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const absl::Duration until = next_look - SteadyNow();
    wake_.wait_for(lock, absl::ToChronoNanoseconds(std::max(until, absl::ZeroDuration())),
                   [this] { return stopping_ || !marked_.empty(); });
    std::set<std::string> marked = std::exchange(marked_, {});
    lock.unlock();
    for (const std::string& log : marked) CatchUp(log);
    if (SteadyNow() >= next_look) {
      LookAtHeads();
      next_look = SteadyNow() + options_.poll;
    }
    lock.lock();
  }
}

void Follower::LookAtHeads() {
  bool complete = true;
  const auto heads = reader_.ReadHeads(options_.followed, &complete);
  if (!heads.ok()) return;
  std::set<std::string> gone;
  for (const auto& [log, told] : told_) gone.insert(log);
  for (const auto& [log, head] : *heads) {
    gone.erase(log);
    const auto told = told_.find(log);
    const bool same = told != told_.end() && told->second.uid == head.position.uid &&
                      told->second.epoch == head.position.epoch && told->second.revision == head.position.revision;
    if (!same) complete &= CatchUp(log);
  }
  for (const std::string& log : gone) complete &= CatchUp(log);
  if (!complete) return;
  const std::lock_guard lock(mutex_);
  complete_at_ = SteadyNow();
}

bool Follower::CatchUp(const std::string& log) {
  while (true) {
    auto found = told_.find(log);
    if (found == told_.end()) {
      const auto head = reader_.ReadHead(log);
      if (!head.ok()) return false;
      if (!head->exists()) return true;
      Told fresh;
      fresh.uid = head->position.uid;
      fresh.epoch = head->position.epoch;
      fresh.digest = GenesisDigest(fresh.uid);
      fresh.known = head->position.revision;
      if (head->loaded || head->earliest > 1 || head->position.revision > kMostReplayed) {
        Reload(log, *head);
        continue;
      }
      found = told_.emplace(log, std::move(fresh)).first;
    }
    Told& told = found->second;
    const auto piece = reader_.ReadEntries(log, told.revision, told.count);
    if (absl::IsNotFound(piece.status())) {
      Drop(log);
      continue;
    }
    if (absl::IsOutOfRange(piece.status())) {
      const auto head = reader_.ReadHead(log);
      if (!head.ok()) return false;
      if (!head->exists() || head->position.uid != told.uid) {
        Drop(log);
      } else if (head->position.epoch == told.epoch && head->position.revision < told.revision) {
        Fork(log, *head);
      } else {
        Reload(log, *head);
      }
      continue;
    }
    if (!piece.ok()) return false;
    if (piece->head.position.uid != told.uid) {
      Drop(log);
      continue;
    }
    told.known = piece->head.position.revision;
    if (piece->head.position.epoch < told.epoch) {
      Fork(log, piece->head);
      continue;
    }
    if (piece->entries.empty()) {
      if (piece->head.position.epoch > told.epoch) {
        Reload(log, piece->head);
        continue;
      }
      if (told.revision < told.known) Confirm(log, piece->head);
      Publish(log, told);
      return true;
    }
    if (!Tell(log, told, *piece)) continue;
  }
}

bool Follower::Tell(const std::string& log, Told& told, const EntryPiece& piece) {
  std::size_t bytes = 0;
  for (const StoredEntry& stored : piece.entries) {
    const LogEntry& entry = *stored.entry;
    const bool follows = entry.epoch == told.epoch && (told.digest.empty() || entry.predecessor_digest == told.digest);
    if (!follows) {
      // Someone else may have seen it first and raised the epoch.
      if (piece.head.position.epoch == told.epoch) {
        Fork(log, piece.head);
      } else {
        Reload(log, piece.head);
      }
      return false;
    }
    bytes += stored.bytes;
    if (CommitObserver* observer = observer_.load()) {
      observer->OnCommit(log, {told.uid, entry.epoch, entry.revision, entry.commit_time}, stored.entry);
    }
    told.revision = entry.revision;
    told.digest = stored.digest;
  }
  told.unconfirmed_since = absl::InfiniteFuture();
  told.count = std::clamp(bytes < kPieceBytes ? told.count * 2 : told.count / 2, std::int64_t{1}, kMostEntries);
  Publish(log, told);
  return true;
}

void Follower::Fork(const std::string& log, const Head& head) {
  const std::int64_t told_epoch = told_[log].epoch;
  const std::int64_t epoch = std::max({head.position.epoch, told_epoch}) + 1;
  const LogKeys keys(options_.prefix, log);
  reader_.Take()
      ->RunOne(keys.slot, Call(Script::kRaiseEpoch, {keys.head},
                               {head.digest, std::to_string(epoch), EpochDigest(head.digest, epoch)}))
      .IgnoreError();
  // Whoever raised it, it is read anew as it is now.
  const auto now = reader_.ReadHead(log);
  if (now.ok() && now->exists() && now->position.epoch > told_epoch) Reload(log, *now);
}

void Follower::Reload(const std::string& log, const Head& head) {
  Adopt(log, head);
  {
    const std::lock_guard lock(mutex_);
    ++reloads_;
  }
  if (CommitObserver* observer = observer_.load()) observer->OnReload(log);
}

void Follower::Drop(const std::string& log) {
  const auto found = told_.find(log);
  if (found == told_.end()) return;
  const std::string uid = found->second.uid;
  told_.erase(found);
  if (CommitObserver* observer = observer_.load()) observer->OnDrop(log, uid);
  {
    const std::lock_guard lock(mutex_);
    seen_.erase(log);
  }
  moved_.notify_all();
}

void Follower::Confirm(const std::string& log, const Head& head) {
  if (options_.wait_replicas == 0) return;
  Told& told = told_[log];
  const absl::Time now = SteadyNow();
  if (told.unconfirmed_since == absl::InfiniteFuture()) told.unconfirmed_since = now;
  if (now - told.unconfirmed_since < kOthersConfirm) return;
  told.unconfirmed_since = now;
  // A write of this connection's own, so that WAIT counts from it: what came before it is held too.
  const LogKeys keys(options_.prefix, log);
  const Errand touch{keys.slot, {"HSET", keys.head, "replayed", TimeText(absl::Now())}};
  const auto held = reader_.Take();
  const std::vector<Outcome> outcomes = held->Run({&touch, 1}, options_.wait_replicas);
  if (!outcomes[0].status.ok() || !outcomes[0].confirmed) return;
  held->RunOne(keys.slot,
               Call(Script::kConfirm, {keys.head},
                    {head.position.uid, std::to_string(head.position.revision), Channel(options_.prefix), log}))
      .IgnoreError();
  Mark(log);
}

bool Follower::WaitTold(std::string_view log, const LogPosition& position, absl::Duration patience) {
  if (!options_.followed.Has(log)) return true;
  Mark(std::string(log));
  std::unique_lock lock(mutex_);
  return moved_.wait_for(lock, absl::ToChronoNanoseconds(patience), [&] {
    const auto found = seen_.find(log);
    if (stopping_) return true;
    if (found == seen_.end()) return false;
    const Told& told = found->second;
    return told.uid != position.uid || told.epoch > position.epoch || told.revision >= position.revision;
  });
}

void Follower::WaitDropped(std::string_view log, std::string_view uid, absl::Duration patience) {
  Mark(std::string(log));
  std::unique_lock lock(mutex_);
  moved_.wait_for(lock, absl::ToChronoNanoseconds(patience), [&] {
    const auto found = seen_.find(log);
    return stopping_ || found == seen_.end() || found->second.uid != uid;
  });
}

Follower::Stats Follower::Read() const {
  const std::lock_guard lock(mutex_);
  Stats stats;
  for (const auto& [log, told] : seen_) stats.lag += std::max<std::int64_t>(told.known - told.revision, 0);
  stats.reloads = reloads_;
  stats.age = SteadyNow() - complete_at_;
  return stats;
}

// Messages of a channel reach subscribers on every node.
bool Follower::Listen(const Endpoint& endpoint) {
  auto connection = Connection::Open(endpoint, options_.credentials, options_.timeout);
  if (!connection.ok()) return false;
  const auto subscribed = (*connection)->Run({"SUBSCRIBE", Channel(options_.prefix)});
  if (!subscribed.ok() || Reply(subscribed->get()).IsError()) return false;
  while (true) {
    const auto message = (*connection)->ReceiveWithin(kListenTimeout);
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return true;
    }
    if (!message.ok()) return false;
    const Reply parts(message->get());
    if (parts[0].Text() == "message") Mark(std::string(parts[2].Text()));
  }
}

void Follower::ListenLoop() {
  while (true) {
    const auto masters = shared_.topology->Masters();
    const bool known = masters.ok() && !masters->empty();
    if (known && !Listen(masters->front())) shared_.topology->Doubt(masters->front());
    std::unique_lock lock(mutex_);
    if (end_.wait_for(lock, kListenPause, [this] { return stopping_; })) return;
  }
}

}  // namespace bulian::store::redis
