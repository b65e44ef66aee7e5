// The request id of the commit that ended a log: it outlives the log, so that who repeats the deletion of a cluster
// gets the first answer. The row stands among the requests under log id 0, which no log has, keyed by the log's name,
// and expires like every other. Functions of a transaction, thread-safe.
#ifndef SERVICES_STORE_LMDB_DROPPED_REQUESTS_H_
#define SERVICES_STORE_LMDB_DROPPED_REQUESTS_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/store/lmdb/environment.h"
#include "services/store/lmdb/layout.h"
#include "services/store/store.h"

namespace bulian::store::lmdb {

inline constexpr std::uint32_t kDroppedLogId = 0;

// A request id that is looked for, in its scope.
struct AskedRequest {
  std::string_view log, actor, method, request_id, payload_digest;
};

// Keeps the request id of the log's newest commit, if it has one; to be called before the log's rows go.
absl::Status KeepLastRequest(const Transaction& txn, const Tables& tables, std::string_view log, const LogState& state);

// The kept answer within its 24 hours, of whichever log of this name. INVALID_ARGUMENT/REQUEST_ID_REUSED when it was
// used with another payload. `*code` other than 0 is LMDB's.
absl::StatusOr<std::optional<CommitResult>> FindDroppedRequest(const Transaction& txn, const Tables& tables,
                                                               const AskedRequest& asked, absl::Time now, int* code);

}  // namespace bulian::store::lmdb

#endif  // SERVICES_STORE_LMDB_DROPPED_REQUESTS_H_
