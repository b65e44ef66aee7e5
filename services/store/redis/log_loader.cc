#include "services/store/redis/log_loader.h"

#include <utility>

#include "absl/time/clock.h"
#include "services/model/error.h"
#include "services/store/errors.h"
#include "services/store/log_codec.h"
#include "services/store/redis/scripts.h"
#include "services/store/request_scope.h"

namespace bulian::store::redis {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{1} << 20;
// What a loader left behind is gone after this; it keeps its own names alive while it works.
constexpr std::int64_t kExpireSeconds = 3600;
constexpr std::int64_t kEntryOverhead = 200;  // as the commit script counts

std::string RevisionBytes(std::int64_t revision) {
  return {reinterpret_cast<const char*>(&revision), kRecordRevisionBytes};
}

}  // namespace

RedisLogLoader::RedisLogLoader(ExecutorShared* shared, Follower* follower, std::string_view log)
    : options_(*shared->options),
      executor_(shared),
      follower_(*follower),
      log_(log),
      keys_(options_.prefix, log),
      loading_(options_.prefix, log, "load-" + RandomUuid() + ":") {}

absl::StatusOr<std::unique_ptr<LogLoader>> RedisLogLoader::Begin(ExecutorShared* shared, Follower* follower,
                                                                 std::string_view log) {
  if (log.empty() || log.size() > kMaxNameBytes || log.find_first_of("{}") != std::string_view::npos) {
    model::Violations violations;
    violations.Add("log", "must have 1 to " + std::to_string(kMaxNameBytes) + " bytes, none of them a brace");
    return violations.ToStatus();
  }
  std::unique_ptr<RedisLogLoader> loader(new RedisLogLoader(shared, follower, log));
  auto head = loader->executor_.RunOne(loader->keys_.slot, ReadHead(loader->keys_));
  if (!head.ok()) return head.status();
  if (ParseHead(Reply(head->get())).exists()) return model::AlreadyExists("clusters/" + std::string(log));
  const LogKeys& loading = loader->loading_;
  absl::Status begun;
  for (int bucket = 0; begun.ok() && bucket < kBuckets; ++bucket)
    begun = loader->Buffer({"HSET", loading.Bucket(bucket), "", ""});
  for (const std::string* key : {&loading.requests, &loading.dropped}) {
    if (begun.ok()) begun = loader->Buffer({"HSET", *key, "", ""});
  }
  for (const std::string* key : {&loading.times, &loading.changed}) {
    if (begun.ok()) begun = loader->Buffer({"ZADD", *key, "inf", ""});
  }
  if (begun.ok()) begun = loader->Flush();
  if (!begun.ok()) return begun;
  return loader;
}

RedisLogLoader::~RedisLogLoader() {
  if (finished_) return;
  Command unlink = {"UNLINK"};
  for (std::string& key : loading_.All()) unlink.push_back(std::move(key));
  executor_.RunOne(loading_.slot, std::move(unlink)).IgnoreError();
}

absl::Status RedisLogLoader::AddRecord(std::string_view name, std::optional<std::string_view> value,
                                       std::int64_t revision) {
  if (failed_.ok()) failed_ = loaded_.CheckRecord(name, revision);
  if (!failed_.ok()) return failed_;
  const std::string bucket = loading_.Bucket(BucketOf(name));
  if (!value) return Buffer({"HDEL", bucket, std::string(name)});
  return Buffer({"HSET", bucket, std::string(name), RevisionBytes(revision).append(*value)});
}

absl::Status RedisLogLoader::AddEntry(const LogEntry& entry) {
  if (failed_.ok()) failed_ = loaded_.CheckEntry(entry);
  if (!failed_.ok()) return failed_;
  CommitRequest writer;
  writer.actor = entry.actor;
  writer.method = entry.method;
  writer.request_id = entry.request_id;
  writer.touches = entry.touches;
  std::string rows;
  for (const LoggedChange& change : entry.changes) {
    const ChangeView view = ViewOf(change);
    const std::size_t at = rows.size();
    rows.resize(at + ChangeRowSize(view));
    EncodeChangeRow(view, rows.data() + at);
    writer.writes.push_back({change.name, change.after});
  }
  std::string predecessor = entry.predecessor_digest;
  if (!last_digest_.empty())
    predecessor = entry.epoch == last_.epoch ? last_digest_ : EpochDigest(last_digest_, entry.epoch);
  std::string meta = EncodeMeta(writer, RandomUuid());
  last_digest_ = DigestOf(meta, writer.writes);
  last_ = {"", entry.epoch, entry.revision, entry.commit_time};
  last_scope_ = entry.request_id.empty() ? "" : RequestScope(entry.actor, entry.method, entry.request_id);
  log_bytes_ += static_cast<std::int64_t>(rows.size() + meta.size()) + kEntryOverhead;
  const std::string revision = std::to_string(entry.revision);
  Command changed = {"ZADD", loading_.changed, "GT"};
  for (const LoggedChange& change : entry.changes) {
    if (!change.after) changed.insert(changed.end(), {revision, change.name});
  }
  for (const std::string& guard : entry.touches) changed.insert(changed.end(), {revision, guard});
  failed_ = Buffer({"XADD", loading_.stream, revision + "-0", "t", TimeText(entry.commit_time), "e",
                    std::to_string(entry.epoch), "p", std::move(predecessor), "d", last_digest_, "m", std::move(meta),
                    "n", std::to_string(entry.changes.size()), "c", std::move(rows)});
  return changed.size() > 3 && failed_.ok() ? Buffer(std::move(changed)) : failed_;
}

