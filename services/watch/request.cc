#include "services/watch/request.h"

namespace bulian::watch {
namespace {

constexpr absl::Duration kMinHeartbeat = absl::Seconds(1), kMaxHeartbeat = absl::Hours(1);

}  // namespace

void ReadHeartbeat(const google::protobuf::Duration* given, absl::Duration* interval, model::Violations* violations) {
  if (given == nullptr) return;
  const bool sane = given->nanos() >= 0 && given->nanos() < 1'000'000'000 && given->seconds() >= 0 &&
                    given->seconds() <= absl::ToInt64Seconds(kMaxHeartbeat);
  *interval = sane ? absl::Seconds(given->seconds()) + absl::Nanoseconds(given->nanos()) : absl::ZeroDuration();
  if (*interval < kMinHeartbeat || *interval > kMaxHeartbeat)
    violations->Add("heartbeat_interval", "must be from 1 second to 1 hour");
}

std::string SealResumeToken(const rpc::PageTokens& tokens, std::string_view hash, const WatchedLogId& log,
                            std::int64_t revision) {
  return tokens.Seal({log.uid, log.epoch, revision, "", std::string(hash), ""});
}

absl::StatusOr<rpc::PageCursor> OpenResumeToken(const rpc::PageTokens& tokens, std::string_view token,
                                                std::string_view hash) {
  auto cursor = tokens.Open(token, hash, "");
  if (cursor.ok()) return cursor;
  return model::Error(absl::StatusCode::kInvalidArgument, v1::RESUME_TOKEN_INVALID,
                      "the resume token is broken, or belongs to another query or server");
}

}  // namespace bulian::watch
