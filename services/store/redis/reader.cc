#include "services/store/redis/reader.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "services/store/errors.h"

namespace bulian::store::redis {
namespace {

constexpr std::size_t kScanNames = 2048;
constexpr std::size_t kMostIdle = 16;
constexpr std::int64_t kFirstEntries = 32;
constexpr std::int64_t kMostEntries = 1024;
constexpr std::size_t kPieceBytes = std::size_t{1} << 20;

// The first failure among outcomes.
absl::Status StatusOf(const std::vector<Outcome>& outcomes) {
  for (const Outcome& outcome : outcomes) {
    if (!outcome.status.ok()) return outcome.status;
  }
  return absl::OkStatus();
}

// Some names in order with their values, fetched bucket by bucket.
class ValuePiece {
 public:
  ValuePiece(const LogKeys& keys, const std::vector<std::string>& names, std::size_t from, std::size_t to)
      : names_(names), from_(from), to_(to) {
    std::array<int, kBuckets> errand_of;
    errand_of.fill(-1);
    for (std::size_t i = from; i < to; ++i) {
      const int bucket = BucketOf(names[i]);
      int& at = errand_of[static_cast<std::size_t>(bucket)];
      if (at < 0) {
        at = static_cast<int>(errands_.size());
        errands_.push_back({keys.slot, {"HMGET", keys.Bucket(bucket)}});
      }
      Command& command = errands_[static_cast<std::size_t>(at)].command;
      places_.push_back({static_cast<std::size_t>(at), command.size() - 2});
      command.push_back(names[i]);
    }
    errands_.push_back({keys.slot, redis::ReadHead(keys)});
  }

  absl::Status Fetch(Executor& executor) {
    outcomes_ = executor.Run(errands_);
    return StatusOf(outcomes_);
  }
  // Of the log after the values were read.
  Head EndHead() const { return ParseHead(Reply(outcomes_.back().reply.get())); }
  // False: the visitor wants no more.
  bool Visit(const std::function<bool(const ScannedRecord&)>& visit) const {
    for (std::size_t i = from_; i < to_; ++i) {
      const Place& place = places_[i - from_];
      const std::string_view stored = Reply(outcomes_[place.errand].reply.get())[place.index].Text();
      if (stored.size() < kRecordRevisionBytes) continue;  // deleted since the names were read
      ScannedRecord record{names_[i], stored.substr(kRecordRevisionBytes), 0};
      std::memcpy(&record.revision, stored.data(), kRecordRevisionBytes);
      if (!visit(record)) return false;
    }
    return true;
  }

 private:
  struct Place {
    std::size_t errand, index;
  };
  const std::vector<std::string>& names_;
  std::size_t from_, to_;
  std::vector<Errand> errands_;
  std::vector<Place> places_;
  std::vector<Outcome> outcomes_;
};

}  // namespace

Reader::Held Reader::Take() {
  std::unique_ptr<Executor> executor;
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      executor = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (executor == nullptr) executor = std::make_unique<Executor>(&shared_);
  return {this, std::move(executor)};
}

void Reader::GiveBack(std::unique_ptr<Executor> executor) {
  const std::lock_guard lock(mutex_);
  if (idle_.size() < kMostIdle) idle_.push_back(std::move(executor));
}

absl::StatusOr<Head> Reader::ReadHead(std::string_view log) {
  const LogKeys keys(options_.prefix, log);
  auto reply = Take()->RunOne(keys.slot, redis::ReadHead(keys));
  if (!reply.ok()) return reply.status();
  return ParseHead(Reply(reply->get()));
}

absl::StatusOr<std::vector<std::pair<std::string, std::string>>> Reader::ReadDirectory() {
  const std::string directory = DirectoryKey(options_.prefix);
  auto reply = Take()->RunOne(SlotOf(directory), {"HGETALL", directory});
  if (!reply.ok()) return reply.status();
  const Reply names(reply->get());
  std::vector<std::pair<std::string, std::string>> listed;
  for (std::size_t i = 0; i + 1 < names.size(); i += 2)
    listed.emplace_back(std::string(names[i].Text()), std::string(names[i + 1].Text()));
  std::sort(listed.begin(), listed.end());
  return listed;
}

absl::StatusOr<std::vector<std::pair<std::string, Head>>> Reader::ReadHeads(const LogSelection& selection,
                                                                            bool* complete) {
  auto listed = ReadDirectory();
  if (!listed.ok()) return listed.status();
  std::erase_if(*listed, [&](const auto& log) { return !selection.Has(log.first); });
  std::vector<Errand> errands;
  for (const auto& [log, time] : *listed) {
    const LogKeys keys(options_.prefix, log);
    errands.push_back({keys.slot, redis::ReadHead(keys)});
  }
  const std::vector<Outcome> outcomes = Take()->Run(errands);
  const absl::Status status = StatusOf(outcomes);
  if (complete != nullptr) *complete = status.ok();
  if (complete == nullptr && !status.ok()) return status;
  std::vector<std::pair<std::string, Head>> heads;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (!outcomes[i].status.ok()) continue;
    Head head = ParseHead(Reply(outcomes[i].reply.get()));
    if (head.exists()) heads.emplace_back((*listed)[i].first, std::move(head));
  }
  return heads;
}