absl::Status RedisLogLoader::AddRequest(const StoredRequest& request) {
  if (failed_.ok()) failed_ = loaded_.CheckRequest(request);
  if (!failed_.ok()) return failed_;
  failed_ = Buffer({"HSET", loading_.requests, request.scope,
                    TimeText(request.time) + Digits(request.revision) + request.payload_digest});
  if (!failed_.ok()) return failed_;
  return Buffer({"ZADD", loading_.times, std::to_string(absl::ToUnixMicros(request.time)), request.scope});
}

absl::Status RedisLogLoader::Finish(const LogPosition& position) {
  if (failed_.ok() && finished_) failed_ = StoreFailed("the log was loaded already");
  if (failed_.ok()) failed_ = loaded_.CheckPosition(position);
  if (failed_.ok()) failed_ = Flush();
  if (!failed_.ok()) return failed_;
  const auto records = CountRecords();
  if (!records.ok()) return failed_ = records.status();
  const std::string directory = DirectoryKey(options_.prefix);
  const absl::Time now = options_.clock ? options_.clock() : absl::Now();
  const auto listed = executor_.RunOne(SlotOf(directory), {"HSET", directory, log_, TimeText(now)});
  if (!listed.ok()) return failed_ = listed.status();
  failed_ = Adopt(position, *records);
  finished_ = failed_.ok();
  if (finished_) follower_.WaitTold(log_, position, options_.patience);
  return failed_;
}

absl::Status RedisLogLoader::Adopt(const LogPosition& position, std::int64_t records) {
  std::vector<std::string> keys = keys_.All();
  for (std::string& key : loading_.All()) keys.push_back(std::move(key));
  const std::string revision = std::to_string(position.revision);
  const bool same_epoch = position.epoch == last_.epoch;
  const Errand adopt{keys_.slot, Call(Script::kAdopt, keys,
                                      {Channel(options_.prefix),
                                       log_,
                                       "uid",
                                       position.uid,
                                       "epoch",
                                       std::to_string(position.epoch),
                                       "revision",
                                       revision,
                                       "time",
                                       TimeText(position.commit_time),
                                       "earliest",
                                       std::to_string(loaded_.first_revision()),
                                       "bytes",
                                       std::to_string(log_bytes_),
                                       "records",
                                       std::to_string(records),
                                       "digest",
                                       same_epoch ? last_digest_ : EpochDigest(last_digest_, position.epoch),
                                       "scope",
                                       last_scope_,
                                       "lasting",
                                       last_scope_,
                                       "confirmed",
                                       revision,
                                       "loaded",
                                       "1"})};
  const Outcome outcome = std::move(executor_.Run({&adopt, 1}, options_.wait_replicas).front());
  if (!outcome.status.ok()) return outcome.status;
  if (Reply(outcome.reply.get()).Text() == "exists") return model::AlreadyExists("clusters/" + log_);
  if (outcome.confirmed) return absl::OkStatus();
  return model::Error(absl::StatusCode::kUnavailable, v1::COMMIT_UNCONFIRMED,
                      "clusters/" + log_ + " is there, but too few replicas hold it: a failover may lose it");
}

absl::StatusOr<std::int64_t> RedisLogLoader::CountRecords() {
  std::vector<Errand> errands;
  for (int bucket = 0; bucket < kBuckets; ++bucket)
    errands.push_back({loading_.slot, {"HLEN", loading_.Bucket(bucket)}});
  std::int64_t records = -kBuckets;  // each has an entry with an empty name
  for (const Outcome& outcome : executor_.Run(errands)) {
    if (!outcome.status.ok()) return outcome.status;
    records += Reply(outcome.reply.get()).Integer();
  }
  return records;
}

absl::Status RedisLogLoader::Buffer(Command command) {
  for (const std::string& part : command) buffered_bytes_ += part.size();
  buffered_.push_back({loading_.slot, std::move(command)});
  if (buffered_bytes_ >= kPieceBytes) failed_ = Flush();
  return failed_;
}

absl::Status RedisLogLoader::Flush() {
  for (const std::string& key : loading_.All())
    buffered_.push_back({loading_.slot, {"EXPIRE", key, std::to_string(kExpireSeconds)}});
  absl::Status status;
  for (const Outcome& outcome : executor_.Run(buffered_)) {
    // An entry that was sent again after a lost answer is there already.
    const bool twice =
        outcome.perhaps_done &&
        std::string_view(outcome.status.message().data(), outcome.status.message().size()).find("equal or smaller") !=
            std::string_view::npos;
    if (status.ok() && !twice) status = outcome.status;
  }
  buffered_.clear();
  buffered_bytes_ = 0;
  return status;
}

}  // namespace bulian::store::redis
