#include "services/gap/gap_watch_message_service.h"

#include <memory>

#include "google/protobuf/arena.h"
#include "google/protobuf/util/time_util.h"
#include "services/model/day.h"
#include "services/model/error.h"
#include "services/watch/request.h"

namespace bulian::gap {
namespace {

void SetRevision(std::int64_t number, const watch::WatchedLogId& log, v1::Revision* revision) {
  revision->set_cluster_uid(log.uid);
  revision->set_epoch(log.epoch);
  revision->set_number(number);
}

watch::Bytes Bytes(const v1::WatchGapsResponse& message) {
  return std::make_shared<const std::string>(message.SerializeAsString());
}

void OmitBefore(v1::GapCommit* commit) {
  commit->set_before_omitted(true);
  for (v1::GapChange& change : *commit->mutable_changes()) change.clear_before();
}

void OmitAfter(v1::GapCommit* commit) {
  commit->set_after_omitted(true);
  for (v1::GapChange& change : *commit->mutable_changes()) change.clear_after();
}

// Fills in the changes that pass; whether all have their details.
bool FillChanges(const GapStep& step, const GapWatchQuery& query, v1::GapCommit* commit) {
  bool detailed = true;
  for (const GapStep::Change& change : step.changes) {
    if (!query.Passes(change)) continue;
    detailed = detailed && (change.told.has_before() || change.told.has_after());
    *commit->add_changes() = change.told;
  }
  return detailed;
}

}  // namespace

std::string GapToken(const GapWatchQuery& query, const watch::WatchedLogId& log, std::int64_t revision,
                     const rpc::PageTokens& tokens) {
  return watch::SealResumeToken(tokens, query.hash, log, revision);
}

absl::StatusOr<watch::Bytes> GapCommitMessage(const store::LogEntry& entry, const GapStep& step,
                                              const GapWatchQuery& query, const watch::WatchedLogId& log,
                                              const rpc::PageTokens& tokens, std::size_t send_bytes) {
  google::protobuf::Arena arena;
  auto& message = *google::protobuf::Arena::CreateMessage<v1::WatchGapsResponse>(&arena);
  v1::GapCommit& commit = *message.mutable_commit();
  const bool detailed = FillChanges(step, query, &commit);
  if (commit.changes().empty()) return nullptr;
  commit.set_actor(entry.actor);
  commit.set_method(entry.method);
  commit.set_request_id(entry.request_id);
  *commit.mutable_as_of() = model::ToDate(step.as_of);
  SetRevision(entry.revision, log, message.mutable_revision());
  *message.mutable_revision()->mutable_commit_time() =
      google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(entry.commit_time));
  message.set_resume_token(GapToken(query, log, entry.revision, tokens));
  if (!detailed || message.ByteSizeLong() > kWholeGapCommitBytes) OmitBefore(&commit);
  if (!detailed || message.ByteSizeLong() > kWholeGapCommitBytes) OmitAfter(&commit);
  const std::size_t size = message.ByteSizeLong();
  if (size <= send_bytes) return Bytes(message);
  return model::Error(
      absl::StatusCode::kResourceExhausted, v1::RESPONSE_TOO_LARGE,
      "a commit changes more gaps than one message may name; watch a chain or some kinds, or begin with "
      "a snapshot",
      {{"limit_bytes", std::to_string(send_bytes)}, {"size_bytes", std::to_string(size)}});
}

watch::Bytes GapHeartbeatMessage(std::int64_t revision, const GapWatchQuery& query, const watch::WatchedLogId& log,
                                 const rpc::PageTokens& tokens) {
  v1::WatchGapsResponse message;
  message.mutable_heartbeat();
  SetRevision(revision, log, message.mutable_revision());
  message.set_resume_token(GapToken(query, log, revision, tokens));
  return Bytes(message);
}

}  // namespace bulian::gap
