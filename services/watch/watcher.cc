#include "services/watch/watcher.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "services/model/error.h"
#include "services/store/steady_time.h"

namespace bulian::watch {
namespace {

constexpr int kStepsInARow = 32;  // then others have their turn
constexpr std::size_t kPieceEntries = 64, kPieceBytes = 256 * 1024;
// Mark of a message after which nothing can be resumed.
constexpr std::int64_t kNowhere = -1;
constexpr absl::Duration kTryAgain = absl::Milliseconds(100);

std::size_t BytesOf(const store::LogEntry& entry) {
  std::size_t bytes = 0;
  for (const auto& change : entry.changes)
    bytes += (change.before ? change.before->size() : 0) + (change.after ? change.after->size() : 0);
  return bytes;
}

}  // namespace

Watcher::Watcher(std::unique_ptr<Topic> topic, std::shared_ptr<rpc::Feed> feed, const WatchSources* sources,
                 const WatcherOptions& options, WatchCounters* counters)
    : topic_(std::move(topic)), feed_(std::move(feed)), sources_(sources), options_(options), counters_(counters) {}

absl::StatusOr<std::int64_t> Watcher::Earliest() const { return sources_->store->EarliestRetained(cluster()); }

absl::Status Watcher::Begin(std::shared_ptr<WatchedLog> log, const model::SnapshotPtr& snapshot) {
  log_ = std::move(log);
  const Query& query = topic_->query();
  if (query.resume) {
    if (absl::Status resumed = Resume(); !resumed.ok()) return resumed;
  } else if (query.start == Start::kEarliest) {
    const auto earliest = Earliest();
    if (!earliest.ok()) return earliest.status();
    after_ = *earliest - 1;
  } else if (query.start == Start::kSnapshot) {
    after_ = snapshot->position().revision;
    in_parts_ = true;
    return topic_->Begin(log_->id(), after_, snapshot);
  } else {
    after_ = log_->Look(0).head;
  }
  start_ = after_;
  return topic_->Begin(log_->id(), after_, nullptr);
}

absl::Status Watcher::Resume() {
  const rpc::PageCursor& token = *topic_->query().resume;
  const WatchedLogId& id = log_->id();
  if (token.cluster_uid != id.uid || token.epoch != id.epoch) {
    return OtherEpoch({id.cluster, token.cluster_uid, token.epoch}, id);
  }
  const auto earliest = Earliest();
  if (!earliest.ok()) return earliest.status();
  after_ = token.revision;
  if (after_ + 1 >= *earliest) return absl::OkStatus();
  return model::Error(absl::StatusCode::kOutOfRange, v1::REVISION_NOT_RETAINED,
                      "the log no longer reaches back to the token; begin with a snapshot",
                      {{"requested", std::to_string(after_ + 1)},
                       {"earliest", std::to_string(*earliest)},
                       {"latest", std::to_string(log_->Look(0).head)}});
}

Watcher::Step Watcher::Advance(bool may_block) {
  for (int i = 0; i < kStepsInARow; ++i) {
    if (closed()) return {};
    const absl::Time now = store::SteadyNow();
    if (feed_->Full()) return Paused(now);
    paused_ = false;
    absl::Status status;
    if (in_parts_) {
      if (may_block) status = SendPart();
      if (status.ok()) return {Next::kBlock};
      End(status);
      return {};
    }
    const absl::Duration heartbeat = topic_->query().heartbeat;
    if (now >= last_sent_ + heartbeat) Send(topic_->Heartbeat(log_->id(), after_), after_);
    const WatchedLog::Sight sight = log_->Look(after_);
    if (sight.end) {
      status = *sight.end;
    } else if (after_ >= sight.head) {
      return {Next::kWait, last_sent_ + heartbeat};
    } else if (sight.next != nullptr) {
      const auto told = Tell(*sight.next, may_block);
      if (told.ok() && !*told) return {Next::kBlock};
      status = told.status();
    } else {
      if (!may_block) return {Next::kBlock};
      const std::int64_t before = after_;
      status = ReadStore(sight.head);
      if (status.ok() && after_ == before) return {Next::kWait, now + kTryAgain};
      if (status.ok()) return {Next::kBlock};
    }
    if (status.ok()) continue;
    feed_->End(status);
    return {};
  }
  return {Next::kGo};
}

Watcher::Step Watcher::Paused(absl::Time now) {
  const std::uint64_t taken = feed_->Taken();
  if (!paused_ || taken != paused_taken_) {
    paused_ = true;
    paused_taken_ = taken;
    paused_since_ = now;
  } else if (now >= paused_since_ + options_.slow_after) {
    EndSlow();
    return {};
  }
  return {Next::kWait, paused_since_ + options_.slow_after};
}

void Watcher::EndSlow() {
  counters_->slow_readers.fetch_add(1, std::memory_order_relaxed);
  const std::int64_t mark = feed_->DropQueued().value_or(start_);
  model::ErrorMetadata metadata;
  if (mark != kNowhere) {
    metadata.emplace_back("resume_token", topic_->Token(log_->id(), mark));
  }
  feed_->End(model::Error(absl::StatusCode::kResourceExhausted, v1::READER_TOO_SLOW,
                          "the messages were taken too slowly; go on from the token", metadata));
}

absl::Status Watcher::SendPart() {
  const auto part = topic_->NextPart(log_->id());
  if (!part.ok()) return part.status();
  Send(part->bytes, part->last ? after_ : kNowhere);
  in_parts_ = !part->last;
  return absl::OkStatus();
}

absl::Status Watcher::ReadStore(std::int64_t head) {
  std::vector<std::shared_ptr<const store::LogEntry>> piece;
  std::size_t bytes = 0;
  const absl::Status followed = sources_->store->Follow(cluster(), after_, [&](const auto& entry) {
    // What lies beyond was not told yet: the views may not have it.
    if (entry->revision > head) return false;
    piece.push_back(entry);
    bytes += BytesOf(*entry);
    return piece.size() < kPieceEntries && bytes < kPieceBytes;
  });
  if (!followed.ok()) return followed;
  // The name may have passed to another log. No log's uid comes back, so that it was this one's before, too.
  const auto position = sources_->store->Position(cluster());
  if (!position.ok()) return position.status();
  if (position->uid != log_->id().uid) return model::NotFound("clusters/" + cluster());
  if (position->epoch != log_->id().epoch) return absl::OkStatus();  // the log is about to be ended
  for (const auto& entry : piece) {
    RecentCommit commit(entry);
    if (closed()) return absl::OkStatus();
    if (const auto told = Tell(commit, /*may_block=*/true); !told.ok()) return told.status();
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> Watcher::Tell(RecentCommit& commit, bool may_block) {
  const auto told = topic_->Tell(commit, log_->id(), options_.send_bytes, may_block);
  if (!told.ok()) return told.status();
  if (told->blocks) return false;
  after_ = commit.revision();
  if (told->bytes != nullptr) Send(told->bytes, after_);
  return true;
}

void Watcher::Send(const Bytes& bytes, std::int64_t mark) {
  if (!feed_->Send(bytes, mark)) return;
  counters_->messages.fetch_add(1, std::memory_order_relaxed);
  last_sent_ = store::SteadyNow();
}

}  // namespace bulian::watch
