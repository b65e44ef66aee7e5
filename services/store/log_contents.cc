#include "services/store/log_contents.h"

#include <cstring>

#include "services/store/log_codec.h"

namespace bulian::store {
namespace {

void AppendNumber(std::string& out, std::int64_t value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

}  // namespace

LogContents::Half LogContents::HalfDigest(std::string_view bytes) {
  const std::string digest = Sha256Of(bytes);
  Half half;
  static_assert(sizeof(half) <= kDigestBytes);
  std::memcpy(&half.first, digest.data(), sizeof(half.first));
  std::memcpy(&half.second, digest.data() + sizeof(half.first), sizeof(half.second));
  return half;
}

void LogContents::AddRecord(std::string_view name, std::optional<std::string_view> value, std::int64_t revision) {
  const Half key = HalfDigest(name);
  if (!value) {
    records_.erase(key);
    return;
  }
  std::string rest;
  AppendNumber(rest, revision);
  records_[key] = HalfDigest(rest.append(*value));
}

void LogContents::AddEntry(const LogEntry& entry) {
  LogEntry plain = entry;
  plain.predecessor_digest.assign(kDigestBytes, '\0');
  entries_ = Sha256Of(entries_ + EntryDigest(plain));
  if (first_ == 0) first_ = entry.revision;
  last_ = entry.revision;
}

void LogContents::AddRequest(const StoredRequest& request) {
  std::string rest;
  AppendNumber(rest, absl::ToUnixNanos(request.time));
  AppendNumber(rest, request.revision);
  requests_[HalfDigest(request.scope)] = HalfDigest(rest.append(request.payload_digest));
}

std::string LogContents::DifferenceTo(const LogContents& other) const {
  if (first_ != other.first_ || last_ != other.last_) return "its log begins or ends elsewhere";
  if (entries_ != other.entries_) return "its log entries differ";
  if (records_.size() != other.records_.size()) return "it has another number of records";
  if (records_ != other.records_) return "its records differ";
  if (requests_ != other.requests_) return "its request ids differ";
  return {};
}

absl::StatusOr<LogContents> ContentsOf(Store& store, std::string_view log) {
  LogContents contents;
  const auto scan = store.Scan(log, [&](const ScannedRecord& record) {
    contents.AddRecord(record.name, record.value, record.revision);
    return true;
  });
  if (!scan.ok()) return scan.status();
  const auto earliest = store.EarliestRetained(log);
  if (!earliest.ok()) return earliest.status();
  absl::Status status = store.Follow(log, *earliest - 1, [&](const std::shared_ptr<const LogEntry>& entry) {
    contents.AddEntry(*entry);
    return true;
  });
  if (!status.ok()) return status;
  status = store.VisitRequests(log, [&](const StoredRequest& request) {
    contents.AddRequest(request);
    return true;
  });
  if (!status.ok()) return status;
  return contents;
}

}  // namespace bulian::store
