#include "services/store/lmdb/offline.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "services/model/error.h"
#include "services/store/lmdb/layout.h"
#include "services/store/lmdb/log_reader.h"

namespace bulian::store::lmdb {
namespace {

namespace fs = std::filesystem;

absl::Status Refuse(const std::string& why) {
  return model::Error(absl::StatusCode::kFailedPrecondition, v1::STORE_FAILED, why);
}

absl::Status SyncFile(const std::string& path) {
  const int fd = open(path.c_str(), O_RDWR | O_CLOEXEC);
  const bool synced = fd >= 0 && fsync(fd) == 0;
  const int error = errno;
  if (fd >= 0) close(fd);
  return synced ? absl::OkStatus() : StoreFailed("could not sync " + path + ": " + std::strerror(error));
}

std::int64_t SizeOf(const std::string& path) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  return error ? 0 : static_cast<std::int64_t>(size);
}

// A half-made file, removed unless it was put to use.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string path) : path_(std::move(path)) { Remove(); }
  ~TemporaryFile() { Remove(); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::string& path() const { return path_; }
  absl::Status MoveTo(const std::string& target) {
    std::error_code error;
    fs::rename(path_, target, error);
    return error ? StoreFailed("could not put " + target + " in place: " + error.message()) : absl::OkStatus();
  }

 private:
  void Remove() const {
    std::error_code ignored;
    fs::remove(path_, ignored);
    fs::remove(path_ + "-lock", ignored);
  }
  std::string path_;
};

absl::Status RequireFile(const std::string& file) {
  std::error_code error;
  return fs::is_regular_file(file, error) ? absl::OkStatus() : Refuse("there is no data file " + file);
}

absl::Status CopyTo(const Environment& env, const std::string& file, unsigned flags) {
  const int code = mdb_env_copy2(env.get(), file.c_str(), flags);
  return code == 0 ? SyncFile(file) : LmdbError(code, "copy the data file to " + file);
}

}  // namespace

absl::StatusOr<OpenedDirectory> OpenForReading(const std::string& directory) {
  auto held = DataDirectory::Acquire(directory, /*create=*/false);
  if (!held.ok()) return held.status();
  if (absl::Status status = RequireFile((*held)->DataFile()); !status.ok()) return status;
  auto env = Environment::Open({(*held)->DataFile(), 0, MDB_RDONLY});
  if (!env.ok()) return env.status();
  return OpenedDirectory{*std::move(held), *std::move(env)};
}

absl::StatusOr<VerifyReport> VerifyDirectory(const std::string& directory) {
  auto opened = OpenForReading(directory);
  if (!opened.ok()) return opened.status();
  return Verify(*opened->env);
}

absl::StatusOr<VerifyReport> VerifyFile(const std::string& file) {
  if (absl::Status status = RequireFile(file); !status.ok()) return status;
  auto env = Environment::Open({file, 0, MDB_RDONLY | MDB_NOLOCK});
  if (!env.ok()) return env.status();
  return Verify(**env);
}

absl::Status VisitRecords(const Environment& env, std::string_view log, const RecordVisitor& visit) {
  Transaction txn;
  Tables tables;
  if (const int code = txn.BeginRead(env); code != 0) return LmdbError(code, "read the data file");
  if (absl::Status status = OpenTables(txn, /*create=*/false, &tables); !status.ok()) return status;
  if (!log.empty()) {
    if (auto state = ReadLogState(txn, tables, log); !state.ok()) return state.status();
  }
  Cursor logs;
  std::string_view name;
  std::string_view row;
  int code = logs.Open(txn, tables.logs);
  while (code == 0 && (code = logs.Next(&name, &row)) == 0) {
    LogState state;
    if (!log.empty() && log != name) continue;
    if (!DecodeLogState(row, &state)) return StoreFailed("the row of log " + std::string(name) + " is not readable");
    const std::string prefix = IdKey(state.id);
    Cursor records;
    std::string_view key;
    code = records.Open(txn, tables.records);
    if (code == 0) code = records.Seek(prefix, &key, &row);
    for (; code == 0 && key.starts_with(prefix); code = records.Next(&key, &row)) {
      std::int64_t revision = 0;
      if (row.size() < kRecordRevisionBytes) return StoreFailed("the row of a record is not readable");
      std::memcpy(&revision, row.data(), kRecordRevisionBytes);
      visit(name, key.substr(prefix.size()), revision, row.substr(kRecordRevisionBytes));
    }
    if (code == MDB_NOTFOUND) code = 0;
  }
  return code == 0 || code == MDB_NOTFOUND ? absl::OkStatus() : LmdbError(code, "read the records");
}

absl::StatusOr<Sizes> CompactDirectory(const std::string& directory) {
  auto opened = OpenForReading(directory);
  if (!opened.ok()) return opened.status();
  const std::string data = opened->directory->DataFile();
  Sizes sizes{SizeOf(data), 0};
  TemporaryFile compacted(data + ".compacting");
  if (absl::Status status = CopyTo(*opened->env, compacted.path(), MDB_CP_COMPACT); !status.ok()) return status;
  // A copy that cannot be read must never take the place of one that can.
  auto report = VerifyFile(compacted.path());
  if (!report.ok()) return report.status();
  sizes.after = SizeOf(compacted.path());
  opened->env.reset();
  if (absl::Status status = compacted.MoveTo(data); !status.ok()) return status;
  if (absl::Status status = opened->directory->Sync(); !status.ok()) return status;
  return sizes;
}

}  // namespace bulian::store::lmdb
