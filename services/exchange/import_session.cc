#include "services/exchange/import_session.h"

#include <algorithm>
#include <optional>

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

// A missing segment comes with its chain.
std::string WaitKey(const std::string& name) {
  const auto segment = model::ParseSegmentName(name);
  return segment ? std::string(segment->chain_name) : name;
}

absl::Status Violation(std::string_view field, std::string_view description) {
  model::Violations violations;
  violations.Add(field, description);
  return violations.ToStatus();
}

}  // namespace

absl::Status ImportSession::CheckOrder(const v1::ImportRequest& request) {
  const std::int64_t expected = begun_ ? sequence_ + 1 : std::max<std::int64_t>(request.sequence(), 1);
  if (request.sequence() != expected) {
    return model::Error(absl::StatusCode::kInvalidArgument, v1::IMPORT_SEQUENCE, "an import message is out of order",
                        {{"expected", absl::StrCat(expected)}, {"got", absl::StrCat(request.sequence())}});
  }
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
    snapshot_ = *std::move(current);
    return absl::OkStatus();
  }
  if (!absl::IsNotFound(current.status())) return current.status();
  if (request.records().empty() || !request.records(0).has_cluster()) return model::NotFound(parent_);
  create_cluster_ = true;
  snapshot_ = resource::EmptySnapshot(cluster_);
  return absl::OkStatus();
}

std::vector<std::unique_ptr<Record>> ImportSession::TakeCompletable(const std::vector<std::unique_ptr<Record>>& fresh) {
  std::vector<std::unique_ptr<Record>> taken;
  if (waiting_.empty()) return taken;
  std::vector<std::string> keys;
  for (const auto& record : fresh) {
    if (record->state == State::kRejected) continue;
    for (std::string& key : KeysOf(*record, parent_)) keys.push_back(std::move(key));
  }
  while (!keys.empty()) {
    const std::string key = std::move(keys.back());
    keys.pop_back();
    const auto it = waiting_for_.find(key);
    if (it == waiting_for_.end()) continue;
    const std::vector<Position> positions = std::move(it->second);
    waiting_for_.erase(it);
    for (const Position& position : positions) {
      const auto found = waiting_.find(position);
      if (found == waiting_.end()) continue;
      for (std::string& more : KeysOf(*found->second, parent_)) keys.push_back(std::move(more));
      taken.push_back(std::move(found->second));
      waiting_.erase(found);
    }
  }
  std::sort(taken.begin(), taken.end(), [](const auto& one, const auto& other) {
    return Position(one->sequence, one->index) < Position(other->sequence, other->index);
  });
  return taken;
}

absl::Status ImportSession::TryCommit(const std::vector<Record*>& records, bool* done) {
  resource::Overlay overlay(snapshot_, &context_->families);
  const bool cluster_known = overlay.Exists(ResourceType::kCluster, parent_);
  if (!cluster_known && !create_cluster_) return model::NotFound(parent_);
  ImportBatch batch(parent_, &context_->families, {resource::StampTime(*context_, *snapshot_), &context_->new_uid},
                    &overlay);
  batch.Settle(records);
  *done = true;
  if (create_cluster_ && !overlay.Exists(ResourceType::kCluster, parent_)) {
    for (const Record* record : records) {
      if (record->state == State::kRejected && record->type == ResourceType::kCluster) return record->status;
    }
    return model::NotFound(parent_);
  }
  if (overlay.staged_count() == 0) return absl::OkStatus();
  store::CommitRequest request;
  overlay.FillCommit(&request);
  if (validate_only_) {
    model::SnapshotBuilder builder(snapshot_);
    std::vector<model::RecordChange> changes;
    for (const store::Write& write : request.writes) changes.push_back({write.name, write.value});
    builder.Apply(snapshot_->position(), changes, request.touches);
    snapshot_ = builder.Build();
    return absl::OkStatus();
  }
  request.log = cluster_;
  request.create_log = create_cluster_;
  request.actor = call_->caller.name;
  request.method = call_->method;
  const auto result = context_->store->Commit(std::move(request));
  const view::Patience patience{call_->deadline, call_->is_cancelled};
  if (result.ok()) {
    create_cluster_ = false;
    const auto published = context_->views->WaitFor(cluster_, result->position.revision, patience);
    if (!published.ok()) return published.status();
    snapshot_ = *published;
    return absl::OkStatus();
  }
  const bool raced =
      model::ReasonOf(result.status()) == v1::CONFLICT || (create_cluster_ && absl::IsAlreadyExists(result.status()));
  if (!raced) return result.status();
  *done = false;
  const auto newest = resource::Newest(*context_, *call_, cluster_);
  if (!newest.ok()) return newest.status();
  snapshot_ = *newest;
  create_cluster_ = false;
  return absl::OkStatus();
}

