#include "services/store/lmdb/offline.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "services/model/error.h"
#include "services/store/lmdb/layout.h"
#include "services/store/lmdb/log_reader.h"
#include "services/store/log_codec.h"

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

// Raises the epoch of every log in a data file that nobody else has open.
absl::Status RaiseEpochs(const std::string& file, absl::Time now) {
  auto env = Environment::Open({file, SizeOf(file) + (std::int64_t{64} << 20), 0});
  if (!env.ok()) return env.status();
  Transaction txn;
  Tables tables;
  if (const int code = txn.BeginWrite(**env); code != 0) return LmdbError(code, "raise the epochs");
  if (absl::Status status = OpenTables(txn, /*create=*/false, &tables); !status.ok()) return status;
  Cursor cursor;
  std::vector<std::string> names;
  std::string_view name;
  int code = cursor.Open(txn, tables.logs);
  while (code == 0 && (code = cursor.Next(&name, nullptr)) == 0) names.emplace_back(name);
  cursor.Close();
  if (code != MDB_NOTFOUND) return LmdbError(code, "read the logs");
  for (const std::string& log : names) {
    auto state = ReadLogState(txn, tables, log);
    if (!state.ok()) return state.status();
    auto newest = ReadEntry(txn, tables, state->id, state->revision);
    if (!newest.ok()) return newest.status();
    state->epoch = std::max(state->epoch + 1, absl::ToUnixSeconds(now));
    state->digest = EpochDigest(EntryDigest(newest->entry), state->epoch);
    code = txn.Put(tables.logs, log, EncodeLogState(*state));
    if (code != 0) return LmdbError(code, "raise the epochs");
  }
  return LmdbError(txn.Commit(), "raise the epochs");
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

absl::StatusOr<std::int64_t> BackupDirectory(const std::string& directory, const std::string& file) {
  const std::string data = directory + "/" + kDataFileName;
  if (absl::Status status = RequireFile(data); !status.ok()) return status;
  std::error_code error;
  if (fs::exists(file, error)) return Refuse(file + " is there already");
  auto env = Environment::Open({data, 0, MDB_RDONLY});
  if (!env.ok()) return env.status();
  TemporaryFile copy(file + ".part");
  if (absl::Status status = CopyTo(**env, copy.path(), 0); !status.ok()) return status;
  if (absl::Status status = copy.MoveTo(file); !status.ok()) return status;
  return SizeOf(file);
}

absl::StatusOr<VerifyReport> RestoreDirectory(const std::string& file, const std::string& directory, absl::Time now) {
  std::error_code error;
  const std::string source = fs::is_directory(file, error) ? file + "/" + kDataFileName : file;
  auto report = VerifyFile(source);
  if (!report.ok() || !report->problems.empty()) return report;
  auto held = DataDirectory::Acquire(directory, /*create=*/true);
  if (!held.ok()) return held.status();
  const std::string data = (*held)->DataFile();
  if (fs::exists(data, error)) return Refuse(directory + " holds data already: restore into an empty directory");
  TemporaryFile restored(data + ".restoring");
  {
    auto env = Environment::Open({source, 0, MDB_RDONLY | MDB_NOLOCK});
    if (!env.ok()) return env.status();
    if (absl::Status status = CopyTo(**env, restored.path(), 0); !status.ok()) return status;
  }
  if (absl::Status status = RaiseEpochs(restored.path(), now); !status.ok()) return status;
  report = VerifyFile(restored.path());
  if (!report.ok() || !report->problems.empty()) return report;
  if (absl::Status status = restored.MoveTo(data); !status.ok()) return status;
  if (absl::Status status = (*held)->Sync(); !status.ok()) return status;
  return report;
}

}  // namespace bulian::store::lmdb
