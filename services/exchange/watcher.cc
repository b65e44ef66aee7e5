#include "services/exchange/watcher.h"

#include <algorithm>
#include <string>

#include "absl/time/clock.h"
#include "google/protobuf/arena.h"
#include "services/exchange/export.h"
#include "services/model/error.h"
#include "services/model/record_resource.h"
#include "services/resource/resource_message.h"

namespace bulian::exchange {
namespace {

using model::ResourceType;

constexpr int kStepsInARow = 32;  // then others have their turn
constexpr std::size_t kPieceEntries = 64, kPieceBytes = 256 * 1024;
constexpr std::size_t kPartBytes = 1 << 20;
constexpr int kPartRecords = 1000;
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

Watcher::Watcher(WatchQuery query, std::shared_ptr<rpc::Feed> feed, const resource::Context* context,
                 const WatcherOptions& options, WatchCounters* counters)
    : query_(std::move(query)), feed_(std::move(feed)), context_(context), options_(options), counters_(counters) {}

absl::StatusOr<std::int64_t> Watcher::Earliest() const { return context_->store->EarliestRetained(query_.cluster); }

absl::Status Watcher::Begin(std::shared_ptr<WatchedLog> log, const model::SnapshotPtr& snapshot) {
  log_ = std::move(log);
  if (query_.resume) {
    if (absl::Status resumed = Resume(); !resumed.ok()) return resumed;
  } else if (query_.start == v1::EARLIEST) {
    const auto earliest = Earliest();
    if (!earliest.ok()) return earliest.status();
    after_ = *earliest - 1;
  } else if (query_.start == v1::SNAPSHOT_THEN_FOLLOW) {
    after_ = snapshot->position().revision;
    CollectRows(snapshot);
    return absl::OkStatus();
  } else {
    after_ = log_->Look(0).head;
  }
  start_ = after_;
  return absl::OkStatus();
}

absl::Status Watcher::Resume() {
  const rpc::PageCursor& token = *query_.resume;
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

void Watcher::CollectRows(const model::SnapshotPtr& snapshot) {
  rest_ = std::make_unique<Rest>();
  rest_->snapshot = snapshot;
  VisitInImportOrder(*snapshot, context_->families, [&](ResourceType type, model::Row row) {
    if (query_.filter.Passes(type, snapshot->Name(type, row))) rest_->rows.emplace_back(type, row);
    return !closed();
  });
}

Watcher::Step Watcher::Advance(bool may_block) {
  for (int i = 0; i < kStepsInARow; ++i) {
    if (closed()) return {};
    const absl::Time now = absl::Now();
    if (feed_->Full()) return Paused(now);
    paused_ = false;
    if (rest_ != nullptr) {
      if (may_block) SendSnapshotPart();
      return {Next::kBlock};
    }
    if (now >= last_sent_ + query_.heartbeat)
      Send(HeartbeatMessage(after_, query_.filter, log_->id(), *context_->page_tokens), after_);
    const WatchedLog::Sight sight = log_->Look(after_);
    absl::Status status;
    if (sight.end) {
      status = *sight.end;
    } else if (after_ >= sight.head) {
      return {Next::kWait, last_sent_ + query_.heartbeat};
    } else if (sight.next != nullptr) {
      status = Tell(*sight.next);
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
    metadata.emplace_back(
        "resume_token", SealResumeToken(*context_->page_tokens, query_.filter, log_->id().uid, log_->id().epoch, mark));
  }
  feed_->End(model::Error(absl::StatusCode::kResourceExhausted, v1::READER_TOO_SLOW,
                          "the messages were taken too slowly; go on from the token", metadata));
}

void Watcher::SendSnapshotPart() {
  google::protobuf::Arena arena;
  auto& message = *google::protobuf::Arena::CreateMessage<v1::WatchChangesResponse>(&arena);
  const model::Snapshot& snapshot = *rest_->snapshot;
  v1::SnapshotPart& part = *message.mutable_snapshot();
  std::size_t bytes = 0;
  for (; rest_->next < rest_->rows.size(); ++rest_->next) {
    const auto& row = rest_->rows[rest_->next];
    // Chains begin a message of their own, as in an export.
    const bool new_part = part.records_size() > 0 && row.first == ResourceType::kChain &&
                          rest_->rows[rest_->next - 1].first != ResourceType::kChain;
    if (new_part || part.records_size() == kPartRecords || bytes >= kPartBytes) break;
    bytes += snapshot.RecordBytes(row.first, row.second).size();
    resource::ReadResource(snapshot, row.first, row.second, model::MutableResource(row.first, part.add_records()));
  }
  const bool complete = rest_->next == rest_->rows.size();
  *message.mutable_revision() = snapshot.position().ToProto();
  part.set_snapshot_complete(complete);
  const WatchedLogId& id = log_->id();
  if (complete)
    message.set_resume_token(SealResumeToken(*context_->page_tokens, query_.filter, id.uid, id.epoch, after_));
  Send(std::make_shared<const std::string>(message.SerializeAsString()), complete ? after_ : kNowhere);
  if (complete) rest_ = nullptr;
}

absl::Status Watcher::ReadStore(std::int64_t head) {
  std::vector<std::shared_ptr<const store::LogEntry>> piece;
  std::size_t bytes = 0;
  const absl::Status followed = context_->store->Follow(query_.cluster, after_, [&](const auto& entry) {
    // What lies beyond was not told yet: the views may not have it.
    if (entry->revision > head) return false;
    piece.push_back(entry);
    bytes += BytesOf(*entry);
    return piece.size() < kPieceEntries && bytes < kPieceBytes;
  });
  if (!followed.ok()) return followed;
  // The name may have passed to another log. No log's uid comes back, so that it was this one's before, too.
  const auto position = context_->store->Position(query_.cluster);
  if (!position.ok()) return position.status();
  if (position->uid != log_->id().uid) return model::NotFound("clusters/" + query_.cluster);
  if (position->epoch != log_->id().epoch) return absl::OkStatus();  // the log is about to be ended
  for (const auto& entry : piece) {
    RecentCommit commit(entry);
    if (absl::Status told = Tell(commit); !told.ok()) return told;
  }
  return absl::OkStatus();
}

absl::Status Watcher::Tell(RecentCommit& commit) {
  const auto message = commit.Message(query_.filter, log_->id(), *context_->page_tokens, options_.send_bytes);
  if (!message.ok()) return message.status();
  after_ = commit.revision();
  if (*message != nullptr) Send(*message, after_);
  return absl::OkStatus();
}

void Watcher::Send(const WatchBytes& bytes, std::int64_t mark) {
  if (!feed_->Send(bytes, mark)) return;
  counters_->messages.fetch_add(1, std::memory_order_relaxed);
  last_sent_ = absl::Now();
}

}  // namespace bulian::exchange
