#include "services/store/redis/redis_store.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "services/model/error.h"
#include "services/store/digest.h"
#include "services/store/errors.h"
#include "services/store/redis/committer.h"
#include "services/store/redis/executor.h"
#include "services/store/redis/follower.h"
#include "services/store/redis/layout.h"
#include "services/store/redis/log_loader.h"
#include "services/store/redis/reader.h"
#include "services/store/redis/scripts.h"
#include "services/store/redis/topology.h"
#include "services/store/request_scope.h"

namespace bulian::store {
namespace redis {
namespace {

constexpr int kOldestVersion = 7;
constexpr std::int64_t kRowsPerPiece = 4000;
// A name without a log stays in the directory for longer than a commit that creates it may be under way.
constexpr absl::Duration kForgottenAfter = absl::Hours(25);
constexpr absl::Duration kQuickPatience = absl::Milliseconds(300);
// Following is not complete for this long: readers may miss commits.
constexpr absl::Duration kStale = absl::Seconds(10);

// On the node that has the key; the others of a Redis Cluster say that it is elsewhere.
absl::Status CheckFormat(Connection& connection, std::string_view prefix) {
  const std::string key = FormatKey(prefix);
  const auto kept = connection.Run({"GET", key});
  if (!kept.ok()) return kept.status();
  const Reply answer(kept->get());
  if (answer.IsError()) return absl::OkStatus();
  if (answer.IsNil()) {
    // Not used yet, or only by a release that did not write it. One that takes no key now is asked at the next start.
    return connection.Run({"SET", key, std::to_string(kFormatVersion), "NX"}).status();
  }
  if (ToInteger(answer.Text()) <= kFormatVersion) return absl::OkStatus();
  return model::Error(absl::StatusCode::kFailedPrecondition, v1::STORE_FAILED,
                      "the data in Redis has format version " + std::string(answer.Text()) +
                          ", this program reads up to " + std::to_string(kFormatVersion) + ": use a newer release");
}

class RedisStore final : public Store {
 public:
  explicit RedisStore(const RedisOptions& options)
      : options_(options),
        quick_options_(Quick(options)),
        topology_(&options_),
        reader_(Share(&shared_, &options_, &topology_)),
        quick_reader_(Share(&quick_shared_, &quick_options_, &topology_)),
        follower_(&quick_shared_, &quick_reader_),
        committer_(&shared_) {}
  ~RedisStore() override {
    shared_.stopping.store(true);
    quick_shared_.stopping.store(true);
  }

  absl::Status Open();

  absl::StatusOr<CommitResult> Commit(CommitRequest request) override;
  std::future<absl::StatusOr<CommitResult>> Submit(CommitRequest request) override {
    return committer_.Submit(std::move(request));
  }
  absl::StatusOr<std::optional<CommitResult>> FindRequest(std::string_view log, std::string_view actor,
                                                          std::string_view method, std::string_view request_id,
                                                          std::string_view payload_digest) override;
  absl::Status DropLog(std::string_view log, std::string_view uid) override;
  absl::StatusOr<std::vector<std::pair<std::string, LogPosition>>> ListLogs() override;
  absl::StatusOr<LogPosition> Position(std::string_view log) override;
  absl::StatusOr<ScanResult> Scan(std::string_view log,
                                  const std::function<bool(const ScannedRecord&)>& visit) override;
  absl::Status Follow(std::string_view log, std::int64_t after,
                      const std::function<bool(const std::shared_ptr<const LogEntry>&)>& visit) override {
    return reader_.Follow(log, after, visit);
  }
  absl::StatusOr<std::int64_t> EarliestRetained(std::string_view log) override;
  absl::Status VisitRequests(std::string_view log, const std::function<bool(const StoredRequest&)>& visit) override;
  absl::StatusOr<std::unique_ptr<LogLoader>> LoadLog(std::string_view log) override {
    return RedisLogLoader::Begin(&shared_, &follower_, log);
  }
  absl::StatusOr<bool> Compact(const Retention& retention) override;
  void SetObserver(CommitObserver* observer) override { follower_.SetObserver(observer); }
  StoreStats Stats() override;
  absl::Status Health() override;

