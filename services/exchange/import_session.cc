#include "services/exchange/import_session.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/exchange/import_batch.h"
#include "services/model/error.h"
#include "services/resource/resource_message.h"
#include "services/resource/writer.h"
#include "services/rpc/status_encoding.h"

namespace bulian::exchange {
namespace {

using model::ResourceType;
using State = Record::State;

constexpr int kMaxImportAttempts = 30;
constexpr std::size_t kArenaBlock = std::size_t{256} << 10;
// No stream is long enough to get from here to where numbers end.
constexpr std::int64_t kMaxFirstSequence = std::numeric_limits<std::int64_t>::max() / 2;

absl::Status Violation(std::string_view field, std::string_view description) {
  model::Violations violations;
  violations.Add(field, description);
  return violations.ToStatus();
}

store::LogPosition PositionOf(const model::Snapshot& snapshot) {
  const model::SnapshotPosition& at = snapshot.position();
  return {at.cluster_uid, at.epoch, at.revision, absl::FromUnixMicros(at.commit_time_us)};
}

}  // namespace

absl::Status ImportSession::CheckOrder(const v1::ImportRequest& request) const {
  const std::int64_t expected = begun_ ? sequence_ + 1 : std::max<std::int64_t>(request.sequence(), 1);
  if (request.sequence() != expected) {
    return model::Error(absl::StatusCode::kInvalidArgument, v1::IMPORT_SEQUENCE, "an import message is out of order",
                        {{"expected", absl::StrCat(expected)}, {"got", absl::StrCat(request.sequence())}});
  }
  if (!begun_ && request.sequence() > kMaxFirstSequence)
    return Violation("sequence", absl::StrCat("must begin with at most ", kMaxFirstSequence));
  if (request.records_size() > kMaxRecordsInMessage) {
    return Violation("records", absl::StrCat("must have at most ", kMaxRecordsInMessage, " entries"));
  }
  if (begun_ && !request.parent().empty() && request.parent() != parent_)
    return Violation("parent", "must be that of the first message");
  if (begun_ && request.validate_only() && !validate_only_)
    return Violation("validate_only", "must be set in the first message");
  return absl::OkStatus();
}

absl::Status ImportSession::Begin(const v1::ImportRequest& request) {
  const auto parsed = model::ParseResourceName(request.parent());
  if (!parsed || parsed->type != ResourceType::kCluster) {
    return Violation("parent",
                     request.parent().empty() ? "is required in the first message" : "must be `clusters/{cluster}`");
  }
  parent_ = request.parent();
  cluster_ = std::string(parsed->cluster);
  validate_only_ = request.validate_only();
  begun_ = true;
  auto current = resource::Newest(*context_, *call_, cluster_);
  if (current.ok() && (*current)->Find(ResourceType::kCluster, parent_) == model::kNoRow)
    current = model::NotFound(parent_);
  if (current.ok()) {
    StartFrom(*std::move(current));
    return absl::OkStatus();
  }
  if (!absl::IsNotFound(current.status())) return current.status();
  if (request.records().empty() || !request.records(0).has_cluster()) return model::NotFound(parent_);
  create_cluster_ = true;
  StartFrom(resource::EmptySnapshot(cluster_));
  return absl::OkStatus();
}

void ImportSession::StartFrom(model::SnapshotPtr snapshot) {
  position_ = PositionOf(*snapshot);
  overlay_ = std::make_unique<resource::Overlay>(std::move(snapshot), &context_->families);
  kept_.clear();
  seen_.clear();
}

absl::Status ImportSession::Refresh() {
  auto newest = resource::Newest(*context_, *call_, cluster_);
  if (!newest.ok()) return newest.status();
  StartFrom(*std::move(newest));
  return absl::OkStatus();
}

absl::StatusOr<ImportSession::MessagePtr> ImportSession::Read(Reader& reader) {
  auto message = std::make_unique<Message>();
  google::protobuf::ArenaOptions options;
  options.start_block_size = kArenaBlock;
  options.max_block_size = kArenaBlock;
  message->arena = std::make_unique<google::protobuf::Arena>(options);
  auto* request = google::protobuf::Arena::CreateMessage<v1::ImportRequest>(message->arena.get());
  const absl::StatusOr<bool> read = reader.Read(request);
  if (!read.ok()) return read.status();
  if (!*read) return nullptr;
  if (absl::Status taken = Take(*request, *message); !taken.ok()) return taken;
  return message;
}

absl::Status ImportSession::Take(v1::ImportRequest& request, Message& message) {
  if (absl::Status order = CheckOrder(request); !order.ok()) return order;
  if (!begun_) {
    if (absl::Status begin = Begin(request); !begin.ok()) return begin;
  }
  message.sequence = sequence_ = request.sequence();
  message.fresh.reserve(static_cast<std::size_t>(request.records_size()));
  for (int i = 0; i < request.records_size(); ++i) {
    message.fresh.push_back(TakeRecord(sequence_, i, parent_, context_->families, request.mutable_records(i)));
    message.fresh.back()->wrong = message.fresh.back()->state == State::kRejected;
  }
  return absl::OkStatus();
}

bool ImportSession::Settle(Message& message) {
  if (waiting_.size() > 0) {
    std::vector<std::string> keys;
    for (const auto& record : message.fresh) {
      if (record->wrong) continue;
      for (std::string& key : KeysOf(*record, parent_)) keys.push_back(std::move(key));
    }
    message.records = waiting_.TakeCompletable(std::move(keys), parent_);
  }
  std::move(message.fresh.begin(), message.fresh.end(), std::back_inserter(message.records));
  message.fresh.clear();
  std::vector<Record*> open;
  open.reserve(message.records.size());
  for (const auto& record : message.records) {
    if (record->wrong) continue;
    record->state = State::kOpen;
    open.push_back(record.get());
  }
  const absl::Time now = std::max(resource::StampTime(*context_, overlay_->base()), position_.commit_time);
  ImportBatch batch(parent_, &context_->families, {now, &context_->new_uid, call_->caller.name}, overlay_.get());
  batch.Settle(open);
  // Without a commit the store does not see to it that what is called unchanged, wrong or missing is so.
  const bool outdated = overlay_->staged_count() == 0 && OthersMayHaveCommitted();
  return !outdated && !batch.needs_newer_snapshot();
}

bool ImportSession::OthersMayHaveCommitted() const {
  if (validate_only_) return false;
  // Whether the newest commit is the one under way or somebody else's shows only when it is decided.
  if (committing_ != nullptr && committing_->result.valid()) return true;
  const absl::StatusOr<store::LogPosition> head = context_->store->Position(cluster_);
  return head.ok() && head->revision > overlay_->base().position().revision + static_cast<std::int64_t>(seen_.size());
}

absl::Status ImportSession::CheckClusterExists(const Message& message) {
  if (overlay_->Exists(ResourceType::kCluster, parent_)) return absl::OkStatus();
  for (const auto& record : message.records) {
    if (record->state == State::kRejected && record->type == ResourceType::kCluster) return record->status;
  }
  return model::NotFound(parent_);
}

void ImportSession::LetWait(Message& message) {
  for (auto& record : message.records) {
    if (record->state != State::kOpen && record->state != State::kWaiting) continue;
    absl::Status status;
    if (message.last) {
      status =
          model::Error(absl::StatusCode::kFailedPrecondition, v1::REFERENCE_MISSING,
                       absl::StrCat("there is no ", record->missing.front()), {{"missing", record->missing.front()}});
    } else if (StandAlone(record.get()); waiting_.Add(record)) {
      continue;
    } else {
      status = model::Error(absl::StatusCode::kFailedPrecondition, v1::IMPORT_BUFFER_FULL,
                            "too many records wait for others; send records after those they name",
                            {{"limit", absl::StrCat(limits_.waiting.records)}});
    }
    record->state = State::kRejected;
    record->status = std::move(status);
  }
  std::erase(message.records, nullptr);
}

void ImportSession::Undo(Message& message) {
  std::vector<std::unique_ptr<Record>> own = waiting_.TakeOf(message.sequence);
  for (auto& record : message.records) {
    if (message.last || record->sequence == message.sequence) {
      own.push_back(std::move(record));
    } else {
      waiting_.PutBack(std::move(record));
    }
  }
  std::sort(own.begin(), own.end(), [](const auto& one, const auto& other) {
    return std::pair(one->sequence, one->index) < std::pair(other->sequence, other->index);
  });
  message.records.clear();
  message.fresh = std::move(own);
  message.commit = {};
}

absl::Status ImportSession::Validate(Message& message) {
  if (absl::Status alive = call_->CheckAlive(); !alive.ok()) return alive;
  if (overlay_->bytes() >= limits_.kept_bytes) {
    if (absl::Status fresh = DrainAndRefresh(); !fresh.ok()) return fresh;
  }
  if (!Settle(message)) {
    Undo(message);
    if (absl::Status fresh = DrainAndRefresh(); !fresh.ok()) return fresh;
    Settle(message);
  }
  if (absl::Status exists = CheckClusterExists(message); !exists.ok()) return exists;
  LetWait(message);
  Account(message);
  if (overlay_->staged_count() > 0) overlay_->FillCommit(&message.commit);
  overlay_->Keep();
  return absl::OkStatus();
}

void ImportSession::Branch(const store::CommitRequest& commit) {
  model::SnapshotBuilder builder(overlay_->snapshot());
  std::vector<model::RecordChange> changes;
  changes.reserve(commit.writes.size());
  for (const store::Write& write : commit.writes) changes.push_back({write.name, write.value});
  builder.Apply(overlay_->base().position(), changes);
  StartFrom(builder.Build());
}

void ImportSession::Submit(Message& message) {
  store::CommitRequest& commit = message.commit;
  if (commit.writes.empty()) return;
  if (validate_only_) return Branch(std::exchange(commit, {}));
  message.creates_cluster = create_cluster_;
  commit.log = cluster_;
  commit.log_uid = position_.uid;
  commit.create_log = create_cluster_;
  commit.seen = seen_;
  commit.actor = call_->caller.name;
  commit.method = call_->method;
  if (!commit.create_log) {
    message.result = context_->store->Submit(std::exchange(commit, {}));
    return;
  }
  // There is no view to wait on before the store has told of the new log.
  std::promise<absl::StatusOr<store::CommitResult>> told;
  message.result = told.get_future();
  told.set_value(context_->store->Commit(std::exchange(commit, {})));
}

absl::StatusOr<bool> ImportSession::Decided(Message& message) {
  if (message.result.valid()) {
    const auto result = message.result.get();
    const bool raced = model::ReasonOf(result.status()) == v1::CONFLICT ||
                       (message.creates_cluster && absl::IsAlreadyExists(result.status()));
    if (raced) return false;
    if (!result.ok()) return result.status();
    seen_.push_back(result->position.revision);
    position_ = result->position;
    create_cluster_ = false;
  }
  message.position = position_;
  return true;
}

absl::Status ImportSession::Redo(Message& message) {
  for (int attempt = 1; attempt < kMaxImportAttempts; ++attempt) {
    Undo(message);
    create_cluster_ = false;
    if (absl::Status fresh = Refresh(); !fresh.ok()) return fresh;
    if (absl::Status valid = Validate(message); !valid.ok()) return valid;
    Submit(message);
    const absl::StatusOr<bool> decided = Decided(message);
    if (!decided.ok()) return decided.status();
    if (*decided) return absl::OkStatus();
  }
  return model::Error(absl::StatusCode::kAborted, v1::CONFLICT,
                      "other commits kept changing what the import depends on", {{"cluster", cluster_}});
}

absl::Status ImportSession::Decide(Message* next) {
  if (committing_ == nullptr) return absl::OkStatus();
  MessagePtr message = std::move(committing_);
  const absl::StatusOr<bool> decided = Decided(*message);
  if (!decided.ok()) return decided.status();
  if (!*decided) {
    if (next != nullptr) Undo(*next);
    if (absl::Status redone = Redo(*message); !redone.ok()) return redone;
  }
  applying_ = std::move(message);
  return *decided || next == nullptr ? absl::OkStatus() : Validate(*next);
}

absl::Status ImportSession::Acknowledge() {
  if (applying_ == nullptr) return absl::OkStatus();
  const MessagePtr message = std::move(applying_);
  if (message->position.revision > 0) {
    if (!validate_only_) {
      absl::Status applied =
          context_->views->WaitApplied(cluster_, message->position, {call_->deadline, call_->is_cancelled});
      if (!applied.ok()) return applied;
    }
    v1::Revision* revision = message->response.mutable_revision();
    revision->set_cluster_uid(message->position.uid);
    revision->set_epoch(message->position.epoch);
    revision->set_number(message->position.revision);
  }
  for (auto& record : message->records) {
    const bool staged = record->state == State::kCreated || record->state == State::kUpdated;
    if (staged && context_->families.Of(record->type).content_used) kept_.push_back(std::move(record));
  }
  caller_gone_ = caller_gone_ || !writer_->Write(message->response);
  return absl::OkStatus();
}

absl::Status ImportSession::Drain() {
  if (absl::Status answered = Acknowledge(); !answered.ok()) return answered;
  if (absl::Status decided = Decide(nullptr); !decided.ok()) return decided;
  return Acknowledge();
}

absl::Status ImportSession::DrainAndRefresh() {
  if (absl::Status drained = Drain(); !drained.ok()) return drained;
  return validate_only_ ? absl::OkStatus() : Refresh();
}

void ImportSession::Reject(const Record& record, v1::ImportResponse* response) const {
  v1::RejectedRecord* rejected = response->add_rejected();
  rejected->set_sequence(record.sequence);
  rejected->set_index(record.index);
  if (record.resource != nullptr) rejected->set_name(resource::NameOf(record.type, *record.resource));
  *rejected->mutable_status() = rpc::ToProto(record.status);
}

void ImportSession::Account(Message& message) const {
  v1::ImportResponse& response = message.response;
  response.Clear();
  int created = 0, updated = 0, unchanged = 0;
  for (const auto& record : message.records) {
    created += static_cast<int>(record->state == State::kCreated);
    updated += static_cast<int>(record->state == State::kUpdated);
    unchanged += static_cast<int>(record->state == State::kUnchanged);
    if (record->state == State::kRejected) Reject(*record, &response);
  }
  response.set_created(created);
  response.set_updated(updated);
  response.set_unchanged(unchanged);
  response.set_sequence(message.sequence);
  response.set_waiting(static_cast<std::int32_t>(waiting_.size()));
  response.set_low_water_mark(waiting_.size() == 0 ? message.sequence : waiting_.first_sequence() - 1);
}

absl::Status ImportSession::ServeMessages(Reader& reader) {
  for (bool more = true; (more || committing_ != nullptr || applying_ != nullptr) && !caller_gone_;) {
    const bool idle = committing_ == nullptr && applying_ == nullptr;
    MessagePtr next;
    if (more && (idle || reader.Ready())) {
      auto read = Read(reader);
      if (!read.ok()) return read.status();
      next = *std::move(read);
      more = next != nullptr;
      if (more) {
        if (absl::Status valid = Validate(*next); !valid.ok()) return valid;
      }
    }
    if (absl::Status answered = Acknowledge(); !answered.ok()) return answered;
    if (absl::Status decided = Decide(next.get()); !decided.ok()) return decided;
    if (next == nullptr) continue;
    Submit(*next);
    committing_ = std::move(next);
  }
  return absl::OkStatus();
}

absl::Status ImportSession::ServeRest() {
  if (waiting_.size() == 0) return absl::OkStatus();
  // Others may have created meanwhile what these wait for.
  if (absl::Status fresh = DrainAndRefresh(); !fresh.ok()) return fresh;
  auto message = std::make_unique<Message>();
  message->sequence = sequence_;
  message->last = true;
  message->fresh = waiting_.TakeAll();
  if (absl::Status valid = Validate(*message); !valid.ok()) return valid;
  Submit(*message);
  committing_ = std::move(message);
  return Drain();
}

absl::Status ImportSession::Serve(Reader& reader) {
  absl::Status served = ServeMessages(reader);
  if (served.ok() && !caller_gone_) served = ServeRest();
  // What was committed is answered even when what came after it ended the stream.
  const absl::Status drained = Drain();
  if (!served.ok()) return served;
  return caller_gone_ ? call_->CheckAlive() : drained;
}

}  // namespace bulian::exchange
