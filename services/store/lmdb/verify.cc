#include "services/store/lmdb/verify.h"

#include <cstring>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include "services/store/lmdb/dropped_requests.h"
#include "services/store/lmdb/layout.h"
#include "services/store/lmdb/log_reader.h"
#include "services/store/log_codec.h"

namespace bulian::store::lmdb {
namespace {

constexpr std::size_t kMaxProblems = 100;

class Verifier {
 public:
  Verifier(const Transaction& txn, const Tables& tables) : txn_(txn), tables_(tables) {}

  absl::StatusOr<VerifyReport> Run() {
    report_.used_bytes = UsedBytes(txn_, tables_);
    if (absl::Status status = ReadLogs(); !status.ok()) return status;
    for (const auto& [name, state] : logs_) {
      CheckLog(name, state);
    }
    CheckOwners(tables_.records, "a record");
    CheckOwners(tables_.headers, "a log entry");
    CheckOwners(tables_.requests, "a request id");
    CheckChangeRows();
    CheckRequests();
    return std::move(report_);
  }

 private:
  // What the log says a record is.
  struct Expected {
    std::int64_t revision;
    std::optional<std::string> digest;  // of the value; nullopt: absent
  };
  using ExpectedRecords = std::unordered_map<std::string, Expected>;

  void Problem(std::string text) {
    if (report_.problems.size() < kMaxProblems) report_.problems.push_back(std::move(text));
  }

  template <class Row>
  void ForEach(MDB_dbi table, const std::string& prefix, const char* what, const Row& row) {
    Cursor cursor;
    std::string_view key;
    std::string_view value;
    int code = cursor.Open(txn_, table);
    if (code == 0) code = prefix.empty() ? cursor.Next(&key, &value) : cursor.Seek(prefix, &key, &value);
    for (; code == 0 && key.starts_with(prefix); code = cursor.Next(&key, &value)) row(key, value);
    if (code != 0 && code != MDB_NOTFOUND) Problem(std::string("could not read ") + what + ": " + mdb_strerror(code));
  }

  absl::Status ReadLogs() {
    absl::Status status;
    ForEach(tables_.logs, "", "the logs", [&](std::string_view name, std::string_view row) {
      LogState state;
      if (!DecodeLogState(row, &state)) {
        status = StoreFailed("the row of log " + std::string(name) + " is not readable");
      } else if (!owners_.emplace(IdKey(state.id), true).second) {
        Problem("log " + std::string(name) + " has the id of another log");
      } else {
        logs_.emplace(name, state);
      }
    });
    ForEach(tables_.dropped, "", "the removed logs", [&](std::string_view key, std::string_view) {
      if (!owners_.emplace(key, false).second) Problem("a log is both there and removed");
      ++report_.dropped_logs;
    });
    return status;
  }

  static std::optional<std::string> DigestOf(const std::optional<std::string>& value) {
    if (!value) return std::nullopt;
    return Sha256Of(*value);
  }

  void CheckLog(const std::string& name, const LogState& state) {
    VerifyReport::Log log{name, state.uid, state.epoch, state.earliest, state.revision, 0, 0};
    const std::string where = "log " + name + ": ";
    if (state.revision < 1 || state.earliest < 1 || state.earliest > state.revision || state.epoch < 1) {
      Problem(where + "its row makes no sense");
    }
    ExpectedRecords expected;
    CheckEntries(where, state, &expected, &log);
    CheckRecords(where, state, &expected, &log);
    ForEach(tables_.headers, IdKey(state.id), "log entries", [&](std::string_view key, std::string_view) {
      const auto revision = static_cast<std::int64_t>(BigEndian64(key.substr(4)));
      if (revision < state.earliest || revision > state.revision) {
        Problem(where + "there is an entry of revision " + std::to_string(revision) + ", which is not kept");
      }
    });
    report_.logs.push_back(std::move(log));
  }

  void CheckEntries(const std::string& where, const LogState& state, ExpectedRecords* expected,
                    VerifyReport::Log* log) {
    std::optional<StoredEntry> last;
    std::int64_t bytes = 0;
    for (std::int64_t revision = state.earliest; revision <= state.revision; ++revision) {
      const std::string at = where + "revision " + std::to_string(revision) + ": ";
      auto stored = ReadEntry(txn_, tables_, state.id, revision);
      if (!stored.ok()) {
        Problem(at + std::string(stored.status().message()));
        last.reset();
        continue;
      }
      LogEntry& entry = stored->entry;
      if (entry.revision != revision) Problem(at + "the entry says it is revision " + std::to_string(entry.revision));
      std::optional<std::string> predecessor;
      if (revision == 1) predecessor = GenesisDigest(state.uid);
      if (last) predecessor = Chain(*last, stored->entry.epoch);
      if (predecessor && *predecessor != entry.predecessor_digest) Problem(at + "the predecessor digest does not fit");
      if (last && (entry.commit_time < last->entry.commit_time || stored->entry.epoch < last->entry.epoch)) {
        Problem(at + "the time or the epoch goes back");
      }
      bytes += static_cast<std::int64_t>(stored->bytes);
      log->changes += static_cast<std::int64_t>(entry.changes.size());
      for (const LoggedChange& change : entry.changes) {
        const auto known = expected->find(change.name);
        if (known != expected->end() && known->second.digest != DigestOf(change.before)) {
          Problem(at + change.name + " was not what the entry says it was before");
        }
        if (known != expected->end() && change.before && known->second.revision != change.before_revision) {
          Problem(at + change.name + " was not of the revision the entry says it was before");
        }
        if (change.before_revision >= revision || (change.before_revision > 0) != change.before.has_value()) {
          Problem(at + change.name + " cannot have been of revision " + std::to_string(change.before_revision));
        }
        if (known == expected->end() && state.earliest == 1 && change.before) {
          Problem(at + change.name + " has a value before its first change");
        }
        (*expected)[change.name] = {revision, DigestOf(change.after)};
      }
      last = *std::move(stored);
    }
    if (last && last->entry.revision == state.revision) {
      if (Chain(*last, state.epoch) != state.digest) Problem(where + "the digest of the newest entry does not fit");
      if (last->entry.commit_time != state.commit_time) Problem(where + "the time of the newest entry does not fit");
    }
    if (bytes != state.log_bytes) Problem(where + "the size of the log does not fit its entries");
  }

