// Work on a data directory while no server holds it (Backup: even while one does). For bulian-db.
#ifndef SERVICES_STORE_LMDB_OFFLINE_H_
#define SERVICES_STORE_LMDB_OFFLINE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/store/lmdb/data_directory.h"
#include "services/store/lmdb/environment.h"
#include "services/store/lmdb/verify.h"
#include "services/store/store.h"

namespace bulian::store::lmdb {

// A data directory held and its file open for reading only. FAILED_PRECONDITION: held by a server, or not a data file.
struct OpenedDirectory {
  std::unique_ptr<DataDirectory> directory;
  std::unique_ptr<Environment> env;
};
absl::StatusOr<OpenedDirectory> OpenForReading(const std::string& directory);

absl::StatusOr<VerifyReport> VerifyDirectory(const std::string& directory);
// A data file by itself, for example a backup; nothing may be writing to it.
absl::StatusOr<VerifyReport> VerifyFile(const std::string& file);

// Visits the records of one log, or of all if `log` is empty, by log and name.
using RecordVisitor =
    std::function<void(std::string_view log, std::string_view name, std::int64_t revision, std::string_view value)>;
absl::Status VisitRecords(const Environment& env, std::string_view log, const RecordVisitor& visit);

struct Sizes {
  std::int64_t before = 0, after = 0;  // bytes of the data file
};
// Rewrites the data file without its free pages, and puts the new one in place of the old in one step.
absl::StatusOr<Sizes> CompactDirectory(const std::string& directory);

// Copies a data file, consistently even while a server writes; `file` must not exist. Returns the size of the copy.
absl::StatusOr<std::int64_t> BackupDirectory(const std::string& directory, const std::string& file);

// Makes a copied data file the data of a directory that has none: verifies it, and raises the epoch of every log, to
// the seconds of `now` if that is more, so that two restores of one backup never share an epoch. Returns what it
// checked; changes nothing when the copy has problems.
absl::StatusOr<VerifyReport> RestoreDirectory(const std::string& file, const std::string& directory, absl::Time now);

}  // namespace bulian::store::lmdb

#endif  // SERVICES_STORE_LMDB_OFFLINE_H_
