// What WatchGaps tells of a log: the gaps it begins with, and what each commit does to them, as far as they pass the
// filters.
#ifndef SERVICES_GAP_GAP_TOPIC_SERVICE_H_
#define SERVICES_GAP_GAP_TOPIC_SERVICE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "services/gap/gap_history_service.h"
#include "services/gap/gap_watch_request_service.h"
#include "services/rpc/page_token.h"
#include "services/watch/topic.h"

namespace bulian::gap {

class GapTopic final : public watch::Topic {
 public:
  // `histories` and `tokens` outlive it.
  GapTopic(GapWatchQuery query, GapHistories* histories, const rpc::PageTokens* tokens)
      : query_(std::move(query)), histories_(histories), tokens_(tokens) {}

  const watch::Query& query() const override { return query_; }
  std::string Token(const watch::WatchedLogId& log, std::int64_t revision) const override;
  watch::Bytes Heartbeat(const watch::WatchedLogId& log, std::int64_t revision) const override;
  absl::Status Begin(const watch::WatchedLogId& log, std::int64_t revision,
                     const model::SnapshotPtr& snapshot) override;
  absl::StatusOr<Part> NextPart(const watch::WatchedLogId& log) override;
  absl::StatusOr<Told> Tell(watch::RecentCommit& commit, const watch::WatchedLogId& log, std::size_t send_bytes,
                            bool may_block) override;

 private:
  absl::Status CheckChain(const model::Snapshot& snapshot) const;
  // What the commit did; null: that would block, and was not allowed.
  absl::StatusOr<GapStepPtr> StepOf(const store::LogEntry& entry, bool may_block);

  const GapWatchQuery query_;
  GapHistories* const histories_;
  const rpc::PageTokens* const tokens_;
  // Once begun.
  std::shared_ptr<GapHistory> history_;
  std::shared_ptr<GapLine> line_;  // where it was found last, kept for the next
  // The gaps of the analysis that are still to be told.
  AnalysisPtr analysis_;
  std::vector<GapRef> gaps_;
  std::size_t next_ = 0;
};

}  // namespace bulian::gap

#endif  // SERVICES_GAP_GAP_TOPIC_SERVICE_H_
