#include "services/store/redis/layout.h"

#include <cstring>

#include "services/store/digest.h"
#include "services/store/log_codec.h"
#include "services/store/redis/topology.h"

namespace bulian::store::redis {
namespace {

constexpr std::size_t kDigits = 20;

void AppendText(std::string& out, std::string_view text) {
  const auto size = static_cast<std::uint32_t>(text.size());
  out.append(reinterpret_cast<const char*>(&size), sizeof(size)).append(text);
}

bool TakeText(std::string_view& in, std::string* text) {
  std::uint32_t size = 0;
  if (in.size() < sizeof(size)) return false;
  std::memcpy(&size, in.data(), sizeof(size));
  in.remove_prefix(sizeof(size));
  if (in.size() < size) return false;
  text->assign(in.substr(0, size));
  in.remove_prefix(size);
  return true;
}

bool DecodeMeta(std::string_view in, LogEntry* entry) {
  std::string nonce;
  if (!TakeText(in, &nonce) || !TakeText(in, &entry->actor) || !TakeText(in, &entry->method) ||
      !TakeText(in, &entry->request_id))
    return false;
  while (!in.empty()) {
    if (!TakeText(in, &entry->touches.emplace_back())) return false;
  }
  return true;
}

// Splits the change rows that stand one after the other.
bool DecodeChanges(std::string_view in, LogEntry* entry) {
  while (!in.empty()) {
    const std::size_t size = ChangeRowSizeAt(in);
    ChangeView change;
    if (size == 0 || size > in.size() || !DecodeChangeRow(in.substr(0, size), &change)) return false;
    entry->changes.push_back(change.Copy());
    in.remove_prefix(size);
  }
  return true;
}

}  // namespace

LogKeys::LogKeys(std::string_view prefix, std::string_view log, std::string_view part) {
  const std::string base = std::string(prefix) + ":{" + std::string(log) + "}:" + std::string(part);
  head = base + "head";
  stream = base + "log";
  requests = base + "requests";
  times = base + "times";
  changed = base + "changed";
  dropped = base + "dropped";
  records_ = base + "records:";
  slot = SlotOf(head);
}

std::vector<std::string> LogKeys::All() const {
  std::vector<std::string> keys = {head, stream, requests, times, changed, dropped};
  for (int bucket = 0; bucket < kBuckets; ++bucket) keys.push_back(Bucket(bucket));
  return keys;
}

std::string FormatKey(std::string_view prefix) { return DirectoryKey(prefix) + ":format"; }
std::string DirectoryKey(std::string_view prefix) { return std::string(prefix) + ":{directory}"; }

std::string Channel(std::string_view prefix) { return std::string(prefix) + ":commits"; }

int BucketOf(std::string_view name) {
  std::uint32_t hash = 2166136261U;  // FNV-1a: the same in every build, for data outlives it
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return static_cast<int>((hash ^ (hash >> 16)) % kBuckets);
}

std::string Digits(std::int64_t number) {
  std::string digits = std::to_string(number);
  return std::string(kDigits - digits.size(), '0') + digits;
}

std::string TimeText(absl::Time time) { return Digits(absl::ToUnixNanos(time)); }

absl::Time ParseTime(std::string_view digits) { return absl::FromUnixNanos(ToInteger(digits)); }

Command ReadHead(const LogKeys& keys) {
  Command command = {"HMGET", keys.head};
  command.insert(command.end(), std::begin(kHeadFields), std::end(kHeadFields));
  return command;
}

Head ParseHead(const Reply& reply) {
  Head head;
  head.position = {std::string(reply[0].Text()), reply[1].Integer(), reply[2].Integer(), ParseTime(reply[3].Text())};
  head.earliest = reply[4].Integer();
  head.bytes = reply[5].Integer();
  head.records = reply[6].Integer();
  head.digest.assign(reply[7].Text());
  head.confirmed = reply[8].Integer();
  head.loaded = reply[9].Integer() != 0;
  return head;
}

std::string EncodeMeta(const CommitRequest& request, std::string_view nonce) {
  std::string meta;
  AppendText(meta, nonce);
  AppendText(meta, request.actor);
  AppendText(meta, request.method);
  AppendText(meta, request.request_id);
  for (const std::string& guard : request.touches) AppendText(meta, guard);
  return meta;
}

std::string DigestOf(std::string_view meta, const std::vector<Write>& writes) {
  Sha256 sha;
  sha.Update(meta);
  std::string part;
  for (const Write& write : writes) {
    part.clear();
    AppendText(part, write.name);
    AppendText(part, write.value ? "=" : "");
    AppendText(part, write.value ? *write.value : std::string());
    sha.Update(part);
  }
  return sha.Finish();
}

bool ParseEntry(const Reply& reply, StoredEntry* stored) {
  auto entry = std::make_shared<LogEntry>();
  entry->revision = reply[0].Integer();
  const Reply fields = reply[1];
  std::int64_t changes = -1;
  bool good = entry->revision > 0 && fields.size() % 2 == 0;
  for (std::size_t i = 0; good && i + 1 < fields.size(); i += 2) {
    const std::string_view name = fields[i].Text();
    const std::string_view value = fields[i + 1].Text();
    stored->bytes += value.size();
    if (name == "t") entry->commit_time = ParseTime(value);
    if (name == "e") entry->epoch = ToInteger(value);
    if (name == "p") entry->predecessor_digest.assign(value);
    if (name == "d") stored->digest.assign(value);
    if (name == "n") changes = ToInteger(value);
    if (name == "m") good = DecodeMeta(value, entry.get());
    if (name == "c") good = DecodeChanges(value, entry.get());
  }
  good = good && changes == static_cast<std::int64_t>(entry->changes.size());
  stored->entry = std::move(entry);
  return good;
}

}  // namespace bulian::store::redis
