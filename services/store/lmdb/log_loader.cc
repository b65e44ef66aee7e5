#include "services/store/lmdb/log_loader.h"

#include <cstring>
#include <utility>

#include "services/model/error.h"
#include "services/store/log_codec.h"

namespace bulian::store::lmdb {
namespace {

// Written in one transaction: commits wait for it some tens of milliseconds.
constexpr std::size_t kPieceBytes = std::size_t{4} << 20;
constexpr std::size_t kItemBytes = 64;  // of memory beside the texts

}  // namespace

absl::StatusOr<std::unique_ptr<LogLoader>> LmdbLogLoader::Begin(const Parts& parts, std::string_view log) {
  if (log.empty() || log.size() > kMaxNameBytes) {
    model::Violations violations;
    violations.Add("log", "must have 1 to " + std::to_string(kMaxNameBytes) + " bytes");
    return violations.ToStatus();
  }
  std::unique_ptr<LmdbLogLoader> loader(new LmdbLogLoader(parts, log));
  LogState& state = loader->state_;
  absl::Status status = parts.committer->Run(
      [&](const Transaction& txn) -> absl::Status {
        if (parts.book->Find(log) != nullptr) return model::AlreadyExists("clusters/" + std::string(log));
        int code = TakeLogId(txn, parts.tables, &state.id);
        if (code == 0) parts.book->Hold(state.id);
        if (code == 0) code = txn.Put(parts.tables.dropped, IdKey(state.id), "");
        return LmdbError(code, "begin to load a log");
      },
      nullptr);
  if (!status.ok()) return status;
  return loader;
}

LmdbLogLoader::~LmdbLogLoader() {
  if (state_.id != 0) parts_.book->Release(state_.id);
}

absl::Status LmdbLogLoader::AddRecord(std::string_view name, std::optional<std::string_view> value,
                                      std::int64_t revision) {
  if (failed_.ok()) failed_ = loaded_.CheckRecord(name, revision);
  if (!failed_.ok()) return failed_;
  const std::size_t bytes = name.size() + (value ? value->size() : 0);
  records_.push_back({std::string(name), value ? std::optional(std::string(*value)) : std::nullopt, revision});
  return Buffered(bytes);
}

absl::Status LmdbLogLoader::AddEntry(const LogEntry& entry) {
  if (failed_.ok()) failed_ = loaded_.CheckEntry(entry);
  if (!failed_.ok()) return failed_;
  LogEntry& own = entries_.emplace_back(entry);
  if (last_digest_.empty()) {
    state_.earliest = entry.revision;
  } else {
    own.predecessor_digest = entry.epoch == state_.epoch ? last_digest_ : EpochDigest(last_digest_, entry.epoch);
  }
  last_digest_ = EntryDigest(own);
  state_.epoch = entry.epoch;
  state_.revision = entry.revision;
  state_.commit_time = entry.commit_time;
  std::size_t bytes = entry.actor.size() + entry.method.size();
  for (const LoggedChange& change : entry.changes) bytes += ChangeRowSize(ViewOf(change)) + kItemBytes;
  return Buffered(bytes);
}

absl::Status LmdbLogLoader::AddRequest(const StoredRequest& request) {
  if (failed_.ok()) failed_ = loaded_.CheckRequest(request);
  if (!failed_.ok()) return failed_;
  requests_.push_back(request);
  return Buffered(request.scope.size() + request.payload_digest.size());
}

absl::Status LmdbLogLoader::Finish(const LogPosition& position) {
  if (failed_.ok() && finished_)
    failed_ = model::Error(absl::StatusCode::kFailedPrecondition, v1::STORE_FAILED, "the log was loaded already");
  if (failed_.ok()) failed_ = loaded_.CheckPosition(position);
  if (failed_.ok()) failed_ = Flush();
  if (!failed_.ok()) return failed_;
  state_.uid = position.uid;
  state_.digest = position.epoch == state_.epoch ? last_digest_ : EpochDigest(last_digest_, position.epoch);
  state_.epoch = position.epoch;
  failed_ = parts_.committer->Run(
      [this](const Transaction& txn) -> absl::Status {
        if (parts_.book->Find(log_) != nullptr) return model::AlreadyExists("clusters/" + log_);
        const int code = txn.Delete(parts_.tables.dropped, IdKey(state_.id));
        if (code == 0) parts_.book->Create(log_, state_);
        return LmdbError(code, "finish a loaded log");
      },
      [this](CommitObserver* observer) {
        if (observer != nullptr) observer->OnReload(log_);
      });
  finished_ = failed_.ok();
  return failed_;
}

absl::Status LmdbLogLoader::Buffered(std::size_t bytes) {
  buffered_bytes_ += bytes + kItemBytes;
  if (buffered_bytes_ >= kPieceBytes) failed_ = Flush();
  return failed_;
}

absl::Status LmdbLogLoader::Flush() {
  if (buffered_bytes_ == 0) return absl::OkStatus();
  absl::Status status = parts_.committer->Run(
      [this](const Transaction& txn) -> absl::Status {
        if (const int code = Write(txn); code != 0) return LmdbError(code, "load a log");
        const std::int64_t used = UsedBytes(txn, parts_.tables);
        if (used <= parts_.limit_bytes) return absl::OkStatus();
        return StoreFull("the data file has reached its size limit", used, parts_.limit_bytes);
      },
      nullptr);
  records_.clear();
  entries_.clear();
  requests_.clear();
  buffered_bytes_ = 0;
  return status;
}

int LmdbLogLoader::Write(const Transaction& txn) {
  int code = 0;
  for (auto record = records_.begin(); code == 0 && record != records_.end(); ++record)
    code = WriteRecord(txn, *record);
  for (auto entry = entries_.begin(); code == 0 && entry != entries_.end(); ++entry) code = WriteEntry(txn, *entry);
  for (auto request = requests_.begin(); code == 0 && request != requests_.end(); ++request)
    code = WriteRequest(txn, *request);
  return code;
}

int LmdbLogLoader::WriteRecord(const Transaction& txn, const Record& record) {
  const std::string key = RecordKey(state_.id, record.name);
  std::string_view old;
  int code = txn.Get(parts_.tables.records, key, &old);
  if (code != 0 && code != MDB_NOTFOUND) return code;
  const bool found = code == 0;
  state_.records += static_cast<int>(record.value.has_value()) - static_cast<int>(found);
  if (!record.value) return found ? txn.Delete(parts_.tables.records, key) : 0;
  MDB_val key_val = ToVal(key);
  MDB_val data{kRecordRevisionBytes + record.value->size(), nullptr};
  code = mdb_put(txn.get(), parts_.tables.records, &key_val, &data, MDB_RESERVE);
  if (code != 0) return code;
  std::memcpy(data.mv_data, &record.revision, kRecordRevisionBytes);
  record.value->copy(static_cast<char*>(data.mv_data) + kRecordRevisionBytes, record.value->size());
  return 0;
}

int LmdbLogLoader::WriteEntry(const Transaction& txn, const LogEntry& entry) {
  const std::string header = EncodeEntryHeader(entry, static_cast<std::int64_t>(entry.changes.size()));
  HeaderPrefix prefix{parts_.book->TakeSequence(), static_cast<std::int64_t>(header.size())};
  for (std::size_t i = 0; i < entry.changes.size(); ++i) {
    const ChangeView view = ViewOf(entry.changes[i]);
    const std::string key = ChangeKey(prefix.sequence, static_cast<std::uint32_t>(i));
    MDB_val key_val = ToVal(key);
    MDB_val data{ChangeRowSize(view), nullptr};
    const int code = mdb_put(txn.get(), parts_.tables.changes, &key_val, &data, MDB_RESERVE | MDB_APPEND);
    if (code != 0) return code;
    EncodeChangeRow(view, static_cast<char*>(data.mv_data));
    prefix.bytes += static_cast<std::int64_t>(key.size() + data.mv_size);
  }
  state_.log_bytes += prefix.bytes;
  return txn.Put(parts_.tables.headers, HeaderKey(state_.id, entry.revision), EncodeHeaderRow(prefix, header));
}

int LmdbLogLoader::WriteRequest(const Transaction& txn, const StoredRequest& request) {
  return PutRequestRow(txn, parts_.tables, RequestKeyOf(state_.id, request.scope),
                       {request.time, request.revision, request.payload_digest});
}

}  // namespace bulian::store::lmdb
