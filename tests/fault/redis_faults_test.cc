// Several processes' stores on one Redis that is killed, stopped, cut off, full or failed over while they write: the
// history of what they were told must fit what is stored. Every random choice comes from a seed that a failure prints.
#include <csignal>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/model/error.h"
#include "services/store/redis/redis_store.h"
#include "tests/fault/history.h"
#include "tests/harness/redis_process.h"
#include "tests/harness/tcp_proxy.h"

namespace bulian::store {
namespace {

using harness::RedisProcess;
using harness::TcpProxy;
using ::testing::IsEmpty;

constexpr char kLog[] = "c";

// Replicas: stores of their own, each with a watcher.
class Replicas {
 public:
  Replicas(History* history, const std::vector<RedisOptions>& options) {
    for (const RedisOptions& one : options) {
      auto store = OpenRedisStore(one);
      EXPECT_TRUE(store.ok()) << store.status();
      if (!store.ok()) return;
      stores_.push_back(*std::move(store));
      watchers_.push_back(std::make_unique<History::Watcher>(history));
      history->Add(watchers_.back().get());
      stores_.back()->SetObserver(watchers_.back().get());
    }
    CommitRequest create;
    create.log = kLog;
    create.create_log = true;
    create.writes.push_back({"counter", "1"});
    const auto created = stores_.front()->Commit(create);
    EXPECT_TRUE(created.ok()) << created.status();
  }
  std::vector<Store*> stores() const {
    std::vector<Store*> stores;
    for (const auto& store : stores_) stores.push_back(store.get());
    return stores;
  }
  // Whether every watcher gets to the head of the log.
  bool AllCaughtUp() const {
    for (int i = 0; i < 1500; ++i) {
      const auto head = stores_.front()->Position(kLog);
      bool all = head.ok();
      for (const auto& watcher : watchers_) all = all && watcher->revision() == head->revision;
      if (all) return true;
      absl::SleepFor(absl::Milliseconds(20));
    }
    return false;
  }
  int reloads() const {
    int reloads = 0;
    for (const auto& watcher : watchers_) reloads += watcher->reloads();
    return reloads;
  }

