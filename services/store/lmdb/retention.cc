#include "services/store/lmdb/retention.h"

#include "services/store/log_codec.h"

namespace bulian::store::lmdb {
namespace {

// Rows deleted in one piece, give or take one entry: some milliseconds.
constexpr std::int64_t kRowsPerPiece = 4000;

class Piece {
 public:
  Piece(const Transaction& txn, const Tables& tables, LogBook* book, const Retention& retention, absl::Time now)
      : txn_(txn), tables_(tables), book_(book), retention_(retention), now_(now) {}

  absl::StatusOr<bool> Run() {
    absl::Status status;
    for (const std::string& name : book_->Names()) {
      if (status.ok() && left_ > 0) status = TrimLog(name);
    }
    if (status.ok() && left_ > 0) status = DropExpiredRequests();
    if (status.ok() && left_ > 0) status = DropRemovedLogs();
    if (!status.ok()) return status;
    return left_ <= 0;
  }

 private:
  bool Beyond(const LogState& state, absl::Time commit_time) const {
    if (state.earliest >= state.revision) return false;
    const std::int64_t kept = state.revision - state.earliest + 1;
    return (retention_.max_commits > 0 && kept > retention_.max_commits) ||
           (retention_.max_bytes > 0 && state.log_bytes > retention_.max_bytes) ||
           (retention_.max_age > absl::ZeroDuration() && now_ - commit_time > retention_.max_age);
  }

  absl::Status TrimLog(const std::string& name) {
    while (left_ > 0) {
      const LogState& state = book_->Find(name)->state;
      if (state.earliest >= state.revision) break;
      const std::string key = HeaderKey(state.id, state.earliest);
      std::string_view row;
      HeaderPrefix prefix;
      EntryHeader header;
      if (const int code = txn_.Get(tables_.headers, key, &row); code != 0)
        return LmdbError(code, "read the oldest entry");
      if (!DecodeHeaderRow(row, &prefix, &row) || !DecodeEntryHeader(row, &header)) {
        return StoreFailed("the oldest entry of log " + name + " is not readable");
      }
      if (!Beyond(state, header.entry.commit_time)) break;
      if (absl::Status status = DropEntry(key, prefix.sequence, header.change_count); !status.ok()) return status;
      LogState& changed = book_->Change(name).state;
      changed.earliest += 1;
      changed.log_bytes -= prefix.bytes;
    }
    return absl::OkStatus();
  }

  absl::Status DropEntry(const std::string& header_key, std::uint64_t sequence, std::int64_t change_count) {
    int code = txn_.Delete(tables_.headers, header_key);
    for (std::int64_t i = 0; i < change_count && code == 0; ++i) {
      code = txn_.Delete(tables_.changes, ChangeKey(sequence, static_cast<std::uint32_t>(i)));
    }
    left_ -= change_count + 1;
    return LmdbError(code, "drop a log entry");
  }

  absl::Status DropExpiredRequests() {
    Cursor cursor;
    int code = cursor.Open(txn_, tables_.request_times);
    std::string_view key;
    while (code == 0 && left_ > 0) {
      code = cursor.Next(&key, nullptr);
      if (code != 0 || key.size() < 8) break;
      const auto nanos = static_cast<std::int64_t>(BigEndian64(key));
      if (now_ - absl::FromUnixNanos(nanos) <= kRequestIdAge) break;
      const std::string request_key(key.substr(8));
      code = cursor.DeleteCurrent();
      if (code == 0) code = txn_.Delete(tables_.requests, request_key);
      if (code == MDB_NOTFOUND) code = 0;  // its log was removed
      --left_;
      // The row after the deleted one is current now: start again from the first.
      cursor.Close();
      if (code == 0) code = cursor.Open(txn_, tables_.request_times);
    }
    return code == MDB_NOTFOUND ? absl::OkStatus() : LmdbError(code, "drop expired request ids");
  }

  absl::Status DropRemovedLogs() {
    std::string id;
    while (left_ > 0) {
      if (absl::Status status = NextRemovedLog(&id); !status.ok()) return status;
      if (id.empty()) return absl::OkStatus();
      if (absl::Status status = DropRowsOf(id); !status.ok()) return status;
      if (left_ <= 0) return absl::OkStatus();
      if (const int code = txn_.Delete(tables_.dropped, id); code != 0) return LmdbError(code, "finish a removed log");
    }
    return absl::OkStatus();
  }

  // Empty: there is none.
  absl::Status NextRemovedLog(std::string* id) {
    id->clear();
    Cursor cursor;
    std::string_view key;
    int code = cursor.Open(txn_, tables_.dropped);
    if (code == 0) code = cursor.Next(&key, nullptr);
    while (code == 0 && book_->IsHeld(key)) code = cursor.Next(&key, nullptr);
    if (code == 0) id->assign(key);
    return code == MDB_NOTFOUND ? absl::OkStatus() : LmdbError(code, "read the removed logs");
  }

  absl::Status DropRowsOf(const std::string& id) {
    for (const MDB_dbi table : {tables_.records, tables_.requests}) {
      while (left_ > 0) {
        std::string key;
        if (absl::Status status = FirstKey(table, id, &key); !status.ok()) return status;
        if (key.empty()) break;
        if (const int code = txn_.Delete(table, key); code != 0) return LmdbError(code, "drop a row of a removed log");
        --left_;
      }
    }
    while (left_ > 0) {
      std::string key;
      if (absl::Status status = FirstKey(tables_.headers, id, &key); !status.ok()) return status;
      if (key.empty()) break;
      std::string_view row;
      HeaderPrefix prefix;
      EntryHeader header;
      if (const int code = txn_.Get(tables_.headers, key, &row); code != 0)
        return LmdbError(code, "read a removed log");
      if (!DecodeHeaderRow(row, &prefix, &row) || !DecodeEntryHeader(row, &header)) {
        return StoreFailed("an entry of a removed log is not readable");
      }
      if (absl::Status status = DropEntry(key, prefix.sequence, header.change_count); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  // The first key with a prefix; empty if there is none.
  absl::Status FirstKey(MDB_dbi table, const std::string& prefix, std::string* key) {
    Cursor cursor;
    std::string_view found;
    int code = cursor.Open(txn_, table);
    if (code == 0) code = cursor.Seek(prefix, &found, nullptr);
    if (code == 0 && found.starts_with(prefix)) key->assign(found);
    return code == MDB_NOTFOUND ? absl::OkStatus() : LmdbError(code, "read a removed log");
  }

  const Transaction& txn_;
  const Tables& tables_;
  LogBook* book_;
  const Retention& retention_;
  absl::Time now_;
  std::int64_t left_ = kRowsPerPiece;
};

}  // namespace

absl::StatusOr<bool> CompactPiece(const Transaction& txn, const Tables& tables, LogBook* book,
                                  const Retention& retention, absl::Time now) {
  return Piece(txn, tables, book, retention, now).Run();
}

}  // namespace bulian::store::lmdb
