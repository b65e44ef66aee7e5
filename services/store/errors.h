// The refusals that every store makes alike. Pure functions, thread-safe.
#ifndef SERVICES_STORE_ERRORS_H_
#define SERVICES_STORE_ERRORS_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "services/store/store.h"

namespace bulian::store {

// NOT_FOUND of the log's cluster.
absl::Status NoSuchLog(std::string_view log);
// ABORTED/CONFLICT.
absl::Status Conflict(std::string_view log, std::string_view why);
// INVALID_ARGUMENT/REQUEST_ID_REUSED.
absl::Status RequestIdReused(std::string_view request_id);
// OUT_OF_RANGE/REVISION_NOT_RETAINED of the entry after `requested`.
absl::Status EntryNotRetained(std::int64_t requested, std::int64_t earliest, std::int64_t latest);
// UNAVAILABLE/STORE_FAILED.
absl::Status StoreFailed(std::string_view why);

// Indexes of the writes by name.
std::vector<std::uint32_t> WritesByName(const CommitRequest& request);
// INVALID_ARGUMENT with every violation: no log, no writes, a name twice, empty or too long.
absl::Status CheckRequest(const CommitRequest& request, std::span<const std::uint32_t> by_name);

}  // namespace bulian::store

#endif  // SERVICES_STORE_ERRORS_H_