absl::StatusOr<std::vector<std::string>> Reader::SortedNames(const LogKeys& keys, Executor& executor) {
  std::vector<Errand> errands;
  for (int bucket = 0; bucket < kBuckets; ++bucket) errands.push_back({keys.slot, {"HKEYS", keys.Bucket(bucket)}});
  const std::vector<Outcome> outcomes = executor.Run(errands);
  if (absl::Status status = StatusOf(outcomes); !status.ok()) return status;
  std::vector<std::string> names;
  for (const Outcome& outcome : outcomes) {
    const Reply fields(outcome.reply.get());
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (!fields[i].Text().empty()) names.emplace_back(fields[i].Text());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

absl::StatusOr<ScanResult> Reader::Scan(std::string_view log, const std::function<bool(const ScannedRecord&)>& visit) {
  const LogKeys keys(options_.prefix, log);
  const auto start = ReadHead(log);
  if (!start.ok()) return start.status();
  if (!start->exists()) return NoSuchLog(log);
  ScanResult result{start->position, start->position};
  const Held executor = Take();
  const auto names = SortedNames(keys, *executor.operator->());
  if (!names.ok()) return names.status();
  for (std::size_t from = 0; from < names->size() || from == 0; from += kScanNames) {
    ValuePiece piece(keys, *names, from, std::min(from + kScanNames, names->size()));
    if (absl::Status fetched = piece.Fetch(*executor.operator->()); !fetched.ok()) return fetched;
    const Head end = piece.EndHead();
    if (end.position.uid != start->position.uid) return NoSuchLog(log);
    result.end = end.position;
    if (!piece.Visit(visit)) break;
  }
  return result;
}

absl::StatusOr<EntryPiece> Reader::ReadEntries(std::string_view log, std::int64_t after, std::int64_t count) {
  const LogKeys keys(options_.prefix, log);
  // The log is the same before and after, so the entries are its own.
  const Errand errands[] = {
      {keys.slot, redis::ReadHead(keys)},
      {keys.slot, {"XRANGE", keys.stream, std::to_string(after + 1) + "-0", "+", "COUNT", std::to_string(count)}},
      {keys.slot, redis::ReadHead(keys)}};
  EntryPiece piece;
  const Held executor = Take();
  while (true) {
    const std::vector<Outcome> outcomes = executor->Run(errands);
    if (absl::Status status = StatusOf(outcomes); !status.ok()) return status;
    const Head before = ParseHead(Reply(outcomes[0].reply.get()));
    piece.head = ParseHead(Reply(outcomes[2].reply.get()));
    if (!piece.head.exists()) return NoSuchLog(log);
    if (before.position.uid != piece.head.position.uid || before.position.epoch != piece.head.position.epoch ||
        piece.head.position.revision < before.position.revision)
      continue;
    const Reply entries(outcomes[1].reply.get());
    piece.entries.clear();
    const std::int64_t head = before.position.revision;
    if (after < 0 || after > piece.head.position.revision) {
      return EntryNotRetained(after, piece.head.earliest, piece.head.position.revision);
    }
    for (std::size_t i = 0; i < entries.size(); ++i) {
      StoredEntry stored;
      if (!ParseEntry(entries[i], &stored))
        return StoreFailed("a log entry of " + std::string(log) + " is not readable");
      piece.entries.push_back(std::move(stored));
    }
    const bool gap = piece.entries.empty() ? after < head : piece.entries.front().entry->revision != after + 1;
    if (gap) return EntryNotRetained(after, piece.head.earliest, piece.head.position.revision);
    if (options_.wait_replicas > 0) {
      while (!piece.entries.empty() && piece.entries.back().entry->revision > piece.head.confirmed)
        piece.entries.pop_back();
    }
    return piece;
  }
}

absl::Status Reader::Follow(std::string_view log, std::int64_t after,
                            const std::function<bool(const std::shared_ptr<const LogEntry>&)>& visit) {
  std::string uid;
  std::int64_t count = kFirstEntries;
  while (true) {
    const auto piece = ReadEntries(log, after, count);
    if (!piece.ok()) return piece.status();
    if (!uid.empty() && uid != piece->head.position.uid) return NoSuchLog(log);
    uid = piece->head.position.uid;
    if (piece->entries.empty()) return absl::OkStatus();
    std::size_t bytes = 0;
    for (const StoredEntry& stored : piece->entries) {
      bytes += stored.bytes;
      if (!visit(stored.entry)) return absl::OkStatus();
    }
    after = piece->entries.back().entry->revision;
    count = std::clamp(bytes < kPieceBytes ? count * 2 : count / 2, std::int64_t{1}, kMostEntries);
  }
}

}  // namespace bulian::store::redis
