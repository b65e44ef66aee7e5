#include "services/store/redis/committer.h"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "absl/time/clock.h"
#include "services/model/error.h"
#include "services/store/errors.h"
#include "services/store/log_codec.h"
#include "services/store/redis/scripts.h"
#include "services/store/request_scope.h"

namespace bulian::store::redis {
namespace {

constexpr std::size_t kMaxGroupCommits = 512;
constexpr std::size_t kMaxGroupBytes = std::size_t{16} << 20;
// Of a cluster, so that a node that fails holds up the logs of its lane only.
constexpr int kClusterLanes = 16;

absl::Status Unconfirmed(std::string_view why) {
  return model::Error(absl::StatusCode::kUnavailable, v1::COMMIT_UNCONFIRMED,
                      "the commit may be stored or not (" + std::string(why) + "): repeat it with its request id");
}

// The keys a commit uses, each once, and where they stand among the script's.
class KeyList {
 public:
  explicit KeyList(const LogKeys& log)
      : log_(log), keys_{log.head, log.stream, log.requests, log.times, log.changed, log.dropped} {}
  std::string IndexOf(std::string_view name) { return IndexOf(BucketOf(name)); }
  std::string IndexOf(int bucket) {
    int& index = index_[static_cast<std::size_t>(bucket)];
    if (index == 0) {
      keys_.push_back(log_.Bucket(bucket));
      index = static_cast<int>(keys_.size());
    }
    return std::to_string(index);
  }
  const std::vector<std::string>& keys() const { return keys_; }

