#include "services/exchange/change_topic.h"

#include "google/protobuf/arena.h"
#include "services/exchange/export.h"
#include "services/exchange/watch_message.h"
#include "services/model/record_resource.h"
#include "services/resource/resource_message.h"
#include "services/watch/request.h"

namespace bulian::exchange {
namespace {

using model::ResourceType;

constexpr std::size_t kPartBytes = 1 << 20;
constexpr int kPartRecords = 1000;

}  // namespace

std::string ChangeTopic::Token(const watch::WatchedLogId& log, std::int64_t revision) const {
  return watch::SealResumeToken(*context_->page_tokens, query_.filter.hash(), log, revision);
}

watch::Bytes ChangeTopic::Heartbeat(const watch::WatchedLogId& log, std::int64_t revision) const {
  return HeartbeatMessage(revision, query_.filter, log, *context_->page_tokens);
}

absl::Status ChangeTopic::Begin(const watch::WatchedLogId&, std::int64_t, const model::SnapshotPtr& snapshot) {
  snapshot_ = snapshot;
  if (snapshot == nullptr) return absl::OkStatus();
  VisitInImportOrder(*snapshot, context_->families, [&](ResourceType type, model::Row row) {
    if (query_.filter.Passes(type, snapshot->Name(type, row))) rows_.emplace_back(type, row);
    return !closed_.load();
  });
  return absl::OkStatus();
}

absl::StatusOr<watch::Topic::Part> ChangeTopic::NextPart(const watch::WatchedLogId& log) {
  google::protobuf::Arena arena;
  auto& message = *google::protobuf::Arena::CreateMessage<v1::WatchChangesResponse>(&arena);
  v1::SnapshotPart& part = *message.mutable_snapshot();
  std::size_t bytes = 0;
  for (; next_ < rows_.size(); ++next_) {
    const auto& [type, row] = rows_[next_];
    // Chains begin a message of their own, as in an export.
    const bool new_part =
        part.records_size() > 0 && type == ResourceType::kChain && rows_[next_ - 1].first != ResourceType::kChain;
    if (new_part || part.records_size() == kPartRecords || bytes >= kPartBytes) break;
    bytes += snapshot_->RecordBytes(type, row).size();
    resource::ReadResource(*snapshot_, type, row, model::MutableResource(type, part.add_records()));
  }
  const bool last = next_ == rows_.size();
  *message.mutable_revision() = snapshot_->position().ToProto();
  part.set_snapshot_complete(last);
  if (last) {
    message.set_resume_token(Token(log, snapshot_->position().revision));
    snapshot_ = nullptr;
    rows_ = {};
  }
  return Part{std::make_shared<const std::string>(message.SerializeAsString()), last};
}

absl::StatusOr<watch::Topic::Told> ChangeTopic::Tell(watch::RecentCommit& commit, const watch::WatchedLogId& log,
                                                     std::size_t send_bytes, bool) {
  auto bytes = commit.Message(query_.filter.hash(), [&](const store::LogEntry& entry) {
    return CommitMessage(entry, query_.filter, log, *context_->page_tokens, send_bytes);
  });
  if (!bytes.ok()) return bytes.status();
  return Told{*std::move(bytes)};
}

}  // namespace bulian::exchange
