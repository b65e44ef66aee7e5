#include "services/resource/writer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/model/error.h"

namespace bulian::resource {
namespace {

view::Patience PatienceOf(const rpc::CallContext& call) { return {call.deadline, call.is_cancelled}; }

v1::ReadAt At(const store::LogPosition& position) {
  v1::ReadAt at;
  at.mutable_at_revision()->set_cluster_uid(position.uid);
  at.mutable_at_revision()->set_epoch(position.epoch);
  at.mutable_at_revision()->set_number(position.revision);
  return at;
}

}  // namespace

model::SnapshotPtr EmptySnapshot(std::string_view cluster) { return model::SnapshotBuilder(cluster).Build(); }

absl::Time StampTime(const Context& context, const model::Snapshot& snapshot) {
  return std::max(context.clock(), absl::FromUnixMicros(snapshot.position().commit_time_us));
}

absl::StatusOr<model::SnapshotPtr> Newest(const Context& context, const rpc::CallContext& call,
                                          const std::string& cluster) {
  const absl::StatusOr<store::LogPosition> head = context.store->Position(cluster);
  if (head.ok()) {
    if (absl::Status applied = context.views->WaitApplied(cluster, *head, PatienceOf(call)); !applied.ok())
      return applied;
  }
  return context.views->Current(cluster);
}

absl::StatusOr<WriteResult> Writer::Published(const WriteCall& write, const store::LogPosition& position) const {
  absl::StatusOr<model::SnapshotPtr> snapshot =
      context_->views->WaitFor(write.cluster, position.revision, PatienceOf(*write.call));
  if (!snapshot.ok()) return snapshot.status();
  if ((*snapshot)->position().revision != position.revision) {
    // Others committed since; the answer is of this commit while it is kept.
    const auto exact = context_->views->Resolve(write.cluster, At(position), PatienceOf(*write.call));
    if (exact.ok()) snapshot = exact;
  }
  return WriteResult{*std::move(snapshot), true};
}

absl::StatusOr<WriteResult> Writer::Replayed(const WriteCall& write, const store::LogPosition& position) const {
  const absl::StatusOr<store::LogPosition> head = context_->store->Position(write.cluster);
  if (!head.ok() && !absl::IsNotFound(head.status())) return head.status();
  // The first call may be durable and not applied yet.
  if (head.ok() && head->uid == position.uid) return Published(write, position);
  // The commit ended its cluster. What is left is where that was, whoever has the name now.
  model::SnapshotBuilder ended(write.cluster);
  ended.SetPosition(
      {write.cluster, position.uid, position.epoch, position.revision, absl::ToUnixMicros(position.commit_time)});
  return WriteResult{ended.Build(), true};
}

absl::StatusOr<model::SnapshotPtr> Writer::Base(const WriteCall& write, int attempt) const {
  if (write.create_cluster) return EmptySnapshot(write.cluster);
  if (attempt == 0) return context_->views->Current(write.cluster);
  return Newest(*context_, *write.call, write.cluster);
}

std::optional<absl::StatusOr<WriteResult>> Writer::AnsweredBefore(const WriteCall& write) const {
  if (write.request_id.empty()) return std::nullopt;
  const auto first = context_->store->FindRequest(write.cluster, write.call->caller.name, write.call->method,
                                                  write.request_id, write.payload_digest);
  if (absl::IsNotFound(first.status())) return std::nullopt;
  if (!first.ok()) return first.status();
  if (!first->has_value()) return std::nullopt;
  return Replayed(write, (*first)->position);
}

absl::StatusOr<WriteResult> Writer::Run(const WriteCall& write, const Stage& stage) const {
  if (const auto answered = AnsweredBefore(write)) return *answered;
  auto result = Tried(write, stage);
  if (result.ok()) return result;
  // What refused it may be the first call with its id, committed since it was looked for.
  if (const auto answered = AnsweredBefore(write); answered && answered->ok()) return *answered;
  return result;
}

absl::StatusOr<WriteResult> Writer::Tried(const WriteCall& write, const Stage& stage) const {
  absl::Status last;
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    if (absl::Status alive = write.call->CheckAlive(); !alive.ok()) return alive;
    const auto base = Base(write, attempt);
    if (!base.ok()) return base.status();
    Overlay overlay(*base, &context_->families);
    const std::string cluster_name = absl::StrCat("clusters/", write.cluster);
    if (!write.create_cluster && !overlay.Exists(model::ResourceType::kCluster, cluster_name)) {
      return model::NotFound(cluster_name);
    }
    if (absl::Status staged =
            stage(overlay, {StampTime(*context_, **base), &context_->new_uid, write.call->caller.name});
        !staged.ok())
      return staged;
    if (write.validate_only || overlay.staged_count() == 0) return WriteResult{*base, false};
    store::CommitRequest request;
    overlay.FillCommit(&request);
    request.log = write.cluster;
    request.create_log = write.create_cluster;
    request.actor = write.call->caller.name;
    request.method = write.call->method;
    request.request_id = write.request_id.empty() ? context_->new_uid() : write.request_id;
    request.payload_digest = write.payload_digest;
    const auto result = context_->store->Commit(std::move(request));
    if (result.ok()) return result->replayed ? Replayed(write, result->position) : Published(write, result->position);
    if (write.create_cluster && absl::IsAlreadyExists(result.status())) return model::AlreadyExists(cluster_name);
    if (model::ReasonOf(result.status()) != v1::CONFLICT) return result.status();
    last = result.status();
  }
  return last;
}

}  // namespace bulian::resource
