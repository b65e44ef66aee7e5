#include "services/store/lmdb/log_reader.h"

#include <cstring>
#include <utility>

#include "services/model/error.h"
#include "services/store/log_codec.h"

namespace bulian::store::lmdb {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{1} << 20;
constexpr std::size_t kPieceItems = 4096;

}  // namespace

absl::StatusOr<LogState> ReadLogState(const Transaction& txn, const Tables& tables, std::string_view log) {
  std::string_view row;
  const int code = log.empty() ? MDB_NOTFOUND : txn.Get(tables.logs, log, &row);
  if (code == MDB_NOTFOUND || code == MDB_BAD_VALSIZE) return NoSuchLog(log);
  if (code != 0) return LmdbError(code, "read a log");
  LogState state;
  if (!DecodeLogState(row, &state)) return StoreFailed("the row of log " + std::string(log) + " is not readable");
  return state;
}

absl::StatusOr<StoredEntry> ReadEntry(const Transaction& txn, const Tables& tables, std::uint32_t log_id,
                                      std::int64_t revision) {
  const std::string what = "log entry " + std::to_string(revision);
  std::string_view row;
  if (const int code = txn.Get(tables.headers, HeaderKey(log_id, revision), &row); code != 0) {
    return LmdbError(code, "read " + what);
  }
  HeaderPrefix prefix;
  EntryHeader header;
  if (!DecodeHeaderRow(row, &prefix, &row) || !DecodeEntryHeader(row, &header))
    return StoreFailed(what + " is not readable");
  StoredEntry stored{std::move(header.entry), static_cast<std::size_t>(prefix.bytes)};
  Cursor cursor;
  int code = cursor.Open(txn, tables.changes);
  std::string_view key;
  for (std::int64_t i = 0; i < header.change_count && code == 0; ++i) {
    const std::string wanted = ChangeKey(prefix.sequence, static_cast<std::uint32_t>(i));
    code = i == 0 ? cursor.Seek(wanted, &key, &row) : cursor.Next(&key, &row);
    ChangeView change;
    if (code == 0 && (key != wanted || !DecodeChangeRow(row, &change))) return StoreFailed(what + " is not readable");
    if (code == 0) stored.entry.changes.push_back(change.Copy());
  }
  if (code != 0) return LmdbError(code, "read " + what);
  return stored;
}

absl::Status LogReader::ReadPiece(std::string_view log, bool first, Piece* piece) const {
  Transaction txn;
  if (const int code = txn.BeginRead(*env_); code != 0) return LmdbError(code, "begin a scan");
  auto state = ReadLogState(txn, tables_, log);
  if (!state.ok()) return state.status();
  if (!first && state->uid != piece->position.uid) return NoSuchLog(log);
  piece->position = state->Position();
  piece->bytes.clear();
  piece->items.clear();
  piece->more = false;

  Cursor cursor;
  int code = cursor.Open(txn, tables_.records);
  const std::string prefix = IdKey(state->id);
  // The key right after the last one is that name and a zero byte.
  const std::string from = first ? prefix : RecordKey(state->id, piece->last_name).append(1, '\0');
  std::string_view key;
  std::string_view row;
  if (code == 0) code = cursor.Seek(from, &key, &row);
  for (; code == 0 && key.starts_with(prefix); code = cursor.Next(&key, &row)) {
    if (piece->bytes.size() >= kPieceBytes || piece->items.size() == kPieceItems) {
      piece->more = true;
      return absl::OkStatus();
    }
    if (row.size() < kRecordRevisionBytes) return StoreFailed("the row of a record is not readable");
    Piece::Item item{key.size() - prefix.size(), row.size() - kRecordRevisionBytes, 0};
    std::memcpy(&item.revision, row.data(), kRecordRevisionBytes);
    piece->bytes.append(key.substr(prefix.size())).append(row.substr(kRecordRevisionBytes));
    piece->items.push_back(item);
    if (piece->bytes.size() >= kPieceBytes || piece->items.size() == kPieceItems) {
      piece->last_name.assign(key.substr(prefix.size()));
    }
  }
  return code == 0 || code == MDB_NOTFOUND ? absl::OkStatus() : LmdbError(code, "scan");
}

