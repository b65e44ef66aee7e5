// What a data file costs without the server: the ceilings its start and its import are held against.
//
// Usage: store_ceilings scan DATA_DIR    reads every record and parses it, nothing else
//        store_ceilings load DATA_DIR    writes the same record and log rows in the same batches to a new bare LMDB
//        file
// The server must be stopped; for `load` its log must be whole (--retention-*=0). Prints one line of key value pairs.
#include <lmdb.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "services/model/record_resource.h"
#include "services/model/resource_name.h"
#include "services/store/lmdb/layout.h"
#include "services/store/lmdb/lmdb_store.h"
#include "services/store/log_codec.h"

namespace bulian::store {
namespace {

namespace fs = std::filesystem;

void Require(bool ok, const char* what) {
  if (ok) return;
  std::fprintf(stderr, "%s failed\n", what);
  std::exit(1);
}

double SecondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

struct BareFile {
  MDB_env* env = nullptr;
  explicit BareFile(const std::string& path, unsigned flags) {
    Require(mdb_env_create(&env) == 0, "create");
    mdb_env_set_maxdbs(env, 16);
    mdb_env_set_mapsize(env, std::size_t{256} << 30);
    Require(mdb_env_open(env, path.c_str(), flags | MDB_NOSUBDIR, 0600) == 0, "open");
  }
  ~BareFile() { mdb_env_close(env); }
};

int Scan(const std::string& directory) {
  const BareFile file(directory + "/" + lmdb::kDataFileName, MDB_RDONLY);
  const auto start = std::chrono::steady_clock::now();
  v1::ImportRecord records_by_type[model::kResourceTypeCount];
  MDB_txn* txn = nullptr;
  MDB_dbi records = 0;
  MDB_cursor* cursor = nullptr;
  Require(mdb_txn_begin(file.env, nullptr, MDB_RDONLY, &txn) == 0, "begin");
  Require(mdb_dbi_open(txn, "records", 0, &records) == 0, "records");
  Require(mdb_cursor_open(txn, records, &cursor) == 0, "cursor");
  MDB_val key, value;
  long count = 0, bytes = 0;
  while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0) {
    const std::string_view name(static_cast<const char*>(key.mv_data) + 4, key.mv_size - 4);
    const auto parsed = model::ParseResourceName(name);
    Require(parsed.has_value(), "name");
    auto& message = *model::MutableResource(parsed->type, &records_by_type[static_cast<int>(parsed->type)]);
    Require(message.ParseFromArray(static_cast<const char*>(value.mv_data) + lmdb::kRecordRevisionBytes,
                                   static_cast<int>(value.mv_size - lmdb::kRecordRevisionBytes)),
            "parse");
    ++count;
    bytes += static_cast<long>(value.mv_size);
  }
  mdb_cursor_close(cursor);
  mdb_txn_abort(txn);
  std::printf("records %ld record_bytes %ld seconds %.3f\n", count, bytes, SecondsSince(start));
  return 0;
}

void Put(MDB_txn* txn, MDB_dbi table, std::string_view key, std::string_view value, unsigned flags) {
  MDB_val k{key.size(), const_cast<char*>(key.data())}, v{value.size(), const_cast<char*>(value.data())};
  Require(mdb_put(txn, table, &k, &v, flags) == 0, "put");
}

// One commit's rows in a transaction of their own.
double WriteEntry(MDB_env* env, MDB_dbi records, MDB_dbi changes, const LogEntry& entry, std::uint64_t sequence) {
  std::vector<std::string> rows;
  for (const LoggedChange& change : entry.changes) {
    const ChangeView view = ViewOf(change);
    rows.emplace_back(ChangeRowSize(view), '\0');
    EncodeChangeRow(view, rows.back().data());
  }
  const std::string header = EncodeEntryHeader(entry, static_cast<std::int64_t>(entry.changes.size()));
  const auto start = std::chrono::steady_clock::now();
  MDB_txn* txn = nullptr;
  Require(mdb_txn_begin(env, nullptr, 0, &txn) == 0, "begin");
  std::string value;
  for (const LoggedChange& change : entry.changes) {
    value.assign(lmdb::kRecordRevisionBytes, '\0');
    value += change.after.value_or("");
    Put(txn, records, lmdb::RecordKey(1, change.name), value, 0);
  }
  for (std::size_t i = 0; i < rows.size(); ++i)
    Put(txn, changes, lmdb::ChangeKey(sequence, static_cast<std::uint32_t>(i)), rows[i], MDB_APPEND);
  Put(txn, changes, lmdb::ChangeKey(sequence, ~0u), header, MDB_APPEND);
  Require(mdb_txn_commit(txn) == 0, "commit");
  return SecondsSince(start);
}

int Load(const std::string& directory) {
  LmdbOptions options;
  options.directory = directory;
  auto store = OpenLmdbStore(options);
  if (!store.ok()) std::fprintf(stderr, "%s\n", std::string(store.status().message()).c_str());
  Require(store.ok(), "open");
  const fs::path target = fs::path(directory) / "bare-load.mdb";
  fs::remove(target);
  double seconds = 0;
  long count = 0;
  std::uint64_t sequence = 0;
  {
    const BareFile file(target, 0);
    MDB_txn* txn = nullptr;
    MDB_dbi records = 0, changes = 0;
    Require(mdb_txn_begin(file.env, nullptr, 0, &txn) == 0, "begin");
    Require(mdb_dbi_open(txn, "records", MDB_CREATE, &records) == 0, "records");
    Require(mdb_dbi_open(txn, "changes", MDB_CREATE, &changes) == 0, "changes");
    Require(mdb_txn_commit(txn) == 0, "commit");
    const auto logs = (*store)->ListLogs();
    Require(logs.ok(), "list");
    for (const auto& [log, position] : *logs) {
      const absl::Status followed = (*store)->Follow(log, 0, [&](const std::shared_ptr<const LogEntry>& entry) {
        seconds += WriteEntry(file.env, records, changes, *entry, ++sequence);
        count += static_cast<long>(entry->changes.size());
        return true;
      });
      Require(followed.ok(), "follow");
    }
  }
  fs::remove(target);
  fs::remove(target.string() + "-lock");
  std::printf("records %ld seconds %.3f records_per_second %.0f\n", count, seconds,
              static_cast<double>(count) / seconds);
  return 0;
}

}  // namespace
}  // namespace bulian::store

int main(int argc, char** argv) {
  const std::string what = argc == 3 ? argv[1] : "";
  if (what == "scan") return bulian::store::Scan(argv[2]);
  if (what == "load") return bulian::store::Load(argv[2]);
  std::fprintf(stderr, "usage: store_ceilings scan|load DATA_DIR\n");
  return 2;
}