 private:
  // Makes the shared part before its first user.
  static ExecutorShared* Share(ExecutorShared* shared, const RedisOptions* options, Topology* topology) {
    shared->options = options;
    shared->topology = topology;
    return shared;
  }
  // Where a log stands for readers: a commit that too few replicas hold is not there yet.
  LogPosition Visible(const Head& head) const {
    LogPosition position = head.position;
    if (options_.wait_replicas > 0) position.revision = std::min(position.revision, head.confirmed);
    return position;
  }
  std::string ClockText() const { return options_.clock ? TimeText(options_.clock()) : std::string(); }
  absl::StatusOr<bool> CompactLog(Executor& executor, const std::string& log, const Retention& retention);
  void ForgetIfGone(Executor& executor, const std::string& log, const std::string& time);

  // For what looks again soon anyway.
  static RedisOptions Quick(RedisOptions options) {
    options.patience = std::min(options.patience, kQuickPatience);
    return options;
  }

  const RedisOptions options_, quick_options_;
  Topology topology_;
  ExecutorShared shared_, quick_shared_;
  Reader reader_, quick_reader_;
  Follower follower_;
  Committer committer_;
};

absl::Status RedisStore::Open() {
  // A missing server must be told at once here; later calls wait for one.
  const auto masters = topology_.Masters();
  if (!masters.ok()) return masters.status();
  for (const Endpoint& master : *masters) {
    auto connection = Connection::Open(master, options_.credentials, options_.timeout);
    if (!connection.ok()) return connection.status();
    const auto info = (*connection)->Run({"INFO", "server"});
    if (!info.ok()) return info.status();
    const std::string_view text = Reply(info->get()).Text();
    constexpr std::string_view kVersion = "redis_version:";
    const std::size_t at = text.find(kVersion);
    if (Reply(info->get()).IsError()) return RedisFailed(master.Text() + ": " + std::string(text));
    if (at == std::string_view::npos || ToInteger(text.substr(at + kVersion.size())) < kOldestVersion)
      return RedisFailed(master.Text() + " is older than version 7");
    if (absl::Status durable = CheckDurability(**connection, options_.durability); !durable.ok()) return durable;
    if (absl::Status format = CheckFormat(**connection, options_.prefix); !format.ok()) return format;
    if (absl::Status loaded = LoadScripts(**connection); !loaded.ok()) return loaded;
  }
  return follower_.Start(nullptr);
}

absl::StatusOr<CommitResult> RedisStore::Commit(CommitRequest request) {
  const std::string log = request.log;
  auto result = committer_.Submit(std::move(request)).get();
  if (result.ok() && !result->replayed) follower_.WaitTold(log, result->position, options_.patience);
  return result;
}

absl::StatusOr<std::optional<CommitResult>> RedisStore::FindRequest(std::string_view log, std::string_view actor,
                                                                    std::string_view method,
                                                                    std::string_view request_id,
                                                                    std::string_view payload_digest) {
  if (request_id.empty()) return std::nullopt;
  const LogKeys keys(options_.prefix, log);
  const std::string scope = RequestScope(actor, method, request_id);
  const Errand errands[] = {{keys.slot, ReadHead(keys)},
                            {keys.slot, {"HGET", keys.requests, scope}},
                            {keys.slot, {"HGET", keys.dropped, scope}},
                            {keys.slot, {"TIME"}}};
  const auto outcomes = reader_.Take()->Run(errands);
  for (const Outcome& outcome : outcomes) {
    if (!outcome.status.ok()) return outcome.status;
  }
  const Head head = ParseHead(Reply(outcomes[0].reply.get()));
  const std::string_view row = Reply(outcomes[1].reply.get()).Text();
  const std::string_view dropped = Reply(outcomes[2].reply.get()).Text();
  const Reply time(outcomes[3].reply.get());
  const absl::Time server_now = absl::FromUnixMicros(time[0].Integer() * 1'000'000 + time[1].Integer());
  absl::Time now = options_.clock ? options_.clock() : server_now;
  if (head.exists()) now = std::max(now, head.position.commit_time);
  // Rows as layout.h says: 20 digits each of time, revision, and for a dropped log its epoch and 36 of its uid.
  const bool is_row = head.exists() && !row.empty();
  const std::string_view found = is_row ? row : dropped;
  if (found.empty() || now - ParseTime(found.substr(0, 20)) > kRequestIdAge) return std::nullopt;
  if (found.substr(is_row ? 40 : 96) != payload_digest) return RequestIdReused(request_id);
  CommitResult result;
  result.replayed = true;
  result.position.revision = ToInteger(found.substr(20, 20));
  result.position.commit_time = ParseTime(found.substr(0, 20));
  result.position.epoch = is_row ? head.position.epoch : ToInteger(found.substr(40, 20));
  result.position.uid = is_row ? head.position.uid : std::string(found.substr(60, 36));
  return result;
}

absl::Status RedisStore::DropLog(std::string_view log, std::string_view uid) {
  const LogKeys keys(options_.prefix, log);
  const std::string name(log);
  auto held = reader_.Take();
  const Errand errand{keys.slot, Call(Script::kDrop, keys.All(), {std::string(uid), Channel(options_.prefix), name})};
  const Outcome outcome = std::move(held->Run({&errand, 1}, options_.wait_replicas).front());
  if (!outcome.status.ok()) return outcome.status;
  const Reply answer(outcome.reply.get());
  // Sent again after a lost answer, the log is gone by then.
  if (answer[0].Text() == "missing") return outcome.perhaps_done ? absl::OkStatus() : NoSuchLog(log);
  if (answer[0].Text() == "anew") return Conflict(log, "the cluster was created anew");
  const std::string directory = DirectoryKey(options_.prefix);
  const std::string now = options_.clock ? ClockText() : TimeText(absl::Now());
  held->RunOne(SlotOf(directory), {"HSET", directory, name, now}).IgnoreError();
  follower_.WaitDropped(log, answer[1].Text(), options_.patience);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::pair<std::string, LogPosition>>> RedisStore::ListLogs() {
  const auto heads = reader_.ReadHeads();
  if (!heads.ok()) return heads.status();
  std::vector<std::pair<std::string, LogPosition>> logs;
  for (const auto& [log, head] : *heads) logs.emplace_back(log, Visible(head));
  return logs;
}

absl::StatusOr<LogPosition> RedisStore::Position(std::string_view log) {
  const auto head = reader_.ReadHead(log);
  if (!head.ok()) return head.status();
  if (!head->exists()) return NoSuchLog(log);
  return Visible(*head);
}

absl::StatusOr<ScanResult> RedisStore::Scan(std::string_view log,
                                            const std::function<bool(const ScannedRecord&)>& visit) {
  auto result = reader_.Scan(log, visit);
  // What was scanned may be held by too few replicas yet; it is no answer before it is.
  if (!result.ok() || options_.wait_replicas == 0) return result;
  if (follower_.WaitTold(log, result->end, options_.patience)) return result;
  return RedisFailed("too few replicas hold the newest commits");
}

absl::StatusOr<std::int64_t> RedisStore::EarliestRetained(std::string_view log) {
  const auto head = reader_.ReadHead(log);
  if (!head.ok()) return head.status();
  if (!head->exists()) return NoSuchLog(log);
  return head->earliest;
}

absl::Status RedisStore::VisitRequests(std::string_view log, const std::function<bool(const StoredRequest&)>& visit) {
  const LogKeys keys(options_.prefix, log);
  const Errand errands[] = {{keys.slot, ReadHead(keys)}, {keys.slot, {"HGETALL", keys.requests}}};
  const auto outcomes = reader_.Take()->Run(errands);
  for (const Outcome& outcome : outcomes) {
    if (!outcome.status.ok()) return outcome.status;
  }
  if (!ParseHead(Reply(outcomes[0].reply.get())).exists()) return NoSuchLog(log);
  const Reply rows(outcomes[1].reply.get());
  for (std::size_t i = 0; i + 1 < rows.size(); i += 2) {
    const std::string_view row = rows[i + 1].Text();
    if (rows[i].Text().empty()) continue;
    if (!visit({std::string(rows[i].Text()), ParseTime(row.substr(0, 20)), ToInteger(row.substr(20, 20)),
                std::string(row.substr(40))}))
      break;
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> RedisStore::CompactLog(Executor& executor, const std::string& log, const Retention& retention) {
  const LogKeys keys(options_.prefix, log);
  auto trimmed = executor.RunOne(
      keys.slot, Call(Script::kTrim, {keys.head, keys.stream, keys.requests, keys.times, keys.changed, keys.dropped},
                      {ClockText(), std::to_string(retention.max_commits),
                       std::to_string(absl::ToInt64Microseconds(retention.max_age)),
                       std::to_string(retention.max_bytes), std::to_string(kRowsPerPiece)}));
  if (!trimmed.ok()) return trimmed.status();
  return Reply(trimmed->get()).Integer() != 0;
}

void RedisStore::ForgetIfGone(Executor& executor, const std::string& log, const std::string& time) {
  const absl::Time now = options_.clock ? options_.clock() : absl::Now();
  if (now - ParseTime(time) < kForgottenAfter) return;
  const LogKeys keys(options_.prefix, log);
  const auto head = executor.RunOne(keys.slot, ReadHead(keys));
  if (!head.ok() || ParseHead(Reply(head->get())).exists()) return;
  executor.RunOne(keys.slot, {"UNLINK", keys.dropped}).IgnoreError();
  const std::string directory = DirectoryKey(options_.prefix);
  executor.RunOne(SlotOf(directory), Call(Script::kForget, {directory}, {log, time})).IgnoreError();
}

absl::StatusOr<bool> RedisStore::Compact(const Retention& retention) {
  const auto listed = reader_.ReadDirectory();
  if (!listed.ok()) return listed.status();
  const auto held = reader_.Take();
  for (const auto& [log, time] : *listed) {
    const auto more = CompactLog(*held.operator->(), log, retention);
    if (!more.ok() || *more) return more;
    ForgetIfGone(*held.operator->(), log, time);
  }
  return false;
}

StoreStats RedisStore::Stats() {
  StoreStats stats;
  bool complete = true;
  const auto heads = quick_reader_.ReadHeads({}, &complete);
  if (heads.ok()) {
    for (const auto& [log, head] : *heads) {
      stats.logs += 1;
      stats.records += head.records;
      stats.log_entries += head.position.revision - head.earliest + 1;
    }
  }
  const auto masters = topology_.Masters();
  for (std::size_t i = 0; masters.ok() && i < masters->size(); ++i) {
    auto connection = Connection::Open((*masters)[i], options_.credentials, options_.timeout);
    if (!connection.ok()) continue;
    const auto info = (*connection)->Run({"INFO", "memory"});
    if (!info.ok()) continue;
    const std::string_view text = Reply(info->get()).Text();
    const auto number = [text](std::string_view name) {
      const std::size_t at = text.find(name);
      return at == std::string_view::npos ? 0 : ToInteger(text.substr(at + name.size()));
    };
    stats.used_bytes += number("\nused_memory:");
    stats.limit_bytes += number("\nmaxmemory:");
  }
  const Committer::Counters& counters = committer_.counters();
  stats.commits = counters.commits;
  stats.commit_conflicts = counters.conflicts;
  stats.commit_failures = counters.failures;
  stats.group_syncs = counters.exchanges;
  const Follower::Stats followed = follower_.Read();
  stats.follow_lag = followed.lag;
  stats.follow_age = followed.age;
  stats.reloads = followed.reloads;
  stats.retries = shared_.retries + quick_shared_.retries;
  stats.reconnects = shared_.reconnects + quick_shared_.reconnects;
  stats.durability_waived = options_.durability != RedisOptions::Durability::kAlways;
  return stats;
}

absl::Status RedisStore::Health() {
  const absl::Duration age = follower_.Read().age;
  if (age < kStale) return absl::OkStatus();
  const auto masters = topology_.Masters();
  if (!masters.ok()) return masters.status();
  return RedisFailed("nothing could be read for " + absl::FormatDuration(absl::Trunc(age, absl::Seconds(1))));
}

}  // namespace
}  // namespace redis

absl::StatusOr<std::unique_ptr<Store>> OpenRedisStore(const RedisOptions& options) {
  auto store = std::make_unique<redis::RedisStore>(options);
  if (absl::Status opened = store->Open(); !opened.ok()) return opened;
  return std::unique_ptr<Store>(std::move(store));
}

absl::StatusOr<std::string> SharedSecret(const RedisOptions& options) {
  redis::Topology topology(&options);
  redis::ExecutorShared shared;
  shared.options = &options;
  shared.topology = &topology;
  redis::Executor executor(&shared);
  const std::string key = redis::DirectoryKey(options.prefix) + ":secret";
  const int slot = redis::SlotOf(key);
  const std::string proposed = Sha256Of(RandomUuid() + RandomUuid());
  const auto made = executor.RunOne(slot, {"SET", key, proposed, "NX"});
  if (!made.ok()) return made.status();
  const auto kept = executor.RunOne(slot, {"GET", key});
  if (!kept.ok()) return kept.status();
  const std::string_view secret = redis::Reply(kept->get()).Text();
  if (secret.size() != kDigestBytes) return StoreFailed("the shared secret in Redis is not whole");
  return std::string(secret);
}

}  // namespace bulian::store
