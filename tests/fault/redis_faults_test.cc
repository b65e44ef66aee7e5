// Several processes' stores on one Redis that is killed, stopped, cut off, full or failed over while they write: the
// history of what they were told must fit what is stored. Every random choice comes from a seed that a failure prints.
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/model/error.h"
#include "services/store/redis/redis_store.h"
#include "tests/fault/history.h"
#include "tests/fault/redis_replicas.h"
#include "tests/harness/redis_process.h"
#include "tests/harness/tcp_proxy.h"

namespace bulian::store {
namespace {

using harness::RedisProcess;
using harness::TcpProxy;
using ::testing::IsEmpty;

constexpr char kLog[] = "c";
constexpr int kSchedulesAtOnce = 16;

TEST(RedisFaults, KilledServersLoseNothingAcknowledged) {
  RedisProcess server({});
  History history(kLog);
  Replicas replicas(kLog, &history, std::vector(3, QuickOptions(server.endpoint())));
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
  Replicas replicas(kLog, &history, std::vector(2, QuickOptions(server.endpoint())));
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
  std::vector<RedisOptions> options = {QuickOptions(server.endpoint(), prefix), QuickOptions(first.endpoint(), prefix),
                                       QuickOptions(second.endpoint(), prefix)};
  for (RedisOptions& one : options) one.timeout = absl::Milliseconds(100);
  Replicas replicas(kLog, &history, options);
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
      EXPECT_TRUE(MoreCommits(history, 1 + static_cast<std::int64_t>(random() % 3)));
      proxy.Heal();
    }
    EXPECT_TRUE(MoreCommits(history, 2));
  }
  EXPECT_TRUE(replicas.AllCaughtUp());
  EXPECT_THAT(history.Check(*replicas.stores()[0]), IsEmpty());
}

TEST(RedisFaults, RandomSchedulesOfBrokenConnections) {
  RedisProcess server({});
  const char* asked = std::getenv("BULIAN_FAULT_SCHEDULES");
  const char* from = std::getenv("BULIAN_FAULT_SEED");
  const int count = asked == nullptr ? 1000 : std::atoi(asked);
  const unsigned first = from == nullptr ? 1 : static_cast<unsigned>(std::atoi(from));
  // They wait most of the time: several at once, each with keys of its own.
  std::atomic<int> next = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < kSchedulesAtOnce; ++i) {
    threads.emplace_back([&] {
      for (int mine = next++; mine < count && !HasFailure(); mine = next++)
        RunSchedule(server, first + static_cast<unsigned>(mine), 3);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(RedisFaults, AFullServerRefusesWholeCommitsAndComesBack) {
  RedisProcess server({0, false, {"maxmemory 30mb", "maxmemory-policy noeviction"}});
  auto opened = OpenRedisStore(QuickOptions(server.endpoint()));
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

// Redis ends when it cannot write its file, in the middle of a commit or between two, and comes back with more room.
TEST(RedisFaults, AFullDiskLosesNothingAcknowledged) {
  RedisProcess server({0, false, {}, std::int64_t{400} << 10});
  History history(kLog);
  Replicas replicas(kLog, &history, std::vector(2, QuickOptions(server.endpoint())));
  CounterWriters writers(&history, kLog, replicas.stores(), 4);
  ASSERT_TRUE(Eventually([&] { return server.Ended(); }));
  const std::int64_t before = history.acknowledged();
  EXPECT_GT(before, 10);
  server.Start();
  ASSERT_TRUE(MoreCommits(history, 20));
  writers.Stop();
  EXPECT_TRUE(replicas.AllCaughtUp());
  EXPECT_THAT(history.Check(*replicas.stores()[0]), IsEmpty());
}

TEST(RedisFaults, ClocksThatJumpLoseAndReorderNothing) {
  RedisProcess server({});
  History history(kLog);
  std::mutex mutex;
  std::mt19937 random(7);
  RedisOptions jumping = QuickOptions(server.endpoint());
  jumping.clock = [&] {
    const std::lock_guard lock(mutex);
    return absl::Now() + absl::Minutes(static_cast<int>(random() % 2000) - 1000);
  };
  Replicas replicas(kLog, &history, {jumping, QuickOptions(server.endpoint()), jumping});
  {
    CounterWriters writers(&history, kLog, replicas.stores(), 6);
    EXPECT_TRUE(MoreCommits(history, 200));
  }
  EXPECT_TRUE(replicas.AllCaughtUp());
  EXPECT_THAT(history.Check(*replicas.stores()[0]), IsEmpty());
  absl::Time last = absl::InfinitePast();
  const absl::Status followed = replicas.stores()[0]->Follow(kLog, 0, [&](const auto& entry) {
    EXPECT_GE(entry->commit_time, last);
    last = entry->commit_time;
    return true;
  });
  EXPECT_TRUE(followed.ok()) << followed;
}

TEST(RedisFaults, OpeningSaysWhatIsMissing) {
  const auto why = [](const RedisOptions& options) { return std::string(OpenRedisStore(options).status().message()); };
  RedisProcess server({});
  RedisOptions options = QuickOptions(server.endpoint());
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
