// The messages of WatchGaps as bytes, so that all watches that ask for the same share them. Pure, thread-safe.
#ifndef SERVICES_GAP_GAP_WATCH_MESSAGE_SERVICE_H_
#define SERVICES_GAP_GAP_WATCH_MESSAGE_SERVICE_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "services/gap/gap_step.h"
#include "services/gap/gap_watch_request_service.h"
#include "services/rpc/page_token.h"
#include "services/store/store.h"
#include "services/watch/watched_log.h"

namespace bulian::gap {

// Up to this size a commit is told with everything; 4 MiB is what gRPC clients take by default.
inline constexpr std::size_t kWholeGapCommitBytes = 4'000'000;

std::string GapToken(const GapWatchQuery& query, const watch::WatchedLogId& log, std::int64_t revision,
                     const rpc::PageTokens& tokens);

// A commit and what it did to the gaps; null when nothing of that passes. Too large to be told whole, it is told
// without `before`, then by names alone. RESOURCE_EXHAUSTED/RESPONSE_TOO_LARGE when even these are more than
// `send_bytes`.
absl::StatusOr<watch::Bytes> GapCommitMessage(const store::LogEntry& entry, const GapStep& step,
                                              const GapWatchQuery& query, const watch::WatchedLogId& log,
                                              const rpc::PageTokens& tokens, std::size_t send_bytes);

// Everything up to `revision` that passes was sent.
watch::Bytes GapHeartbeatMessage(std::int64_t revision, const GapWatchQuery& query, const watch::WatchedLogId& log,
                                 const rpc::PageTokens& tokens);

}  // namespace bulian::gap

#endif  // SERVICES_GAP_GAP_WATCH_MESSAGE_SERVICE_H_
