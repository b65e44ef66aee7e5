#include "tests/fault/redis_replicas.h"

#include <utility>

#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "services/store/redis/redis_store.h"

namespace bulian::store {
namespace {

constexpr int kLooks = 3000;
constexpr absl::Duration kBetweenLooks = absl::Milliseconds(10);

}  // namespace

bool Eventually(const std::function<bool()>& holds) {
  for (int i = 0; i < kLooks; ++i) {
    if (holds()) return true;
    absl::SleepFor(kBetweenLooks);
  }
  return holds();
}

RedisOptions QuickOptions(const redis::Endpoint& endpoint, std::string prefix) {
  RedisOptions options;
  options.endpoints = {endpoint};
  options.prefix = std::move(prefix);
  options.timeout = absl::Milliseconds(500);
  options.patience = absl::Seconds(20);
  options.poll = absl::Milliseconds(50);
  return options;
}

bool MoreCommits(const History& history, std::int64_t count) {
  const std::int64_t wanted = history.acknowledged() + count;
  return Eventually([&] { return history.acknowledged() >= wanted; });
}

Replicas::Replicas(std::string log, History* history, const std::vector<RedisOptions>& options) : log_(std::move(log)) {
  for (const RedisOptions& one : options) {
    absl::StatusOr<std::unique_ptr<Store>> store;
    // As the server does: a Redis that is slow to answer is asked again.
    const bool opened = Eventually([&] {
      store = OpenRedisStore(one);
      return store.ok();
    });
    EXPECT_TRUE(opened) << store.status();
    if (!opened) return;
    stores_.push_back(*std::move(store));
    watchers_.push_back(std::make_unique<History::Watcher>(history));
    history->Add(watchers_.back().get());
    stores_.back()->SetObserver(watchers_.back().get());
  }
  CommitRequest create;
  create.log = log_;
  create.create_log = true;
  create.writes.push_back({"counter", "1"});
  const auto created = stores_.front()->Commit(create);
  EXPECT_TRUE(created.ok()) << created.status();
}

std::vector<Store*> Replicas::stores() const {
  std::vector<Store*> stores;
  for (const auto& store : stores_) stores.push_back(store.get());
  return stores;
}

bool Replicas::AllCaughtUp() const {
  return Eventually([this] {
    const auto head = stores_.front()->Position(log_);
    bool all = head.ok();
    for (const auto& watcher : watchers_) all = all && watcher->revision() == head->revision;
    return all;
  });
}

int Replicas::reloads() const {
  int reloads = 0;
  for (const auto& watcher : watchers_) reloads += watcher->reloads();
  return reloads;
}

}  // namespace bulian::store