absl::Status ImportSession::Commit(std::vector<std::unique_ptr<Record>>& records) {
  // What was rejected by itself stays rejected; the rest is looked at anew after a lost race.
  std::vector<Record*> open;
  for (const auto& record : records) {
    if (record->state != State::kRejected) open.push_back(record.get());
  }
  for (int attempt = 0; attempt < kMaxImportAttempts; ++attempt) {
    if (absl::Status alive = call_->CheckAlive(); !alive.ok()) return alive;
    for (Record* record : open) record->state = State::kOpen;
    bool done = false;
    if (absl::Status status = TryCommit(open, &done); !status.ok() || done) return status;
  }
  return model::Error(absl::StatusCode::kAborted, v1::CONFLICT,
                      "other commits kept changing what the import depends on", {{"cluster", cluster_}});
}

void ImportSession::Wait(std::unique_ptr<Record> record) {
  const Position position(record->sequence, record->index);
  for (const std::string& name : record->missing) waiting_for_[WaitKey(name)].push_back(position);
  waiting_[position] = std::move(record);
}

void ImportSession::Reject(const Record& record, const absl::Status& status, v1::ImportResponse* response) const {
  v1::RejectedRecord* rejected = response->add_rejected();
  rejected->set_sequence(record.sequence);
  rejected->set_index(record.index);
  if (record.resource != nullptr) rejected->set_name(resource::NameOf(record.type, *record.resource));
  *rejected->mutable_status() = rpc::ToProto(status);
}

void ImportSession::Account(std::vector<std::unique_ptr<Record>> records, bool last, v1::ImportResponse* response) {
  int created = 0, updated = 0, unchanged = 0;
  for (auto& record : records) {
    switch (record->state) {
      case State::kCreated:
        ++created;
        break;
      case State::kUpdated:
        ++updated;
        break;
      case State::kUnchanged:
        ++unchanged;
        break;
      case State::kRejected:
        Reject(*record, record->status, response);
        break;
      case State::kOpen:
      case State::kWaiting:
        if (last) {
          Reject(*record,
                 model::Error(absl::StatusCode::kFailedPrecondition, v1::REFERENCE_MISSING,
                              absl::StrCat("there is no ", record->missing.front()),
                              {{"missing", record->missing.front()}}),
                 response);
        } else if (waiting_.size() >= kMaxWaiting) {
          Reject(*record,
                 model::Error(absl::StatusCode::kFailedPrecondition, v1::IMPORT_BUFFER_FULL,
                              "too many records wait for others; send records after those they name",
                              {{"limit", absl::StrCat(kMaxWaiting)}}),
                 response);
        } else {
          Wait(std::move(record));
        }
        break;
    }
  }
  response->set_created(created);
  response->set_updated(updated);
  response->set_unchanged(unchanged);
}

void ImportSession::Summarise(v1::ImportResponse* response) const {
  response->set_sequence(sequence_);
  response->set_waiting(static_cast<std::int32_t>(waiting_.size()));
  response->set_low_water_mark(waiting_.empty() ? sequence_ : waiting_.begin()->first.first - 1);
  if (snapshot_->position().revision > 0) *response->mutable_revision() = snapshot_->position().ToProto();
}

absl::Status ImportSession::Handle(v1::ImportRequest& request, v1::ImportResponse* response) {
  if (absl::Status order = CheckOrder(request); !order.ok()) return order;
  if (!begun_) {
    if (absl::Status begin = Begin(request); !begin.ok()) return begin;
  }
  sequence_ = request.sequence();
  std::vector<std::unique_ptr<Record>> fresh;
  for (int i = 0; i < request.records_size(); ++i) {
    fresh.push_back(
        std::make_unique<Record>(TakeRecord(sequence_, i, parent_, context_->families, request.mutable_records(i))));
  }
  std::vector<std::unique_ptr<Record>> records = TakeCompletable(fresh);
  std::move(fresh.begin(), fresh.end(), std::back_inserter(records));
  if (absl::Status committed = Commit(records); !committed.ok()) return committed;
  Account(std::move(records), false, response);
  Summarise(response);
  return absl::OkStatus();
}

absl::StatusOr<bool> ImportSession::Finish(v1::ImportResponse* response) {
  if (waiting_.empty()) return false;
  // Others may have created meanwhile what these wait for.
  std::vector<std::unique_ptr<Record>> records;
  for (auto& [position, record] : waiting_) records.push_back(std::move(record));
  waiting_.clear();
  waiting_for_.clear();
  if (!validate_only_) {
    const auto newest = resource::Newest(*context_, *call_, cluster_);
    if (!newest.ok()) return newest.status();
    snapshot_ = *newest;
  }
  if (absl::Status committed = Commit(records); !committed.ok()) return committed;
  Account(std::move(records), true, response);
  Summarise(response);
  return true;
}

}  // namespace bulian::exchange
