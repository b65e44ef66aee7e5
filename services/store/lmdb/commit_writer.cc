#include "services/store/lmdb/commit_writer.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "services/model/error.h"
#include "services/store/lmdb/dropped_requests.h"
#include "services/store/log_codec.h"

namespace bulian::store::lmdb {
namespace {

// Whether the writer knew every commit after its validation: they were all its own.
bool SawAll(const CommitRequest& request, std::int64_t head) {
  const auto first = std::upper_bound(request.seen.begin(), request.seen.end(), request.validated_at);
  return request.seen.end() - first == head - request.validated_at && request.seen.back() == head;
}

ChangeView RowOf(const Write& write, const AppliedCommit::Before& before) {
  ChangeView view{write.name, std::nullopt, std::nullopt, before.revision};
  if (before.value) view.before = *before.value;
  if (write.value) view.after = *write.value;
  return view;
}

}  // namespace

absl::StatusOr<PreparedCommit> PrepareCommit(CommitRequest request) {
  PreparedCommit commit;
  commit.request = std::move(request);
  commit.by_name = WritesByName(commit.request);
  if (absl::Status status = CheckRequest(commit.request, commit.by_name); !status.ok()) return status;
  const std::vector<Write>& writes = commit.request.writes;
  commit.changes.reserve(writes.size() + commit.request.touches.size());
  for (const Write& write : writes) {
    commit.changes.push_back(Fingerprint(write.name));
    commit.bytes += write.name.size() + (write.value ? write.value->size() : 0);
  }
  for (const std::string& guard : commit.request.touches) commit.changes.push_back(Fingerprint(guard));
  commit.depends.reserve(commit.request.reads.size());
  for (const std::string& name : commit.request.reads) commit.depends.push_back(Fingerprint(name));
  return commit;
}

std::shared_ptr<const LogEntry> TakeEntry(PreparedCommit& commit, AppliedCommit& applied) {
  auto entry = std::make_shared<LogEntry>(std::move(applied.header));
  std::vector<Write>& writes = commit.request.writes;
  entry->changes.reserve(writes.size());
  for (std::size_t i = 0; i < writes.size(); ++i) {
    AppliedCommit::Before& before = applied.befores[i];
    entry->changes.push_back(
        {std::move(writes[i].name), std::move(before.value), std::move(writes[i].value), before.revision});
  }
  return entry;
}

absl::Status CommitWriter::Start(const Transaction& txn) {
  Cursor cursor;
  int code = cursor.Open(txn, tables_.changes);
  std::string_view key;
  if (code == 0) code = cursor.Last(&key, nullptr);
  if (code == MDB_NOTFOUND) return absl::OkStatus();
  if (code == 0) book_->StartSequence(BigEndian64(key) + 1);
  return LmdbError(code, "read the end of the log");
}

absl::StatusOr<AppliedCommit> CommitWriter::Apply(const Transaction& txn, const PreparedCommit& commit, int* code) {
  const CommitRequest& request = commit.request;
  const LogBook::Log* existing = book_->Find(request.log);
  auto replay = FindReplay(txn, request, existing, code);
  if (!replay.ok()) return replay.status();
  if (*code != 0) return AppliedCommit();
  if (*replay) return AppliedCommit{**std::move(replay), {}, {}};
  if (existing != nullptr) {
    if (request.create_log) return model::AlreadyExists("clusters/" + request.log);
    if (!request.log_uid.empty() && request.log_uid != existing->state.uid) {
      return Conflict(request.log, "the cluster was created anew");
    }
    if (absl::Status status = CheckConflict(txn, commit, *existing, code); !status.ok() || *code != 0) {
      if (!status.ok()) return status;
      return AppliedCommit();
    }
  } else if (!request.create_log) {
    return NoSuchLog(request.log);
  } else if (*code = CreateLog(txn, request.log); *code != 0) {
    return AppliedCommit();
  }

  LogBook::Log& log = book_->Change(request.log);
  LogState& state = log.state;
  AppliedCommit applied;
  state.revision += 1;
  state.commit_time = std::max(services_.clock(), state.commit_time);
  applied.header = {state.revision, state.epoch,     state.commit_time,
                    request.actor,  request.method,  request.request_id,
                    state.digest,   request.touches, {}};
  *code = WriteRecords(txn, commit, state, applied);
  if (*code == 0) *code = WriteLogRows(txn, commit, state, applied);
  if (*code == 0 && !request.request_id.empty()) *code = WriteRequestId(txn, request, state);
  if (*code == 0) log.recent.Add(state.revision, commit.changes);
  applied.result.position = state.Position();
  return applied;
}

absl::StatusOr<std::optional<CommitResult>> FindStoredRequest(const Transaction& txn, const Tables& tables,
                                                              const LogState* state, absl::Time now,
                                                              const AskedRequest& asked, int* code) {
  std::string_view bytes;
  *code = MDB_NOTFOUND;
  if (state != nullptr) {
    *code = txn.Get(tables.requests, RequestKey(state->id, asked.actor, asked.method, asked.request_id), &bytes);
  }
  if (*code == MDB_NOTFOUND) return FindDroppedRequest(txn, tables, asked, now, code);
  RequestRow row;
  if (*code != 0) return std::nullopt;
  if (!DecodeRequestRow(bytes, &row)) return StoreFailed("the row of a request id is not readable");
  if (std::max(now, state->commit_time) - row.commit_time > kRequestIdAge) return std::nullopt;
  if (row.payload_digest != asked.payload_digest) return RequestIdReused(asked.request_id);
  return CommitResult{{state->uid, state->epoch, row.revision, row.commit_time}, true};
}

absl::StatusOr<std::optional<CommitResult>> CommitWriter::FindReplay(const Transaction& txn,
                                                                     const CommitRequest& request,
                                                                     const LogBook::Log* log, int* code) const {
  if (request.request_id.empty()) return std::nullopt;
  return FindStoredRequest(txn, tables_, log == nullptr ? nullptr : &log->state, services_.clock(),
                           {request.log, request.actor, request.method, request.request_id, request.payload_digest},
                           code);
}

absl::Status CommitWriter::CheckConflict(const Transaction& txn, const PreparedCommit& commit, const LogBook::Log& log,
                                         int* code) const {
  const CommitRequest& request = commit.request;
  const LogState& state = log.state;
  const std::int64_t since = request.validated_at;
  if (since == state.revision) return absl::OkStatus();
  if (since > state.revision)
    return Conflict(request.log, "the commit was validated at a revision that does not exist");
  if (SawAll(request, state.revision)) return absl::OkStatus();
  if (since + 1 < state.earliest) return Conflict(request.log, "the log no longer reaches back to the validation");
  FingerprintSet wanted(commit.depends.begin(), commit.depends.end());
  for (const Write& write : request.writes) wanted.insert(Fingerprint(write.name));
  static constexpr char kChanged[] = "something the commit depends on was changed by another commit";
  if (log.recent.Covers(since, state.revision)) {
    return log.recent.ChangedAfter(since, wanted, request.seen) ? Conflict(request.log, kChanged) : absl::OkStatus();
  }
  // Further back than memory reaches: the log rows know the names.
  for (std::int64_t revision = since + 1; revision <= state.revision; ++revision) {
    if (std::binary_search(request.seen.begin(), request.seen.end(), revision)) continue;
    std::string_view row;
    HeaderPrefix prefix;
    EntryHeader header;
    if (*code = txn.Get(tables_.headers, HeaderKey(state.id, revision), &row); *code != 0) return absl::OkStatus();
    if (!DecodeHeaderRow(row, &prefix, &row) || !DecodeEntryHeader(row, &header)) {
      return StoreFailed("a log row is not readable");
    }
    for (const std::string& guard : header.entry.touches) {
      if (wanted.contains(Fingerprint(guard))) return Conflict(request.log, kChanged);
    }
    for (std::int64_t i = 0; i < header.change_count; ++i) {
      ChangeView change;
      *code = txn.Get(tables_.changes, ChangeKey(prefix.sequence, static_cast<std::uint32_t>(i)), &row);
      if (*code != 0) return absl::OkStatus();
      if (!DecodeChangeRow(row, &change)) return StoreFailed("a log row is not readable");
      if (wanted.contains(Fingerprint(change.name))) return Conflict(request.log, kChanged);
    }
  }
  return absl::OkStatus();
}

int CommitWriter::CreateLog(const Transaction& txn, const std::string& name) {
  std::uint32_t id = 0;
  if (const int code = TakeLogId(txn, tables_, &id); code != 0) return code;
  LogState state;
  state.id = id;
  state.uid = services_.new_uid();
  state.digest = GenesisDigest(state.uid);
  book_->Create(name, std::move(state));
  return 0;
}

int CommitWriter::WriteRecords(const Transaction& txn, const PreparedCommit& commit, LogState& state,
                               AppliedCommit& applied) const {
  const std::vector<Write>& writes = commit.request.writes;
  applied.befores.resize(writes.size());
  Cursor cursor;
  int code = cursor.Open(txn, tables_.records);
  std::string key = IdKey(state.id);
  const std::size_t prefix = key.size();
  for (std::size_t i = 0; i < writes.size() && code == 0; ++i) {
    const std::uint32_t at = commit.by_name[i];
    key.resize(prefix);
    key.append(writes[at].name);
    std::string_view stored;
    code = cursor.Find(key, &stored);
    const bool found = code == 0;
    if (code != 0 && code != MDB_NOTFOUND) break;
    code = 0;
    if (found && stored.size() < kRecordRevisionBytes) return MDB_CORRUPTED;
    if (found) {
      std::memcpy(&applied.befores[at].revision, stored.data(), kRecordRevisionBytes);
      applied.befores[at].value.emplace(stored.substr(kRecordRevisionBytes));
    }
    state.records += static_cast<int>(writes[at].value.has_value()) - static_cast<int>(found);
    if (!writes[at].value) {
      if (found) code = cursor.DeleteCurrent();
      continue;
    }
    const std::string& value = *writes[at].value;
    MDB_val key_val = ToVal(key);
    MDB_val data{kRecordRevisionBytes + value.size(), nullptr};
    code = mdb_cursor_put(cursor.get(), &key_val, &data, MDB_RESERVE | (found ? MDB_CURRENT : 0U));
    if (code != 0) break;
    std::memcpy(data.mv_data, &state.revision, kRecordRevisionBytes);
    if (!value.empty())
      std::memcpy(static_cast<char*>(data.mv_data) + kRecordRevisionBytes, value.data(), value.size());
  }
  return code;
}

int CommitWriter::WriteLogRows(const Transaction& txn, const PreparedCommit& commit, LogState& state,
                               const AppliedCommit& applied) {
  const std::vector<Write>& writes = commit.request.writes;
  const std::string header = EncodeEntryHeader(applied.header, static_cast<std::int64_t>(writes.size()));
  HeaderPrefix prefix{book_->TakeSequence(), static_cast<std::int64_t>(header.size())};
  Sha256 sha;
  sha.Update(header);
  Cursor cursor;
  int code = cursor.Open(txn, tables_.changes);
  for (std::size_t i = 0; i < writes.size() && code == 0; ++i) {
    const ChangeView view = RowOf(writes[i], applied.befores[i]);
    const std::string key = ChangeKey(prefix.sequence, static_cast<std::uint32_t>(i));
    MDB_val key_val = ToVal(key);
    MDB_val data{ChangeRowSize(view), nullptr};
    code = mdb_cursor_put(cursor.get(), &key_val, &data, MDB_RESERVE | MDB_APPEND);
    if (code != 0) break;
    EncodeChangeRow(view, static_cast<char*>(data.mv_data));
    sha.Update(FromVal(data));
    prefix.bytes += static_cast<std::int64_t>(key.size() + data.mv_size);
  }
  if (code != 0) return code;
  state.log_bytes += prefix.bytes;
  state.digest = sha.Finish();
  return txn.Put(tables_.headers, HeaderKey(state.id, state.revision), EncodeHeaderRow(prefix, header));
}

int CommitWriter::WriteRequestId(const Transaction& txn, const CommitRequest& request, const LogState& state) const {
  const std::string key = RequestKey(state.id, request.actor, request.method, request.request_id);
  return PutRequestRow(txn, tables_, key, {state.commit_time, state.revision, request.payload_digest});
}

}  // namespace bulian::store::lmdb
