#include "services/exchange/watch_message.h"

#include "google/protobuf/arena.h"
#include "google/protobuf/util/time_util.h"
#include "services/model/error.h"
#include "services/model/etag.h"
#include "services/model/record_resource.h"
#include "services/resource/resource_message.h"
#include "services/watch/request.h"

namespace bulian::exchange {
namespace {

using model::ResourceType;

// A stored record as a caller sees it. `revision` 0: not known, so that there is no etag.
void ReadStored(ResourceType type, const std::string& name, const std::string& stored, std::int64_t revision,
                const WatchedLogId& log, v1::ImportRecord* record) {
  google::protobuf::Message* resource = model::MutableResource(type, record);
  resource->ParseFromString(stored);
  resource::SetName(type, name, resource);
  if (type == ResourceType::kCluster) static_cast<v1::Cluster*>(resource)->set_uid(log.uid);
  if (revision == 0) return;
  resource->GetReflection()->SetString(resource, resource->GetDescriptor()->FindFieldByName("etag"),
                                       model::MakeEtag(log.uid, log.epoch, revision));
}

v1::ChangeKind KindOf(const store::LoggedChange& change) {
  if (!change.after) return v1::DELETED;
  return change.before ? v1::UPDATED : v1::CREATED;
}

void SetRevision(std::int64_t number, const WatchedLogId& log, v1::Revision* revision) {
  revision->set_cluster_uid(log.uid);
  revision->set_epoch(log.epoch);
  revision->set_number(number);
}

WatchBytes Bytes(const v1::WatchChangesResponse& message) {
  return std::make_shared<const std::string>(message.SerializeAsString());
}

// Fills in the changes that pass; false if there is none.
bool FillChanges(const store::LogEntry& entry, const WatchFilter& filter, const WatchedLogId& log, v1::Commit* commit) {
  for (const store::LoggedChange& change : entry.changes) {
    const auto name = model::ParseResourceName(change.name);
    if (!name || !filter.Passes(name->type, change.name)) continue;
    v1::ResourceChange* told = commit->add_changes();
    told->set_name(change.name);
    told->set_kind(KindOf(change));
    if (change.before)
      ReadStored(name->type, change.name, *change.before, change.before_revision, log, told->mutable_before());
    if (change.after) ReadStored(name->type, change.name, *change.after, entry.revision, log, told->mutable_after());
  }
  return commit->changes_size() > 0;
}

}  // namespace

absl::StatusOr<WatchBytes> CommitMessage(const store::LogEntry& entry, const WatchFilter& filter,
                                         const WatchedLogId& log, const rpc::PageTokens& tokens,
                                         std::size_t send_bytes) {
  google::protobuf::Arena arena;
  auto& message = *google::protobuf::Arena::CreateMessage<v1::WatchChangesResponse>(&arena);
  v1::Commit& commit = *message.mutable_commit();
  if (!FillChanges(entry, filter, log, &commit)) return nullptr;
  commit.set_actor(entry.actor);
  commit.set_method(entry.method);
  commit.set_request_id(entry.request_id);
  SetRevision(entry.revision, log, message.mutable_revision());
  *message.mutable_revision()->mutable_commit_time() =
      google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(entry.commit_time));
  message.set_resume_token(watch::SealResumeToken(tokens, filter.hash(), log, entry.revision));
  if (message.ByteSizeLong() > kWholeCommitBytes) {
    commit.set_before_omitted(true);
    for (v1::ResourceChange& change : *commit.mutable_changes()) change.clear_before();
  }
  if (message.ByteSizeLong() > kWholeCommitBytes) {
    commit.set_after_omitted(true);
    for (v1::ResourceChange& change : *commit.mutable_changes()) change.clear_after();
  }
  const std::size_t size = message.ByteSizeLong();
  if (size > send_bytes) {
    return model::Error(absl::StatusCode::kResourceExhausted, v1::RESPONSE_TOO_LARGE,
                        "a commit changes more names than one message may hold; watch fewer of them, or read the "
                        "cluster anew",
                        {{"limit_bytes", std::to_string(send_bytes)}, {"size_bytes", std::to_string(size)}});
  }
  return Bytes(message);
}

WatchBytes HeartbeatMessage(std::int64_t revision, const WatchFilter& filter, const WatchedLogId& log,
                            const rpc::PageTokens& tokens) {
  v1::WatchChangesResponse message;
  message.mutable_heartbeat();
  SetRevision(revision, log, message.mutable_revision());
  message.set_resume_token(watch::SealResumeToken(tokens, filter.hash(), log, revision));
  return Bytes(message);
}

}  // namespace bulian::exchange
