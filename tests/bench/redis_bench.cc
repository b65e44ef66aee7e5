// The store on Redis against a minimal client of the same Redis in the same run: commits, fan-out to replicas, scans,
// and what a replica does when it starts or fell behind the log: it builds its snapshot from a scan. Usage: redis_bench
// [records of the scan; default 1000000 [rebuild: only that]]. Starts redis-server itself.
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "services/store/log_codec.h"
#include "services/store/redis/layout.h"
#include "services/store/redis/redis_store.h"
#include "services/store/redis/scripts.h"
#include "services/view/view.h"
#include "tests/harness/redis_process.h"
#include "tests/harness/synthetic_snapshot.h"
#include "tools/loadgen/synthetic.h"

namespace bulian::store {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kCommits = 40'000;
constexpr std::size_t kInFlight = 128;
constexpr std::size_t kValueBytes = 500;
constexpr int kReplicas = 10;
constexpr int kFanOutCommits = 500;

void Require(bool good, const char* what) {
  if (good) return;
  std::fprintf(stderr, "failed: %s\n", what);
  std::exit(1);
}

double Seconds(Clock::time_point since) { return std::chrono::duration<double>(Clock::now() - since).count(); }

double OwnCpu() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double RedisCpu(const harness::RedisProcess& server) {
  const std::string info = server.Run({"INFO", "cpu"});
  double sum = 0;
  for (const char* name : {"used_cpu_sys:", "used_cpu_user:"})
    sum += std::atof(info.c_str() + info.find(name) + std::string(name).size());
  return sum;
}

struct Cost {
  double per_second, own_us, redis_us;
};

template <class Work>
Cost Measure(const harness::RedisProcess& server, int count, Work work) {
  const double own = OwnCpu();
  const double redis = RedisCpu(server);
  const auto start = Clock::now();
  work();
  const double seconds = Seconds(start);
  return {count / seconds, (OwnCpu() - own) / count * 1e6, (RedisCpu(server) - redis) / count * 1e6};
}

CommitRequest ACommit(const std::string& log, int number) {
  CommitRequest request;
  request.log = log;
  request.validated_at = 1;
  request.request_id = std::to_string(number);
  request.actor = "bench";
  request.writes.push_back({"n" + std::to_string(number), std::string(kValueBytes, 'x')});
  return request;
}

void Create(Store& store, const std::string& log) {
  CommitRequest create;
  create.log = log;
  create.create_log = true;
  create.writes.push_back({"first", "1"});
  Require(store.Commit(create).ok(), "create");
}

void StoreCommits(Store& store, const std::string& log) {
  std::deque<std::future<absl::StatusOr<CommitResult>>> flying;
  for (int i = 0; i < kCommits || !flying.empty();) {
    while (i < kCommits && flying.size() < kInFlight) flying.push_back(store.Submit(ACommit(log, i++)));
    Require(flying.front().get().ok(), "commit");
    flying.pop_front();
  }
}

// The same script with the same arguments, pipelined, and nothing else.
void BareCommits(const harness::RedisProcess& server, const std::string& log) {
  auto connection = redis::Connection::Open(server.endpoint(), {}, absl::Seconds(10));
  Require(connection.ok(), "connect");
  const redis::LogKeys keys("bulian", log);
  for (int i = 0; i < kCommits;) {
    int sent = 0;
    for (; sent < static_cast<int>(kInFlight) && i < kCommits; ++sent, ++i) {
      const std::string name = "n" + std::to_string(i);
      const std::string scope = "scope-of-32-bytes-or-so-" + std::to_string(i);
      (*connection)
          ->Queue(redis::Call(redis::Script::kCommit,
                              {keys.head, keys.stream, keys.requests, keys.times, keys.changed, keys.dropped,
                               keys.Bucket(redis::BucketOf(name))},
                              {"0",
                               "",
                               "1",
                               "0",
                               "0",
                               ",",
                               "",
                               "",
                               "",
                               scope,
                               "",
                               scope,
                               std::string(60, 'm'),
                               std::string(32, 'd'),
                               "0",
                               "bulian:commits",
                               log,
                               "0",
                               "0",
                               "1",
                               "7",
                               name,
                               "1",
                               std::string(kValueBytes, 'x')}));
    }
    Require((*connection)->Flush().ok(), "send");
    for (; sent > 0; --sent) {
      const auto reply = (*connection)->Receive();
      Require(reply.ok() && redis::Reply(reply->get())[0].Text() == "done", "bare commit");
    }
  }
}

void Commits(harness::RedisProcess& server, Store& store) {
  for (int round = 0; round < 3; ++round) {
    const std::string ours = "ours" + std::to_string(round);
    const std::string bare = "bare" + std::to_string(round);
    Create(store, ours);
    Create(store, bare);
    const Cost a = Measure(server, kCommits, [&] { StoreCommits(store, ours); });
    const Cost b = Measure(server, kCommits, [&] { BareCommits(server, bare); });
    std::printf(
        "commits, %zu in flight: store %.0f/s, bare script %.0f/s: ratio %.2f; CPU a commit: %.1f + Redis %.1f us, "
        "bare %.1f + %.1f us: ratio %.2f\n",
        kInFlight, a.per_second, b.per_second, a.per_second / b.per_second, a.own_us, a.redis_us, b.own_us, b.redis_us,
        (a.own_us + a.redis_us) / (b.own_us + b.redis_us));
  }
}

// Notes when it was told of a commit.
class Stopwatch final : public CommitObserver {
 public:
  explicit Stopwatch(const std::vector<Clock::time_point>* sent) : sent_(*sent) {}
  void OnCommit(const std::string&, const LogPosition& position, const std::shared_ptr<const LogEntry>&) override {
    const std::lock_guard lock(mutex_);
    if (position.revision >= 2) lags_.push_back(Seconds(sent_[static_cast<std::size_t>(position.revision) - 2]));
  }
  void OnDrop(const std::string&, const std::string&) override {}
  void OnReload(const std::string&) override {}
  std::vector<double> Take() {
    const std::lock_guard lock(mutex_);
    return lags_;
  }

