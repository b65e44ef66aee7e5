// Checking a whole data file: the digest chain, holes, and records against the log.
#ifndef SERVICES_STORE_LMDB_VERIFY_H_
#define SERVICES_STORE_LMDB_VERIFY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/store/lmdb/environment.h"

namespace bulian::store::lmdb {

struct VerifyReport {
  struct Log {
    std::string name, uid;
    std::int64_t epoch = 0, earliest = 0, revision = 0, records = 0, changes = 0;
  };
  std::vector<Log> logs;  // by name
  std::int64_t request_ids = 0;
  std::int64_t dropped_logs = 0;  // removed, with rows still to be deleted
  std::int64_t used_bytes = 0;
  std::vector<std::string> problems;  // the first hundred; empty: the file is sound
};

// Reads everything in one read transaction; memory in proportion to the names the log holds. A status only when the
// file cannot be read at all; what is wrong in it is in `problems`. Checked: every kept entry is there and readable;
// its digest is the predecessor digest of the next; times and epochs never go back; before-images are what the log said
// before; records equal what the log says where it reaches; counts agree; no row is without an owner.
absl::StatusOr<VerifyReport> Verify(const Environment& env);

}  // namespace bulian::store::lmdb

#endif  // SERVICES_STORE_LMDB_VERIFY_H_