 private:
  std::vector<std::unique_ptr<History::Watcher>> watchers_;  // outlive the stores
  std::vector<std::unique_ptr<Store>> stores_;
};

RedisOptions Options(const redis::Endpoint& endpoint, std::string prefix = "bulian") {
  RedisOptions options;
  options.endpoints = {endpoint};
  options.prefix = std::move(prefix);
  options.timeout = absl::Milliseconds(500);
  options.patience = absl::Seconds(20);
  options.poll = absl::Milliseconds(50);
  return options;
}

// Returns when so many more commits are acknowledged; false if that does not happen.
bool MoreCommits(const History& history, std::int64_t count) {
  const std::int64_t wanted = history.acknowledged() + count;
  for (int i = 0; i < 3000 && history.acknowledged() < wanted; ++i) absl::SleepFor(absl::Milliseconds(10));
  return history.acknowledged() >= wanted;
}

TEST(RedisFaults, KilledServersLoseNothingAcknowledged) {
  RedisProcess server({});
  History history(kLog);
  Replicas replicas(&history, std::vector(3, Options(server.endpoint())));
  CounterWriters writers(&history, kLog, replicas.stores(), 6);
  for (int round = 0; round < 8; ++round) {
    ASSERT_TRUE(MoreCommits(history, 20));
    server.Kill();
    server.Start();
  }
  ASSERT_TRUE(MoreCommits(history, 20));
  writers.Stop();
  EXPECT_TRUE(replicas.AllCaughtUp());
  EXPECT_EQ(replicas.reloads(), 0);
  EXPECT_THAT(history.Check(*replicas.stores()[0]), IsEmpty());
}

TEST(RedisFaults, AStoppedServerIsWaitedFor) {
  RedisProcess server({});
  History history(kLog);
  Replicas replicas(&history, std::vector(2, Options(server.endpoint())));
  CounterWriters writers(&history, kLog, replicas.stores(), 4);
  for (int round = 0; round < 3; ++round) {
    ASSERT_TRUE(MoreCommits(history, 10));
    server.Signal(SIGSTOP);
    absl::SleepFor(absl::Milliseconds(900));  // longer than a client waits for one answer
    server.Signal(SIGCONT);
  }
  ASSERT_TRUE(MoreCommits(history, 10));
  writers.Stop();
  EXPECT_TRUE(replicas.AllCaughtUp());
  EXPECT_THAT(history.Check(*replicas.stores()[0]), IsEmpty());
}

// One random schedule of what may happen to the connections of two of three replicas.
void RunSchedule(RedisProcess& server, unsigned seed, int steps) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  History history(kLog);
  TcpProxy first(server.endpoint());
  TcpProxy second(server.endpoint());
  const std::string prefix = "s" + std::to_string(seed);
  std::vector<RedisOptions> options = {Options(server.endpoint(), prefix), Options(first.endpoint(), prefix),
                                       Options(second.endpoint(), prefix)};
  for (RedisOptions& one : options) one.timeout = absl::Milliseconds(100);
  Replicas replicas(&history, options);
  {
    CounterWriters writers(&history, kLog, replicas.stores(), 3);
    for (int step = 0; step < steps; ++step) {
      TcpProxy& proxy = random() % 2 == 0 ? first : second;
      switch (random() % 6) {
        case 0:
          proxy.Cut();
          break;
        case 1:
          proxy.Refuse();
          break;
        case 2:
          proxy.SwallowAnswers();
          break;
        case 3:
          proxy.Stall();
          break;
        case 4:
          proxy.HalfClose();
          break;
        default:
          server.Run({"SCRIPT", "FLUSH"});
          break;
      }
      EXPECT_TRUE(MoreCommits(history, 1 + static_cast<std::int64_t>(random() % 5)));
      proxy.Heal();
    }
    EXPECT_TRUE(MoreCommits(history, 2));
  }
  EXPECT_TRUE(replicas.AllCaughtUp());
  EXPECT_THAT(history.Check(*replicas.stores()[0]), IsEmpty());
  server.Run({"FLUSHALL"});
}

TEST(RedisFaults, RandomSchedulesOfBrokenConnections) {
  RedisProcess server({});
  const char* asked = std::getenv("BULIAN_FAULT_SCHEDULES");
  const char* from = std::getenv("BULIAN_FAULT_SEED");
  const int count = asked == nullptr ? 40 : std::atoi(asked);
  const unsigned first = from == nullptr ? 1 : static_cast<unsigned>(std::atoi(from));
  for (int i = 0; i < count && !HasFailure(); ++i) RunSchedule(server, first + static_cast<unsigned>(i), 6);
}

TEST(RedisFaults, AFullServerRefusesWholeCommitsAndComesBack) {
  RedisProcess server({0, false, {"maxmemory 30mb", "maxmemory-policy noeviction"}});
  auto opened = OpenRedisStore(Options(server.endpoint()));
  ASSERT_TRUE(opened.ok()) << opened.status();
  Store& store = **opened;
  CommitRequest request;
  request.log = kLog;
  request.create_log = true;
  absl::Status refused;
  std::int64_t revision = 0;
  for (int i = 0; i < 200 && refused.ok(); ++i) {
    request.writes = {{"n" + std::to_string(i), std::string(500'000, 'x')}};
    request.validated_at = revision;
    const auto result = store.Commit(request);
    refused = result.status();
    if (result.ok()) revision = result->position.revision;
    request.create_log = false;
  }
  EXPECT_EQ(model::ReasonOf(refused), v1::STORE_FULL) << refused;
  EXPECT_EQ(store.Position(kLog)->revision, revision);
  server.Run({"CONFIG", "SET", "maxmemory", "100mb"});
  EXPECT_TRUE(store.Commit(request).ok());
}

TEST(RedisFaults, OpeningSaysWhatIsMissing) {
  const auto why = [](const RedisOptions& options) { return std::string(OpenRedisStore(options).status().message()); };
  RedisProcess server({});
  RedisOptions options = Options(server.endpoint());
  server.Run({"CONFIG", "SET", "appendfsync", "everysec"});
  EXPECT_THAT(why(options), ::testing::HasSubstr("set `appendfsync always`"));
  options.durability = RedisOptions::Durability::kEverySecond;
  {
    auto store = OpenRedisStore(options);
    ASSERT_TRUE(store.ok()) << store.status();
    EXPECT_TRUE((*store)->Stats().durability_waived);
  }
  server.Run({"CONFIG", "SET", "appendonly", "no"});
  EXPECT_THAT(why(options), ::testing::HasSubstr("no append-only file"));
  server.Run({"ACL", "SETUSER", "default", ">secret-word"});
  EXPECT_THAT(why(options), ::testing::HasSubstr("NOAUTH"));
  options.credentials = {"", "wrong-word"};
  EXPECT_THAT(why(options), ::testing::HasSubstr("refuses the user or the password"));
  EXPECT_THAT(why(options), ::testing::Not(::testing::HasSubstr("wrong-word")));
  options.endpoints = {{"127.0.0.1", harness::FreePort()}};
  EXPECT_THAT(why(options), ::testing::HasSubstr("could not connect to 127.0.0.1:"));
}

}  // namespace
}  // namespace bulian::store