 private:
  const LogKeys& log_;
  std::vector<std::string> keys_;
  std::array<int, kBuckets> index_{};
};

Errand MakeErrand(const RedisOptions& options, CommitRequest& request, const std::string& scope,
                  const std::string& nonce) {
  const LogKeys keys(options.prefix, request.log);
  KeyList used(keys);
  for (int bucket = 0; request.create_log && bucket < kBuckets; ++bucket) used.IndexOf(bucket);
  const auto first = std::upper_bound(request.seen.begin(), request.seen.end(), request.validated_at);
  std::string seen = ",";
  for (auto revision = first; revision != request.seen.end(); ++revision) seen += std::to_string(*revision) + ",";
  const std::string uid = request.create_log ? options.new_uid() : std::string();
  std::string meta = EncodeMeta(request, nonce);
  std::string digest = DigestOf(meta, request.writes);
  std::vector<std::string> arguments = {request.create_log ? "1" : "0",
                                        request.log_uid,
                                        std::to_string(request.validated_at),
                                        std::to_string(request.seen.end() - first),
                                        first == request.seen.end() ? "0" : std::to_string(request.seen.back()),
                                        std::move(seen),
                                        options.clock ? TimeText(options.clock()) : std::string(),
                                        uid,
                                        request.create_log ? GenesisDigest(uid) : std::string(),
                                        scope,
                                        request.payload_digest,
                                        request.request_id.empty() ? std::string() : scope,
                                        std::move(meta),
                                        std::move(digest),
                                        options.wait_replicas > 0 ? "1" : "0",
                                        Channel(options.prefix),
                                        request.log,
                                        std::to_string(request.reads.size())};
  arguments.reserve(arguments.size() + 2 + 2 * request.reads.size() + request.touches.size() +
                    4 * request.writes.size());
  for (const std::string& name : request.reads) {
    arguments.push_back(used.IndexOf(name));
    arguments.push_back(name);
  }
  arguments.push_back(std::to_string(request.touches.size()));
  arguments.insert(arguments.end(), request.touches.begin(), request.touches.end());
  arguments.push_back(std::to_string(request.writes.size()));
  for (Write& write : request.writes) {
    arguments.push_back(used.IndexOf(write.name));
    arguments.push_back(std::move(write.name));
    arguments.emplace_back(write.value ? "1" : "0");
    arguments.push_back(write.value ? *std::move(write.value) : std::string());
  }
  return {keys.slot, Call(Script::kCommit, used.keys(), std::move(arguments))};
}

// INVALID_ARGUMENT: a name with a brace would change the slot.
absl::Status CheckLogName(const std::string& log) {
  if (log.find_first_of("{}") == std::string::npos) return absl::OkStatus();
  model::Violations violations;
  violations.Add("log", "must not have braces");
  return violations.ToStatus();
}

}  // namespace

Committer::Committer(ExecutorShared* shared) : shared_(*shared), options_(*shared->options) {
  const int lanes = options_.mode == RedisOptions::Mode::kCluster ? kClusterLanes : 1;
  for (int i = 0; i < lanes; ++i) {
    lanes_.push_back(std::make_unique<Lane>());
    lanes_.back()->thread = std::thread([this, lane = lanes_.back().get()] { Loop(*lane); });
  }
}

Committer::~Committer() {
  for (const auto& lane : lanes_) {
    const std::lock_guard lock(lane->mutex);
    lane->stopping = true;
    lane->work.notify_one();
  }
  for (const auto& lane : lanes_) lane->thread.join();
}

std::future<absl::StatusOr<CommitResult>> Committer::Submit(CommitRequest request) {
  auto job = std::make_unique<Job>();
  std::future<Result> done = job->done.get_future();
  absl::Status good = CheckRequest(request, WritesByName(request));
  if (good.ok()) good = CheckLogName(request.log);
  if (!good.ok()) {
    job->done.set_value(good);
    return done;
  }
  const std::string nonce = RandomUuid();
  job->scope = request.request_id.empty() ? RequestScope("", "", nonce)
                                          : RequestScope(request.actor, request.method, request.request_id);
  job->errand = MakeErrand(options_, request, job->scope, nonce);
  for (const std::string& part : job->errand.command) job->bytes += part.size();
  request.writes.clear();
  job->request = std::move(request);
  Lane& lane = *lanes_[std::hash<std::string>()(job->request.log) % lanes_.size()];
  {
    const std::lock_guard lock(lane.mutex);
    lane.queue.push_back(std::move(job));
  }
  lane.work.notify_one();
  return done;
}

void Committer::Loop(Lane& lane) {
  Executor executor(&shared_);
  for (Group group = TakeGroup(lane); !group.empty(); group = TakeGroup(lane)) CommitGroup(executor, std::move(group));
}

Committer::Group Committer::TakeGroup(Lane& lane) {
  std::unique_lock lock(lane.mutex);
  lane.work.wait(lock, [&] { return lane.stopping || !lane.queue.empty(); });
  Group group;
  std::size_t bytes = 0;
  while (!lane.queue.empty()) {
    bytes += lane.queue.front()->bytes;
    if (!group.empty() && (bytes > kMaxGroupBytes || group.size() == kMaxGroupCommits)) break;
    group.push_back(std::move(lane.queue.front()));
    lane.queue.pop_front();
  }
  return group;
}

void Committer::NameNewLogs(Executor& executor, Group& group) {
  std::set<std::string> named;
  std::erase_if(group, [&](const std::unique_ptr<Job>& job) {
    const std::string& log = job->request.log;
    if (!job->request.create_log || !named.insert(log).second) return false;
    const std::string directory = DirectoryKey(options_.prefix);
    const absl::Time now = options_.clock ? options_.clock() : absl::Now();
    const auto listed = executor.RunOne(SlotOf(directory), {"HSET", directory, log, TimeText(now)});
    if (!listed.ok()) {
      ++counters_.failures;
      job->done.set_value(listed.status());
    }
    return !listed.ok();
  });
}

void Committer::CommitGroup(Executor& executor, Group group) {
  NameNewLogs(executor, group);
  std::vector<Errand> errands;
  errands.reserve(group.size());
  for (const auto& job : group) errands.push_back(std::move(job->errand));
  const std::vector<Outcome> outcomes = executor.Run(errands, options_.wait_replicas);
  ++counters_.exchanges;
  std::vector<Result> results;
  results.reserve(group.size());
  for (std::size_t i = 0; i < group.size(); ++i) results.push_back(Judge(*group[i], outcomes[i]));
  if (options_.wait_replicas > 0) Confirm(executor, group, results);
  for (std::size_t i = 0; i < group.size(); ++i) {
    const Result& result = results[i];
    if (result.ok() && !result->replayed) ++counters_.commits;
    if (absl::IsAborted(result.status())) ++counters_.conflicts;
    if (absl::IsResourceExhausted(result.status()) || absl::IsUnavailable(result.status())) ++counters_.failures;
    group[i]->done.set_value(result);
  }
}

Committer::Result Committer::Judge(const Job& job, const Outcome& outcome) {
  const CommitRequest& request = job.request;
  if (!outcome.status.ok())
    return outcome.perhaps_done ? Unconfirmed(std::string(outcome.status.message())) : outcome.status;
  const Reply answer(outcome.reply.get());
  const std::string_view verdict = answer[0].Text();
  if (verdict == "done" || verdict == "replayed") {
    if (!outcome.confirmed) return Unconfirmed("too few replicas hold it");
    // Without a request id of the caller's it was an earlier try of this very commit.
    const bool replayed = verdict == "replayed" && !request.request_id.empty();
    return CommitResult{
        {std::string(answer[4].Text()), answer[3].Integer(), answer[1].Integer(), ParseTime(answer[2].Text())},
        replayed};
  }
  if (verdict == "reused") return RequestIdReused(request.request_id);
  if (verdict == "exists") return model::AlreadyExists("clusters/" + request.log);
  if (verdict == "missing") return NoSuchLog(request.log);
  if (verdict == "anew") return Conflict(request.log, "the cluster was created anew");
  if (verdict == "ahead") return Conflict(request.log, "the commit was validated at a revision that does not exist");
  if (verdict == "unretained") return Conflict(request.log, "the log no longer reaches back to the validation");
  if (verdict == "changed")
    return Conflict(request.log, "something the commit depends on was changed by another commit");
  return RedisFailed("the commit script answered " + std::string(verdict));
}

void Committer::Confirm(Executor& executor, const Group& group, const std::vector<Result>& results) {
  std::map<std::string, LogPosition> newest;
  for (std::size_t i = 0; i < group.size(); ++i) {
    if (!results[i].ok()) continue;
    LogPosition& position = newest[group[i]->request.log];
    if (results[i]->position.revision > position.revision) position = results[i]->position;
  }
  std::vector<Errand> errands;
  for (const auto& [log, position] : newest) {
    const LogKeys keys(options_.prefix, log);
    errands.push_back(
        {keys.slot, Call(Script::kConfirm, {keys.head},
                         {position.uid, std::to_string(position.revision), Channel(options_.prefix), log})});
  }
  // Whoever follows the log confirms it later if this does not arrive.
  executor.Run(errands);
}

}  // namespace bulian::store::redis
