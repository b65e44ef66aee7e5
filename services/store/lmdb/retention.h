// Dropping what need not be kept, in bounded pieces: log entries beyond the retention, expired request ids, and the
// rows of removed logs. Runs on the committer's thread.
#ifndef SERVICES_STORE_LMDB_RETENTION_H_
#define SERVICES_STORE_LMDB_RETENTION_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/store/lmdb/environment.h"
#include "services/store/lmdb/layout.h"
#include "services/store/lmdb/log_book.h"
#include "services/store/store.h"

namespace bulian::store::lmdb {

// Does one piece; returns whether more is left.
absl::StatusOr<bool> CompactPiece(const Transaction& txn, const Tables& tables, LogBook* book,
                                  const Retention& retention, absl::Time now);

}  // namespace bulian::store::lmdb

#endif  // SERVICES_STORE_LMDB_RETENTION_H_
