// Whatever happens at the same time, every watch is told every commit once and in order.
#include <atomic>
#include <random>
#include <thread>

#include "services/exchange/watch_fixture.h"

namespace bulian::exchange {
namespace {

constexpr int kWriters = 3, kCommits = 60, kReaders = 6;

// Reads to `last`, now and then leaving and going on from the token.
void ReadAll(Registry& registry, unsigned seed, std::int64_t last, const std::atomic<std::int64_t>& made) {
  std::mt19937 random(seed);
  const auto pick = [&random](unsigned below) { return static_cast<unsigned>(random() % below); };
  const std::int64_t begin_at = pick(kWriters * kCommits);
  while (made.load() < begin_at) std::this_thread::yield();
  const unsigned start = pick(3);
  std::string request = start == 0   ? "position: NOW"
                        : start == 1 ? "position: EARLIEST"
                                     : "position: SNAPSHOT_THEN_FOLLOW";
  std::int64_t at = -1;
  std::string token;
  while (at < last) {
    Watch watch(registry, request, 1 + pick(5));
    for (unsigned messages = 1 + pick(40); messages > 0 && at < last; --messages) {
      const auto message = watch.Any();
      const std::int64_t number = message.revision().number();
      if (message.has_commit()) {
        ASSERT_EQ(number, at + 1) << "seed " << seed;
      } else {
        ASSERT_TRUE(at < 0 || number == at) << "seed " << seed << ": at " << at << ", told " << number;
      }
      if (!message.resume_token().empty()) at = number;
      if (pick(8) == 0) std::this_thread::yield();
    }
    if (!watch.token().empty()) request = "resume_token: '" + watch.token() + "'";
  }
}

class WatchHistoryTest : public testing::TestWithParam<unsigned> {};

TEST_P(WatchHistoryTest, EveryCommitOnceAndInOrder) {
  watch::WatcherOptions options;
  options.slow_after = absl::Minutes(1);
  Registry registry(options);
  MakeCluster(registry);
  std::atomic<std::int64_t> made = 0;
  const std::int64_t last = 1 + kWriters * kCommits;
  std::vector<std::thread> threads;
  for (int writer = 0; writer < kWriters; ++writer) {
    threads.emplace_back([&registry, &made, writer] {
      for (int i = 0; i < kCommits; ++i) {
        MakeEnterprise(registry, "w" + std::to_string(writer) + "-" + std::to_string(i));
        made.fetch_add(1);
      }
    });
  }
  for (unsigned reader = 0; reader < kReaders; ++reader) {
    threads.emplace_back([&, reader] { ReadAll(registry, GetParam() * 100 + reader, last, made); });
  }
  for (std::thread& thread : threads) thread.join();
  while (registry.watches().Stats().streams > 0) std::this_thread::yield();
}

INSTANTIATE_TEST_SUITE_P(Seeds, WatchHistoryTest, testing::Range(1u, 9u));

// Far behind: all is read from the store's log while it grows.
TEST(WatchHistoryTest, CatchesUpWithALogThatIsNotInMemory) {
  Registry registry;
  MakeCluster(registry);
  for (int i = 0; i < 200; ++i) MakeEnterprise(registry, "a" + std::to_string(i));
  Watch watch(registry, "position: EARLIEST", /*capacity=*/3);
  std::thread writer([&] {
    for (int i = 0; i < 100; ++i) MakeEnterprise(registry, "b" + std::to_string(i));
  });
  for (std::int64_t revision = 1; revision <= 301; ++revision) ASSERT_EQ(watch.Next().revision().number(), revision);
  writer.join();
}

TEST(WatchHistoryTest, ManyReadersThatVanishLeaveNothingBehind) {
  Registry registry;
  MakeCluster(registry);
  for (int round = 0; round < 5; ++round) {
    std::vector<std::unique_ptr<Watch>> watches;
    for (int i = 0; i < 200; ++i)
      watches.push_back(std::make_unique<Watch>(registry, i % 2 == 0 ? "" : "position: SNAPSHOT_THEN_FOLLOW", 2));
    std::thread writer([&] {
      for (int i = 0; i < 10; ++i) MakeEnterprise(registry, "r" + std::to_string(round) + "-" + std::to_string(i));
    });
    watches.clear();
    writer.join();
  }
  while (registry.watches().Stats().streams > 0) std::this_thread::yield();
}

}  // namespace
}  // namespace bulian::exchange
