// What stands where in the data file. Keys hold numbers big-endian, so that they sort; logs have short numeric ids.
//
// clang-format off
//   table          key                               value
//   meta           text                              `format`: version of this layout; `next_log`: id of the next log
//   logs           log name                          LogState
//   records        log id, record name               revision (8 bytes), value
//   headers        log id, revision                  first change row's sequence, bytes of the entry's rows, entry header
//   changes        sequence (over all logs), index   change row; always appended, so its pages are full
//   requests       log id, digest of the scoped id   time, revision, payload digest (log id 0: DroppedRequest)
//   request_times  time, key in requests             empty; oldest first, for expiry
//   dropped        log id                            empty: rows without a log: of a removed one, to be deleted, or of one being loaded
// clang-format on
// Pure functions, thread-safe.
#ifndef SERVICES_STORE_LMDB_LAYOUT_H_
#define SERVICES_STORE_LMDB_LAYOUT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/store/errors.h"
#include "services/store/lmdb/environment.h"
#include "services/store/store.h"

namespace bulian::store::lmdb {

inline constexpr std::uint32_t kFormatVersion = 1;
inline constexpr char kDataFileName[] = "bulian.mdb";
inline constexpr absl::Duration kRequestIdAge = absl::Hours(24);
inline constexpr std::size_t kRecordRevisionBytes = 8;  // before the value of a record row

struct Tables {
  MDB_dbi meta = 0, logs = 0, records = 0, headers = 0, changes = 0, requests = 0, request_times = 0, dropped = 0;
};

// Opens the tables inside `txn`; creates them and the format row when the file is empty and `create` is set.
// FAILED_PRECONDITION: written by a newer version, or no data file of ours.
absl::Status OpenTables(const Transaction& txn, bool create, Tables* tables);

// Bytes of the pages that hold data; free pages inside the file are not counted.
std::int64_t UsedBytes(const Transaction& txn, const Tables& tables);

// A log as its row holds it.
struct LogState {
  std::uint32_t id = 0;
  std::int64_t epoch = 1, revision = 0;
  absl::Time commit_time = absl::UnixEpoch();
  std::int64_t earliest = 1;   // first revision whose entry is kept
  std::int64_t log_bytes = 0;  // of the kept entries' rows
  std::int64_t records = 0;
  std::string digest;  // predecessor digest of the next entry
  std::string uid;

  LogPosition Position() const { return {uid, epoch, revision, commit_time}; }
};
std::string EncodeLogState(const LogState& state);
bool DecodeLogState(std::string_view bytes, LogState* state);

// A header row before its entry header.
struct HeaderPrefix {
  std::uint64_t sequence = 0;
  std::int64_t bytes = 0;
};
std::string EncodeHeaderRow(const HeaderPrefix& prefix, std::string_view entry_header);
bool DecodeHeaderRow(std::string_view row, HeaderPrefix* prefix, std::string_view* entry_header);

// A row of `requests`.
struct RequestRow {
  absl::Time commit_time;
  std::int64_t revision = 0;
  std::string payload_digest;
};
std::string EncodeRequestRow(const RequestRow& row);
bool DecodeRequestRow(std::string_view bytes, RequestRow* row);

// In place of the payload digest for a request id that outlived its log.
struct DroppedRequest {
  std::string uid;  // of the log
  std::int64_t epoch = 0;
  std::string payload_digest;
};
std::string EncodeDroppedRequest(const DroppedRequest& kept);
bool DecodeDroppedRequest(std::string_view bytes, DroppedRequest* kept);

// Writes a row of `requests` with its place in the expiry order, which replaces that of an older row of the key.
// Returns LMDB's code.
int PutRequestRow(const Transaction& txn, const Tables& tables, std::string_view key, const RequestRow& row);

// Takes the id of a new log. Returns LMDB's code.
int TakeLogId(const Transaction& txn, const Tables& tables, std::uint32_t* id);

// Keys.
std::string IdKey(std::uint32_t log_id);
std::string RecordKey(std::uint32_t log_id, std::string_view name);
std::string HeaderKey(std::uint32_t log_id, std::int64_t revision);
std::string ChangeKey(std::uint64_t sequence, std::uint32_t index);
std::string RequestKey(std::uint32_t log_id, std::string_view actor, std::string_view method,
                       std::string_view request_id);
std::string RequestKeyOf(std::uint32_t log_id, std::string_view scope);
std::string RequestTimeKey(absl::Time time, std::string_view request_key);

// Parts of keys; the key must be long enough, which callers check by its table.
std::uint64_t BigEndian64(std::string_view bytes);
void AppendBigEndian64(std::string& out, std::uint64_t value);

}  // namespace bulian::store::lmdb

#endif  // SERVICES_STORE_LMDB_LAYOUT_H_
