// Work on a data directory while no server holds it. For bulian-db.
#ifndef SERVICES_STORE_LMDB_OFFLINE_H_
#define SERVICES_STORE_LMDB_OFFLINE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
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
// A data file by itself; nothing may be writing to it.
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

}  // namespace bulian::store::lmdb

#endif  // SERVICES_STORE_LMDB_OFFLINE_H_
