// The embedded store: one LMDB data file in a directory that one process holds.
#ifndef SERVICES_STORE_LMDB_LMDB_STORE_H_
#define SERVICES_STORE_LMDB_LMDB_STORE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "services/store/store.h"
#include "services/store/uuid.h"

namespace bulian::store {

struct LmdbOptions {
  std::string directory;  // created if missing
  std::int64_t max_data_size = std::int64_t{64}
                               << 30;  // bytes of data; fixed while open. The file is sparse, and up to a
                                       // sixteenth (at least 8 MiB) larger, for pages being turned over
  std::function<absl::Time()> clock = [] { return absl::Now(); };
  std::function<std::string()> new_uid = RandomUuid;  // uid of a new log
  bool unsafe_no_sync = false;                        // for tests of the tests: loses commits on power loss
};

// Opens or creates the store. FAILED_PRECONDITION: the directory is held by another process (its pid is told), is on a
// network file system, or the data file is of a newer version or not one of ours.
absl::StatusOr<std::unique_ptr<Store>> OpenLmdbStore(const LmdbOptions& options);

}  // namespace bulian::store

#endif  // SERVICES_STORE_LMDB_LMDB_STORE_H_
