#include "services/store/lmdb/dropped_requests.h"

#include <string>

#include "services/model/error.h"
#include "services/store/log_codec.h"

namespace bulian::store::lmdb {
namespace {

std::string KeyOf(std::string_view log, std::string_view actor, std::string_view method, std::string_view request_id) {
  // One part more than the key of a log's own request: its length keeps the parts apart.
  std::string scoped = std::to_string(method.size()) + ":";
  scoped.append(method).append(log);
  return RequestKey(kDroppedLogId, actor, scoped, request_id);
}

}  // namespace

absl::Status KeepLastRequest(const Transaction& txn, const Tables& tables, std::string_view log,
                             const LogState& state) {
  std::string_view bytes;
  HeaderPrefix prefix;
  EntryHeader header;
  int code = txn.Get(tables.headers, HeaderKey(state.id, state.revision), &bytes);
  if (code != 0) return LmdbError(code, "read the newest entry");
  if (!DecodeHeaderRow(bytes, &prefix, &bytes) || !DecodeEntryHeader(bytes, &header)) {
    return StoreFailed("the newest entry of log " + std::string(log) + " is not readable");
  }
  const LogEntry& last = header.entry;
  if (last.request_id.empty()) return absl::OkStatus();
  code = txn.Get(tables.requests, RequestKey(state.id, last.actor, last.method, last.request_id), &bytes);
  if (code == MDB_NOTFOUND) return absl::OkStatus();  // expired
  RequestRow row;
  if (code != 0 || !DecodeRequestRow(bytes, &row)) return LmdbError(code, "read the newest request id");
  row.payload_digest = EncodeDroppedRequest({state.uid, state.epoch, row.payload_digest});
  code = PutRequestRow(txn, tables, KeyOf(log, last.actor, last.method, last.request_id), row);
  return LmdbError(code, "keep a request id");
}

absl::StatusOr<std::optional<CommitResult>> FindDroppedRequest(const Transaction& txn, const Tables& tables,
                                                               const AskedRequest& asked, absl::Time now, int* code) {
  std::string_view bytes;
  *code = txn.Get(tables.requests, KeyOf(asked.log, asked.actor, asked.method, asked.request_id), &bytes);
  if (*code == MDB_NOTFOUND) *code = 0;
  if (*code != 0 || bytes.empty()) return std::nullopt;
  RequestRow row;
  DroppedRequest kept;
  if (!DecodeRequestRow(bytes, &row) || !DecodeDroppedRequest(row.payload_digest, &kept)) {
    return StoreFailed("the row of a request id is not readable");
  }
  if (now - row.commit_time > kRequestIdAge) return std::nullopt;
  if (kept.payload_digest != asked.payload_digest) return RequestIdReused(asked.request_id);
  return CommitResult{{kept.uid, kept.epoch, row.revision, row.commit_time}, true};
}

}  // namespace bulian::store::lmdb
