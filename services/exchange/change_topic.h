// What WatchChanges tells of a log: its snapshot and its commits, as far as they pass the filter.
#ifndef SERVICES_EXCHANGE_CHANGE_TOPIC_H_
#define SERVICES_EXCHANGE_CHANGE_TOPIC_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "services/exchange/watch_filter.h"
#include "services/resource/context.h"
#include "services/watch/topic.h"

namespace bulian::exchange {

class ChangeTopic final : public watch::Topic {
 public:
  ChangeTopic(WatchQuery query, std::shared_ptr<const resource::Context> context)
      : query_(std::move(query)), context_(std::move(context)) {}

  const watch::Query& query() const override { return query_; }
  std::string Token(const watch::WatchedLogId& log, std::int64_t revision) const override;
  watch::Bytes Heartbeat(const watch::WatchedLogId& log, std::int64_t revision) const override;
  absl::Status Begin(const watch::WatchedLogId& log, std::int64_t revision,
                     const model::SnapshotPtr& snapshot) override;
  absl::StatusOr<Part> NextPart(const watch::WatchedLogId& log) override;
  absl::StatusOr<Told> Tell(watch::RecentCommit& commit, const watch::WatchedLogId& log, std::size_t send_bytes,
                            bool may_block) override;
  void Close() override { closed_.store(true); }

 private:
  const WatchQuery query_;
  const std::shared_ptr<const resource::Context> context_;
  std::atomic<bool> closed_ = false;
  // The rows of the snapshot that are still to be told.
  model::SnapshotPtr snapshot_;
  std::vector<std::pair<model::ResourceType, model::Row>> rows_;
  std::size_t next_ = 0;
};

}  // namespace bulian::exchange

#endif  // SERVICES_EXCHANGE_CHANGE_TOPIC_H_
