#include "services/store/lmdb/environment.h"

#include <cerrno>
#include <utility>

#include "services/model/error.h"

namespace bulian::store::lmdb {
namespace {

constexpr unsigned kMaxTables = 16;
constexpr unsigned kMaxReaders = 1024;

}  // namespace

bool IsFull(int code) {
  return code == MDB_MAP_FULL || code == ENOSPC || code == EDQUOT || code == EFBIG || code == MDB_TXN_FULL;
}

absl::Status StoreFull(std::string_view why, std::int64_t used_bytes, std::int64_t limit_bytes) {
  model::ErrorMetadata metadata;
  if (limit_bytes > 0) {
    metadata = {{"used_bytes", std::to_string(used_bytes)}, {"limit_bytes", std::to_string(limit_bytes)}};
  }
  return model::Error(absl::StatusCode::kResourceExhausted, v1::STORE_FULL,
                      "the store has no room: " + std::string(why), metadata);
}

absl::Status LmdbError(int code, std::string_view doing) {
  if (code == 0) return absl::OkStatus();
  const std::string why = "could not " + std::string(doing) + ": " + mdb_strerror(code);
  return IsFull(code) ? StoreFull(why, 0, 0) : StoreFailed(why);
}

absl::StatusOr<std::unique_ptr<Environment>> Environment::Open(const Options& options) {
  MDB_env* raw = nullptr;
  if (const int code = mdb_env_create(&raw); code != 0) return LmdbError(code, "prepare the data file");
  std::unique_ptr<Environment> env(new Environment(raw));
  mdb_env_set_maxdbs(raw, kMaxTables);
  mdb_env_set_maxreaders(raw, kMaxReaders);
  int code = options.map_bytes == 0 ? 0 : mdb_env_set_mapsize(raw, static_cast<std::size_t>(options.map_bytes));
  if (code == 0) code = mdb_env_open(raw, options.path.c_str(), MDB_NOSUBDIR | MDB_NOTLS | options.extra_flags, 0600);
  if (code == MDB_INVALID || code == MDB_VERSION_MISMATCH || code == MDB_CORRUPTED) {
    return model::Error(absl::StatusCode::kFailedPrecondition, v1::STORE_FAILED,
                        options.path + " is not a data file that this program can read: " + mdb_strerror(code));
  }
  if (code != 0) return LmdbError(code, "open " + options.path);
  int dead = 0;
  if ((options.extra_flags & MDB_NOLOCK) != 0) return env;
  if (code = mdb_reader_check(raw, &dead); code != 0) return LmdbError(code, "clear stale readers");
  return env;
}

Environment::~Environment() { mdb_env_close(env_); }

int Transaction::Commit() { return mdb_txn_commit(std::exchange(txn_, nullptr)); }

void Transaction::Abort() {
  if (txn_ != nullptr) mdb_txn_abort(std::exchange(txn_, nullptr));
}

int Transaction::Get(MDB_dbi table, std::string_view key, std::string_view* value) const {
  MDB_val key_val = ToVal(key);
  MDB_val data{};
  const int code = mdb_get(txn_, table, &key_val, &data);
  if (code == 0) *value = FromVal(data);
  return code;
}

int Transaction::Put(MDB_dbi table, std::string_view key, std::string_view value, unsigned flags) const {
  MDB_val key_val = ToVal(key);
  MDB_val data = ToVal(value);
  return mdb_put(txn_, table, &key_val, &data, flags);
}

int Transaction::Delete(MDB_dbi table, std::string_view key) const {
  MDB_val key_val = ToVal(key);
  return mdb_del(txn_, table, &key_val, nullptr);
}

void Cursor::Close() {
  if (cursor_ != nullptr) mdb_cursor_close(std::exchange(cursor_, nullptr));
}

int Cursor::Move(MDB_val key, MDB_cursor_op op, std::string_view* found, std::string_view* value) {
  MDB_val data{};
  const int code = mdb_cursor_get(cursor_, &key, &data, op);
  if (code != 0) return code;
  if (found != nullptr) *found = FromVal(key);
  if (value != nullptr) *value = FromVal(data);
  return 0;
}

int Cursor::Seek(std::string_view key, std::string_view* found, std::string_view* value) {
  return Move(ToVal(key), MDB_SET_RANGE, found, value);
}
int Cursor::Find(std::string_view key, std::string_view* value) {
  return Move(ToVal(key), MDB_SET_KEY, nullptr, value);
}
int Cursor::Next(std::string_view* key, std::string_view* value) { return Move({}, MDB_NEXT, key, value); }
int Cursor::Last(std::string_view* key, std::string_view* value) { return Move({}, MDB_LAST, key, value); }

}  // namespace bulian::store::lmdb
