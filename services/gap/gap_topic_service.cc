#include "services/gap/gap_topic_service.h"

#include "google/protobuf/arena.h"
#include "services/gap/gap_watch_message_service.h"
#include "services/gap/report.h"
#include "services/model/day.h"
#include "services/model/error.h"

namespace bulian::gap {
namespace {

constexpr std::size_t kPartBytes = 1 << 20;

}  // namespace

std::string GapTopic::Token(const watch::WatchedLogId& log, std::int64_t revision) const {
  return GapToken(query_, log, revision, *tokens_);
}

watch::Bytes GapTopic::Heartbeat(const watch::WatchedLogId& log, std::int64_t revision) const {
  return GapHeartbeatMessage(revision, query_, log, *tokens_);
}

absl::Status GapTopic::CheckChain(const model::Snapshot& snapshot) const {
  const std::string& chain = query_.filter.chain;
  if (chain.empty() || snapshot.Find(model::ResourceType::kChain, chain) != model::kNoRow) return absl::OkStatus();
  return model::NotFound(chain);
}

absl::Status GapTopic::Begin(const watch::WatchedLogId& log, std::int64_t revision,
                             const model::SnapshotPtr& snapshot) {
  const GapLineSources& sources = histories_->sources();
  history_ = histories_->Of(log);
  const auto current = sources.views->Current(log.cluster);
  if (!current.ok()) return current.status();
  if (!query_.resume) {
    if (absl::Status found = CheckChain(snapshot != nullptr ? *snapshot : **current); !found.ok()) return found;
  }
  if (snapshot != nullptr) {
    auto analysis = sources.analyses->Get(snapshot, snapshot->cluster().as_of,
                                          {.cancelled = [&sources] { return sources.stopping->load(); }});
    if (!analysis.ok()) return StoppedOr(analysis.status(), sources);
    analysis_ = *std::move(analysis);
    for (const GapRef& gap : analysis_->gaps())
      if (query_.filter.Passes(*analysis_, gap)) gaps_.push_back(gap);
  }
  // A token may be ahead of this replica.
  if (revision > (*current)->position().revision) return absl::OkStatus();
  auto line = history_->Make(revision);
  if (!line.ok()) return line.status();
  line_ = *std::move(line);
  return absl::OkStatus();
}

absl::StatusOr<watch::Topic::Part> GapTopic::NextPart(const watch::WatchedLogId& log) {
  google::protobuf::Arena arena;
  auto& message = *google::protobuf::Arena::CreateMessage<v1::WatchGapsResponse>(&arena);
  v1::GapSnapshotPart& part = *message.mutable_snapshot();
  for (std::size_t bytes = 0; next_ < gaps_.size() && bytes < kPartBytes; ++next_) {
    FillGap(*analysis_, gaps_[next_], part.add_gaps());
    bytes += part.gaps(part.gaps_size() - 1).ByteSizeLong();
  }
  const model::SnapshotPosition& position = analysis_->snapshot()->position();
  const bool last = next_ == gaps_.size();
  *message.mutable_revision() = position.ToProto();
  *part.mutable_as_of() = model::ToDate(analysis_->as_of());
  part.set_snapshot_complete(last);
  if (last) message.set_resume_token(Token(log, position.revision));
  Part told{std::make_shared<const std::string>(message.SerializeAsString()), last};
  if (last) {
    analysis_ = nullptr;
    gaps_ = {};
  }
  return told;
}

absl::StatusOr<GapStepPtr> GapTopic::StepOf(const store::LogEntry& entry, bool may_block) {
  if (line_ != nullptr) {
    if (GapStepPtr step = line_->Find(entry.revision)) return step;
  }
  for (;;) {
    std::shared_ptr<GapLine> line = history_->Find(entry.revision - 1);
    if (line == nullptr && may_block) {
      auto made = history_->Make(entry.revision - 1);
      if (!made.ok()) return made.status();
      line = *std::move(made);
    }
    if (line == nullptr) return nullptr;
    line_ = line;
    if (GapStepPtr step = line->Find(entry.revision)) return step;
    if (!may_block) return nullptr;
    auto step = line->Advance(entry);
    if (!step.ok()) return step.status();
    if (*step != nullptr) return step;
    // The line has gone so far ahead meanwhile that it does not keep this commit any more.
  }
}

absl::StatusOr<watch::Topic::Told> GapTopic::Tell(watch::RecentCommit& commit, const watch::WatchedLogId& log,
                                                  std::size_t send_bytes, bool may_block) {
  const auto step = StepOf(commit.entry(), may_block);
  if (!step.ok()) return step.status();
  if (*step == nullptr) return Told{nullptr, /*blocks=*/true};
  auto bytes = commit.Message(query_.hash, [&](const store::LogEntry& entry) {
    return GapCommitMessage(entry, **step, query_, log, *tokens_, send_bytes);
  });
  if (!bytes.ok()) return bytes.status();
  return Told{*std::move(bytes)};
}

}  // namespace bulian::gap
