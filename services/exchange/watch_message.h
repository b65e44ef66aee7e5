// The messages of WatchChanges as bytes, so that all watches that ask for the same share them. Pure, thread-safe.
#ifndef SERVICES_EXCHANGE_WATCH_MESSAGE_H_
#define SERVICES_EXCHANGE_WATCH_MESSAGE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "bulian/v1/exchange.pb.h"
#include "services/exchange/watch_filter.h"
#include "services/rpc/page_token.h"
#include "services/store/store.h"
#include "services/watch/watched_log.h"

namespace bulian::exchange {

using watch::WatchedLogId;
using WatchBytes = watch::Bytes;

// Up to this size a commit is told with everything; 4 MiB is what gRPC clients take by default.
inline constexpr std::size_t kWholeCommitBytes = 4'000'000;

// One commit; null when no change of it passes. A commit too large to be told whole is told without `before`, then by
// names alone. RESOURCE_EXHAUSTED/RESPONSE_TOO_LARGE when even these are more than `send_bytes`.
absl::StatusOr<WatchBytes> CommitMessage(const store::LogEntry& entry, const WatchFilter& filter,
                                         const WatchedLogId& log, const rpc::PageTokens& tokens,
                                         std::size_t send_bytes);

// Everything up to `revision` that passes was sent.
WatchBytes HeartbeatMessage(std::int64_t revision, const WatchFilter& filter, const WatchedLogId& log,
                            const rpc::PageTokens& tokens);

}  // namespace bulian::exchange

#endif  // SERVICES_EXCHANGE_WATCH_MESSAGE_H_
