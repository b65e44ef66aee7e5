// Thin owners for LMDB handles. Functions return LMDB's codes; LmdbError() turns one into a status.
#ifndef SERVICES_STORE_LMDB_ENVIRONMENT_H_
#define SERVICES_STORE_LMDB_ENVIRONMENT_H_

#include <lmdb.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/store/errors.h"

namespace bulian::store::lmdb {

inline MDB_val ToVal(std::string_view bytes) { return {bytes.size(), const_cast<char*>(bytes.data())}; }
inline std::string_view FromVal(const MDB_val& value) {
  return {static_cast<const char*>(value.mv_data), value.mv_size};
}

// Whether a code means that there is no room: the size limit of the file, the disk, a quota or a file size limit.
bool IsFull(int code);

// STORE_FULL when IsFull(code), else STORE_FAILED. `doing` completes "could not ...".
absl::Status LmdbError(int code, std::string_view doing);
absl::Status StoreFull(std::string_view why, std::int64_t used_bytes, std::int64_t limit_bytes);

// The one open data file. Thread-safe as LMDB is: one write transaction at a time, any number of readers.
class Environment {
 public:
  struct Options {
    std::string path;            // of the data file; its reader table stands beside it as `{path}-lock`
    std::int64_t map_bytes = 0;  // size of the sparse map; a larger file stays readable
    unsigned extra_flags = 0;    // MDB_RDONLY, MDB_NOLOCK; MDB_NOSYNC only in tests
  };
  // FAILED_PRECONDITION when the file is not one that this LMDB reads.
  static absl::StatusOr<std::unique_ptr<Environment>> Open(const Options& options);
  ~Environment();

  MDB_env* get() const { return env_; }

 private:
  explicit Environment(MDB_env* env) : env_(env) {}
  MDB_env* env_;
};

// One transaction, aborted unless committed. Belongs to one thread at a time.
class Transaction {
 public:
  Transaction() = default;
  ~Transaction() { Abort(); }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  int BeginRead(const Environment& env) { return mdb_txn_begin(env.get(), nullptr, MDB_RDONLY, &txn_); }
  int BeginWrite(const Environment& env) { return mdb_txn_begin(env.get(), nullptr, 0, &txn_); }
  int Commit();
  void Abort();

  MDB_txn* get() const { return txn_; }
  int Get(MDB_dbi table, std::string_view key, std::string_view* value) const;
  int Put(MDB_dbi table, std::string_view key, std::string_view value, unsigned flags = 0) const;
  int Delete(MDB_dbi table, std::string_view key) const;

 private:
  MDB_txn* txn_ = nullptr;
};

// A cursor; must not outlive its transaction's use.
class Cursor {
 public:
  Cursor() = default;
  ~Cursor() { Close(); }
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;

  int Open(const Transaction& txn, MDB_dbi table) { return mdb_cursor_open(txn.get(), table, &cursor_); }
  void Close();
  MDB_cursor* get() const { return cursor_; }

  // First row with a key of at least `key`.
  int Seek(std::string_view key, std::string_view* found, std::string_view* value);
  // The row with exactly this key.
  int Find(std::string_view key, std::string_view* value);
  int Next(std::string_view* key, std::string_view* value);
  int Last(std::string_view* key, std::string_view* value);
  int DeleteCurrent() { return mdb_cursor_del(cursor_, 0); }

 private:
  int Move(MDB_val key, MDB_cursor_op op, std::string_view* found, std::string_view* value);
  MDB_cursor* cursor_ = nullptr;
};

}  // namespace bulian::store::lmdb

#endif  // SERVICES_STORE_LMDB_ENVIRONMENT_H_