 private:
  const std::vector<Clock::time_point>& sent_;
  std::mutex mutex_;
  std::vector<double> lags_;
};

void FanOut(const harness::RedisProcess& server) {
  RedisOptions options;
  options.endpoints = {server.endpoint()};
  options.prefix = "fan";
  std::vector<Clock::time_point> sent(kFanOutCommits);
  std::vector<std::unique_ptr<Stopwatch>> watches;
  std::vector<std::unique_ptr<Store>> stores;
  for (int i = 0; i < kReplicas; ++i) {
    auto store = OpenRedisStore(options);
    Require(store.ok(), "open");
    stores.push_back(*std::move(store));
    watches.push_back(std::make_unique<Stopwatch>(&sent));
    stores.back()->SetObserver(watches.back().get());
  }
  Create(*stores[0], "c");
  for (int i = 0; i < kFanOutCommits; ++i) {
    sent[static_cast<std::size_t>(i)] = Clock::now();
    Require(stores[0]->Commit(ACommit("c", i)).ok(), "commit");
  }
  std::vector<double> lags;
  for (const auto& watch : watches) {
    while (watch->Take().size() < static_cast<std::size_t>(kFanOutCommits)) absl::SleepFor(absl::Milliseconds(5));
    for (const double lag : watch->Take()) lags.push_back(lag);
  }
  std::sort(lags.begin(), lags.end());
  std::printf("fan-out to %d replicas, sent to told: p50 %.2f ms, p99 %.2f ms\n", kReplicas,
              lags[lags.size() / 2] * 1e3, lags[lags.size() * 99 / 100] * 1e3);
}

// Each of the records `at(0)` to `at(count - 1)`: name and value, in the order of names.
template <class Record>
void Load(Store& store, const std::string& log, int count, Record at) {
  auto loader = store.LoadLog(log);
  Require(loader.ok(), "load");
  LogEntry entry;
  entry.revision = 1;
  entry.epoch = 1;
  entry.commit_time = absl::FromUnixSeconds(1'700'000'000);
  entry.predecessor_digest = GenesisDigest(RandomUuid());
  entry.changes = {{"first", std::nullopt, "1", 0}};
  const auto start = Clock::now();
  for (int i = 0; i < count; ++i) {
    const auto& [name, value] = at(i);
    Require((*loader)->AddRecord(name, value, 1).ok(), "record");
  }
  Require((*loader)->AddEntry(entry).ok(), "entry");
  Require((*loader)->Finish({RandomUuid(), 1, 1, entry.commit_time}).ok(), "finish");
  std::printf("load of %d records: %.0f records/s\n", count, count / Seconds(start));
}

struct Took {
  double seconds, own_cpu;
};

template <class Work>
Took Time(Work work) {
  const auto start = Clock::now();
  const double own = OwnCpu();
  work();
  return {Seconds(start), OwnCpu() - own};
}

// Every key of the records with one command, and nothing made of it.
Took BareScan(const harness::RedisProcess& server, const std::string& log, int records) {
  return Time([&] {
    auto connection = redis::Connection::Open(server.endpoint(), {}, absl::Seconds(60));
    Require(connection.ok(), "connect");
    const redis::LogKeys keys("bulian", log);
    std::size_t fields = 0;
    for (int bucket = 0; bucket < redis::kBuckets; ++bucket) {
      const auto reply = (*connection)->Run({"HGETALL", keys.Bucket(bucket)});
      Require(reply.ok(), "bare scan");
      fields += redis::Reply(reply->get()).size();
    }
    Require(fields == 2 * (static_cast<std::size_t>(records) + redis::kBuckets), "bare scan is whole");
  });
}

void Scans(const harness::RedisProcess& server, Store& store, int records) {
  const std::string value(kValueBytes, 'x');
  Load(store, "large", records,
       [&](int i) { return std::pair("clusters/large/enterprises/e" + std::to_string(i), value); });
  for (int round = 0; round < 3; ++round) {
    const Took ours = Time([&] {
      int seen = 0;
      Require(store.Scan("large", [&](const ScannedRecord&) { return ++seen > 0; }).ok() && seen == records, "scan");
    });
    const Took bare = BareScan(server, "large", records);
    std::printf(
        "scan in order of names: %.0f records/s, bare scan without order %.0f: ratio %.2f; own CPU ratio %.2f\n",
        records / ours.seconds, records / bare.seconds, bare.seconds / ours.seconds, bare.own_cpu / ours.own_cpu);
  }
}

// A cluster of about as many records as wanted.
void Rebuilds(const harness::RedisProcess& server, const RedisOptions& options, Store& store, int wanted) {
  loadgen::SyntheticOptions shape;
  shape.enterprises = wanted * 10 / 62;
  shape.links = shape.enterprises / 10;
  const harness::StoredRecords made = harness::RecordsOf(loadgen::Synthetic(shape));
  const int records = static_cast<int>(made.size());
  Load(
      store, shape.cluster, records, [&](int i) -> const auto& { return made[static_cast<std::size_t>(i)]; });
  for (int round = 0; round < 3; ++round) {
    auto replica = OpenRedisStore(options);
    Require(replica.ok(), "open");
    view::Views views(replica->get(), {});
    const Took ours = Time([&] { Require(views.Load().ok() && views.Current(shape.cluster).ok(), "rebuild"); });
    const Took bare = BareScan(server, shape.cluster, records);
    std::printf("rebuild of %d records: %.0f records/s, bare scan %.0f: ratio %.2f; own CPU ratio %.2f\n", records,
                records / ours.seconds, records / bare.seconds, bare.seconds / ours.seconds,
                bare.own_cpu / ours.own_cpu);
  }
}

int Run(int records, bool only_rebuild) {
  harness::RedisProcess server({});
  RedisOptions options;
  options.endpoints = {server.endpoint()};
  auto store = OpenRedisStore(options);
  Require(store.ok(), "open");
  if (!only_rebuild) {
    Commits(server, **store);
    FanOut(server);
    Scans(server, **store, records);
    // A replica loads every cluster: only one is to be there.
    server.Run({"FLUSHALL"});
  }
  Rebuilds(server, options, **store, records);
  return 0;
}

}  // namespace
}  // namespace bulian::store

int main(int argc, char** argv) {
  return bulian::store::Run(argc > 1 ? std::atoi(argv[1]) : 1'000'000, argc > 2 && std::string(argv[2]) == "rebuild");
}