absl::StatusOr<ScanResult> LogReader::Scan(std::string_view log,
                                           const std::function<bool(const ScannedRecord&)>& visit) const {
  Piece piece;
  ScanResult result;
  bool first = true;
  do {
    if (absl::Status status = ReadPiece(log, first, &piece); !status.ok()) return status;
    if (first) result.start = piece.position;
    result.end = piece.position;
    first = false;
    std::string_view rest = piece.bytes;
    for (const Piece::Item& item : piece.items) {
      const ScannedRecord record{rest.substr(0, item.name_size), rest.substr(item.name_size, item.value_size),
                                 item.revision};
      if (!visit(record)) return result;
      rest.remove_prefix(item.name_size + item.value_size);
    }
  } while (piece.more);
  return result;
}

absl::StatusOr<std::vector<std::shared_ptr<const LogEntry>>> LogReader::ReadEntries(std::string_view log,
                                                                                    std::int64_t after,
                                                                                    std::string* uid) const {
  Transaction txn;
  if (const int code = txn.BeginRead(*env_); code != 0) return LmdbError(code, "begin to follow a log");
  auto state = ReadLogState(txn, tables_, log);
  if (!state.ok()) return state.status();
  if (!uid->empty() && *uid != state->uid) return NoSuchLog(log);
  *uid = state->uid;
  if (after < 0 || after > state->revision || (after < state->revision && after + 1 < state->earliest)) {
    return EntryNotRetained(after, state->earliest, state->revision);
  }
  std::vector<std::shared_ptr<const LogEntry>> entries;
  std::size_t bytes = 0;
  for (std::int64_t revision = after + 1; revision <= state->revision && bytes < kPieceBytes; ++revision) {
    auto stored = ReadEntry(txn, tables_, state->id, revision);
    if (!stored.ok()) return stored.status();
    bytes += stored->bytes;
    entries.push_back(std::make_shared<const LogEntry>(std::move(stored->entry)));
  }
  return entries;
}

absl::Status LogReader::Follow(std::string_view log, std::int64_t after,
                               const std::function<bool(const std::shared_ptr<const LogEntry>&)>& visit) const {
  std::string uid;
  while (true) {
    auto entries = ReadEntries(log, after, &uid);
    if (!entries.ok()) return entries.status();
    if (entries->empty()) return absl::OkStatus();
    for (const auto& entry : *entries) {
      if (!visit(entry)) return absl::OkStatus();
    }
    after = entries->back()->revision;
  }
}

absl::StatusOr<std::vector<StoredRequest>> LogReader::ReadRequests(std::string_view log, std::string* after,
                                                                   std::string* uid) const {
  Transaction txn;
  if (const int code = txn.BeginRead(*env_); code != 0) return LmdbError(code, "begin to read request ids");
  auto state = ReadLogState(txn, tables_, log);
  if (!state.ok()) return state.status();
  if (!uid->empty() && *uid != state->uid) return NoSuchLog(log);
  *uid = state->uid;
  const std::string prefix = IdKey(state->id);
  std::vector<StoredRequest> requests;
  Cursor cursor;
  std::string_view key;
  std::string_view bytes;
  int code = cursor.Open(txn, tables_.requests);
  if (code == 0) code = cursor.Seek(after->empty() ? prefix : *after, &key, &bytes);
  if (code == 0 && key == *after) code = cursor.Next(&key, &bytes);
  for (; code == 0 && key.starts_with(prefix) && requests.size() < kPieceItems; code = cursor.Next(&key, &bytes)) {
    RequestRow row;
    if (!DecodeRequestRow(bytes, &row)) return StoreFailed("the row of a request id is not readable");
    requests.push_back(
        {std::string(key.substr(prefix.size())), row.commit_time, row.revision, std::move(row.payload_digest)});
  }
  if (code != 0 && code != MDB_NOTFOUND) return LmdbError(code, "read request ids");
  if (!requests.empty()) *after = RequestKeyOf(state->id, requests.back().scope);
  return requests;
}

absl::Status LogReader::VisitRequests(std::string_view log,
                                      const std::function<bool(const StoredRequest&)>& visit) const {
  std::string after;
  std::string uid;
  while (true) {
    auto requests = ReadRequests(log, &after, &uid);
    if (!requests.ok()) return requests.status();
    if (requests->empty()) return absl::OkStatus();
    for (const StoredRequest& request : *requests) {
      if (!visit(request)) return absl::OkStatus();
    }
  }
}

}  // namespace bulian::store::lmdb
