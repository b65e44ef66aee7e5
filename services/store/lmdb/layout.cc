#include "services/store/lmdb/layout.h"

#include <cstring>
#include <utility>

#include "services/model/error.h"
#include "services/store/digest.h"
#include "services/store/request_scope.h"

namespace bulian::store::lmdb {
namespace {

constexpr std::string_view kFormatKey = "format";
constexpr std::string_view kNextLogKey = "next_log";

template <class T>
void Append(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

template <class T>
bool Take(std::string_view& in, T* value) {
  if (in.size() < sizeof(T)) return false;
  std::memcpy(value, in.data(), sizeof(T));
  in.remove_prefix(sizeof(T));
  return true;
}

bool TakeTime(std::string_view& in, absl::Time* time) {
  std::int64_t nanos = 0;
  if (!Take(in, &nanos)) return false;
  *time = absl::FromUnixNanos(nanos);
  return true;
}

void AppendBigEndian32(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
}

absl::Status Refuse(std::string_view why) {
  return model::Error(absl::StatusCode::kFailedPrecondition, v1::STORE_FAILED, why);
}

absl::Status CheckFormat(const Transaction& txn, bool create, const Tables& tables) {
  std::string_view row;
  int code = txn.Get(tables.meta, kFormatKey, &row);
  if (code == MDB_NOTFOUND && create) {
    std::string version;
    Append(version, kFormatVersion);
    return LmdbError(txn.Put(tables.meta, kFormatKey, version), "write the format version");
  }
  if (code == MDB_NOTFOUND) return Refuse("the data file has no format version: it is not one of bulian's");
  if (code != 0) return LmdbError(code, "read the format version");
  std::uint32_t version = 0;
  if (!Take(row, &version) || version == 0) return Refuse("the format version of the data file is not readable");
  if (version > kFormatVersion) {
    return Refuse("the data file has format version " + std::to_string(version) + ", this program reads up to " +
                  std::to_string(kFormatVersion) + ": use a newer release");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status OpenTables(const Transaction& txn, bool create, Tables* tables) {
  MDB_stat main{};
  MDB_dbi unnamed = 0;
  int code = mdb_dbi_open(txn.get(), nullptr, 0, &unnamed);
  if (code == 0) code = mdb_stat(txn.get(), unnamed, &main);
  if (code != 0) return LmdbError(code, "read the data file");
  const bool empty = main.ms_entries == 0;
  if (empty && !create) return Refuse("the data file is empty");
  const std::pair<const char*, MDB_dbi*> wanted[] = {
      {"meta", &tables->meta},       {"logs", &tables->logs},
      {"records", &tables->records}, {"headers", &tables->headers},
      {"changes", &tables->changes}, {"requests", &tables->requests},
      {"dropped", &tables->dropped}, {"request_times", &tables->request_times},
  };
  for (const auto& [name, table] : wanted) {
    code = mdb_dbi_open(txn.get(), name, empty ? MDB_CREATE : 0, table);
    if (code == MDB_NOTFOUND || code == MDB_INCOMPATIBLE) {
      return Refuse(std::string("the data file has no table `") + name + "`: it is not one of bulian's");
    }
    if (code != 0) return LmdbError(code, "open a table");
    // The version comes first: a newer layout may have other tables.
    if (table == &tables->meta) {
      if (absl::Status status = CheckFormat(txn, empty, *tables); !status.ok()) return status;
    }
  }
  return absl::OkStatus();
}

std::int64_t UsedBytes(const Transaction& txn, const Tables& tables) {
  std::size_t pages = 2;
  std::size_t page_bytes = 0;
  for (const MDB_dbi table : {tables.meta, tables.logs, tables.records, tables.headers, tables.changes, tables.requests,
                              tables.request_times, tables.dropped}) {
    MDB_stat stat{};
    if (mdb_stat(txn.get(), table, &stat) != 0) continue;
    pages += stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages;
    page_bytes = stat.ms_psize;
  }
  return static_cast<std::int64_t>(pages * page_bytes);
}

std::string EncodeLogState(const LogState& state) {
  std::string out;
  Append(out, state.id);
  Append(out, state.epoch);
  Append(out, state.revision);
  Append(out, absl::ToUnixNanos(state.commit_time));
  Append(out, state.earliest);
  Append(out, state.log_bytes);
  Append(out, state.records);
  return out.append(state.digest).append(state.uid);
}

bool DecodeLogState(std::string_view in, LogState* state) {
  if (!Take(in, &state->id) || !Take(in, &state->epoch) || !Take(in, &state->revision) ||
      !TakeTime(in, &state->commit_time) || !Take(in, &state->earliest) || !Take(in, &state->log_bytes) ||
      !Take(in, &state->records) || in.size() < kDigestBytes) {
    return false;
  }
  state->digest.assign(in.substr(0, kDigestBytes));
  state->uid.assign(in.substr(kDigestBytes));
  return true;
}

std::string EncodeHeaderRow(const HeaderPrefix& prefix, std::string_view entry_header) {
  std::string out;
  Append(out, prefix.sequence);
  Append(out, prefix.bytes);
  return out.append(entry_header);
}

bool DecodeHeaderRow(std::string_view row, HeaderPrefix* prefix, std::string_view* entry_header) {
  if (!Take(row, &prefix->sequence) || !Take(row, &prefix->bytes)) return false;
  *entry_header = row;
  return true;
}

std::string EncodeRequestRow(const RequestRow& row) {
  std::string out;
  Append(out, absl::ToUnixNanos(row.commit_time));
  Append(out, row.revision);
  return out.append(row.payload_digest);
}

bool DecodeRequestRow(std::string_view bytes, RequestRow* row) {
  if (!TakeTime(bytes, &row->commit_time) || !Take(bytes, &row->revision)) return false;
  row->payload_digest.assign(bytes);
  return true;
}

std::string EncodeDroppedRequest(const DroppedRequest& kept) {
  std::string out;
  Append(out, kept.epoch);
  Append(out, static_cast<std::uint32_t>(kept.uid.size()));
  return out.append(kept.uid).append(kept.payload_digest);
}

bool DecodeDroppedRequest(std::string_view bytes, DroppedRequest* kept) {
  std::uint32_t size = 0;
  if (!Take(bytes, &kept->epoch) || !Take(bytes, &size) || bytes.size() < size) return false;
  kept->uid.assign(bytes.substr(0, size));
  kept->payload_digest.assign(bytes.substr(size));
  return true;
}

int PutRequestRow(const Transaction& txn, const Tables& tables, std::string_view key, const RequestRow& row) {
  std::string_view old;
  RequestRow replaced;
  if (txn.Get(tables.requests, key, &old) == 0 && DecodeRequestRow(old, &replaced)) {
    const int code = txn.Delete(tables.request_times, RequestTimeKey(replaced.commit_time, key));
    if (code != 0 && code != MDB_NOTFOUND) return code;
  }
  const int code = txn.Put(tables.requests, key, EncodeRequestRow(row));
  return code != 0 ? code : txn.Put(tables.request_times, RequestTimeKey(row.commit_time, key), "");
}

int TakeLogId(const Transaction& txn, const Tables& tables, std::uint32_t* id) {
  std::string_view row;
  *id = 1;
  const int code = txn.Get(tables.meta, kNextLogKey, &row);
  if (code == 0 && row.size() == sizeof(*id)) std::memcpy(id, row.data(), sizeof(*id));
  if (code != 0 && code != MDB_NOTFOUND) return code;
  const std::uint32_t next = *id + 1;
  return txn.Put(tables.meta, kNextLogKey, {reinterpret_cast<const char*>(&next), sizeof(next)});
}

void AppendBigEndian64(std::string& out, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
}

std::uint64_t BigEndian64(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8 && i < bytes.size(); ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

std::string IdKey(std::uint32_t log_id) {
  std::string key;
  AppendBigEndian32(key, log_id);
  return key;
}

std::string RecordKey(std::uint32_t log_id, std::string_view name) { return IdKey(log_id).append(name); }

std::string HeaderKey(std::uint32_t log_id, std::int64_t revision) {
  std::string key = IdKey(log_id);
  AppendBigEndian64(key, static_cast<std::uint64_t>(revision));
  return key;
}

std::string ChangeKey(std::uint64_t sequence, std::uint32_t index) {
  std::string key;
  AppendBigEndian64(key, sequence);
  AppendBigEndian32(key, index);
  return key;
}

std::string RequestKey(std::uint32_t log_id, std::string_view actor, std::string_view method,
                       std::string_view request_id) {
  return RequestKeyOf(log_id, RequestScope(actor, method, request_id));
}

std::string RequestKeyOf(std::uint32_t log_id, std::string_view scope) { return IdKey(log_id).append(scope); }

std::string RequestTimeKey(absl::Time time, std::string_view request_key) {
  std::string key;
  AppendBigEndian64(key, static_cast<std::uint64_t>(absl::ToUnixNanos(time)));
  return key.append(request_key);
}

}  // namespace bulian::store::lmdb