  static std::string Chain(const StoredEntry& entry, std::int64_t next_epoch) {
    const std::string digest = EntryDigest(entry.entry);
    return next_epoch == entry.entry.epoch ? digest : EpochDigest(digest, next_epoch);
  }

  void CheckRecords(const std::string& where, const LogState& state, ExpectedRecords* expected,
                    VerifyReport::Log* log) {
    ForEach(tables_.records, IdKey(state.id), "records", [&](std::string_view key, std::string_view row) {
      const std::string name(key.substr(4));
      ++log->records;
      std::int64_t revision = 0;
      if (row.size() < kRecordRevisionBytes) return Problem(where + name + ": the row is not readable");
      std::memcpy(&revision, row.data(), kRecordRevisionBytes);
      const auto found = expected->find(name);
      if (found == expected->end()) {
        if (revision >= state.earliest || revision < 1) {
          Problem(where + name + ": is of revision " + std::to_string(revision) + ", of which the log knows nothing");
        }
        return;
      }
      if (found->second.revision != revision || found->second.digest != Sha256Of(row.substr(kRecordRevisionBytes))) {
        Problem(where + name + ": the record is not what the log says");
      }
      expected->erase(found);
    });
    for (const auto& [name, last] : *expected) {
      if (last.digest) Problem(where + name + ": the log has the record, the store has not");
    }
    if (log->records != state.records) Problem(where + "the number of records does not fit");
  }

  void CheckOwners(MDB_dbi table, const char* what) {
    ForEach(table, "", what, [&](std::string_view key, std::string_view) {
      const std::string_view owner = key.substr(0, 4);
      if (table == tables_.requests && owner == IdKey(kDroppedLogId)) return;  // outlived its log
      if (!owners_.contains(owner)) Problem(std::string(what) + " belongs to no log");
    });
  }

  // Every change row belongs to an entry, and every entry has all of its rows.
  void CheckChangeRows() {
    std::map<std::uint64_t, std::int64_t> entries;
    ForEach(tables_.headers, "", "log entries", [&](std::string_view, std::string_view row) {
      HeaderPrefix prefix;
      EntryHeader header;
      if (!DecodeHeaderRow(row, &prefix, &row) || !DecodeEntryHeader(row, &header)) return;  // told by CheckEntries
      if (!entries.emplace(prefix.sequence, header.change_count).second) Problem("two entries share their rows");
    });
    ForEach(tables_.changes, "", "change rows", [&](std::string_view key, std::string_view) {
      const auto found = entries.find(BigEndian64(key));
      if (found == entries.end()) return Problem("a change row belongs to no entry");
      --found->second;
    });
    for (const auto& [sequence, missing] : entries) {
      if (missing != 0) Problem("an entry has not the number of change rows it says");
    }
  }

  void CheckRequests() {
    ForEach(tables_.requests, "", "request ids", [&](std::string_view key, std::string_view bytes) {
      ++report_.request_ids;
      RequestRow row;
      std::string_view empty;
      if (!DecodeRequestRow(bytes, &row) || row.revision < 1) return Problem("the row of a request id is not readable");
      if (txn_.Get(tables_.request_times, RequestTimeKey(row.commit_time, key), &empty) != 0) {
        Problem("a request id would never expire");
      }
    });
  }

  const Transaction& txn_;
  const Tables& tables_;
  VerifyReport report_;
  std::map<std::string, LogState> logs_;
  std::map<std::string, bool, std::less<>> owners_;  // key of a log id; whether the log is there
};

}  // namespace

absl::StatusOr<VerifyReport> Verify(const Environment& env) {
  Transaction txn;
  if (const int code = txn.BeginRead(env); code != 0) return LmdbError(code, "read the data file");
  Tables tables;
  if (absl::Status status = OpenTables(txn, /*create=*/false, &tables); !status.ok()) return status;
  auto report = Verifier(txn, tables).Run();
  return report;
}

}  // namespace bulian::store::lmdb
