// What the requests of all watches have in common. Pure functions.
#ifndef SERVICES_WATCH_REQUEST_H_
#define SERVICES_WATCH_REQUEST_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"
#include "services/model/error.h"
#include "services/rpc/page_token.h"
#include "services/watch/watched_log.h"

namespace bulian::watch {

// Reads `heartbeat_interval`, 1 second to 1 hour; `given` may be null: `interval` stays.
void ReadHeartbeat(const google::protobuf::Duration* given, absl::Duration* interval, model::Violations* violations);

// A token is bound to the log, the place in it and what is asked for (`hash`). It carries no permission, and so no
// caller.
std::string SealResumeToken(const rpc::PageTokens& tokens, std::string_view hash, const WatchedLogId& log,
                            std::int64_t revision);
// INVALID_ARGUMENT/RESUME_TOKEN_INVALID.
absl::StatusOr<rpc::PageCursor> OpenResumeToken(const rpc::PageTokens& tokens, std::string_view token,
                                                std::string_view hash);

}  // namespace bulian::watch

#endif  // SERVICES_WATCH_REQUEST_H_
