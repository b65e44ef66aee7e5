// A Redis Cluster of three masters, one of which is killed, and a slot that moves to another node while writers write.
#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/store/redis/layout.h"
#include "services/store/redis/redis_store.h"
#include "services/store/redis/topology.h"
#include "tests/fault/history.h"
#include "tests/fault/redis_replicas.h"
#include "tests/harness/redis_process.h"

namespace bulian::store {
namespace {

using harness::RedisProcess;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr int kNodes = 3;
constexpr int kSlots = 16384;

class RedisCluster {
 public:
  RedisCluster() {
    for (int i = 0; i < kNodes; ++i) {
      // The second port, of the nodes among themselves, must fit too.
      nodes_.push_back(std::make_unique<RedisProcess>(RedisProcess::Settings{
          0,
          false,
          {"cluster-enabled yes", "cluster-node-timeout 1000", "cluster-require-full-coverage no",
           "cluster-port " + std::to_string(harness::FreePort())}}));
    }
    for (int i = 0; i < kNodes; ++i) {
      const int first = i * kSlots / kNodes;
      const int last = (i + 1) * kSlots / kNodes - 1;
      nodes_[i]->Run({"CLUSTER", "ADDSLOTSRANGE", std::to_string(first), std::to_string(last)});
      nodes_[i]->Run({"CLUSTER", "SET-CONFIG-EPOCH", std::to_string(i + 1)});
    }
    for (int i = 1; i < kNodes; ++i) {
      const std::string bus = nodes_[0]->Run({"CONFIG", "GET", "cluster-port"});
      nodes_[i]->Run(
          {"CLUSTER", "MEET", "127.0.0.1", std::to_string(nodes_[0]->endpoint().port), bus.substr(bus.rfind(' ') + 1)});
    }
    for (const auto& node : nodes_) {
      EXPECT_TRUE(Eventually([&] {
        const std::string info = node->Run({"CLUSTER", "INFO"});
        return info.find("cluster_state:ok") != std::string::npos &&
               info.find("cluster_slots_ok:16384") != std::string::npos &&
               info.find("cluster_known_nodes:3") != std::string::npos;
      }));
    }
  }

  RedisProcess& node(int i) { return *nodes_[static_cast<std::size_t>(i)]; }
  int Serving(int slot) const { return std::min(slot * kNodes / kSlots, kNodes - 1); }
  RedisOptions Options() const {
    RedisOptions options = QuickOptions(nodes_[0]->endpoint());
    options.endpoints.push_back(nodes_[1]->endpoint());
    options.mode = RedisOptions::Mode::kCluster;
    return options;
  }
  // Moves a slot with all its keys, some at a time, as resharding tools do. `between` runs after each piece.
  void Move(int slot, int from, int to, const std::function<void()>& between) {
    const std::string text = std::to_string(slot);
    const std::string from_id = node(from).Run({"CLUSTER", "MYID"});
    const std::string to_id = node(to).Run({"CLUSTER", "MYID"});
    EXPECT_EQ(node(to).Run({"CLUSTER", "SETSLOT", text, "IMPORTING", from_id}), "OK");
    EXPECT_EQ(node(from).Run({"CLUSTER", "SETSLOT", text, "MIGRATING", to_id}), "OK");
    while (true) {
      const std::string keys = node(from).Run({"CLUSTER", "GETKEYSINSLOT", text, "7"});
      if (keys == "0" || keys.empty()) break;
      redis::Command migrate = {"MIGRATE", "127.0.0.1", std::to_string(node(to).endpoint().port), "", "0",
                                "5000",    "KEYS"};
      for (std::size_t at = 0; at < keys.size();) {
        const std::size_t end = std::min(keys.find(' ', at), keys.size());
        migrate.push_back(keys.substr(at, end - at));
        at = end + 1;
      }
      ASSERT_EQ(node(from).Run(migrate), "OK");
      between();
    }
    between();
    for (int i : {to, from, 3 - to - from}) node(i).Run({"CLUSTER", "SETSLOT", text, "NODE", to_id});
  }

 private:
  std::vector<std::unique_ptr<RedisProcess>> nodes_;
};

TEST(RedisClusterFaults, ASlotMovesWhileItIsWritten) {
  RedisCluster cluster;
  History history("beibei");
  Replicas replicas("beibei", &history, std::vector(3, cluster.Options()));
  CounterWriters writers(&history, "beibei", replicas.stores(), 4);
  ASSERT_TRUE(MoreCommits(history, 20));
  const int slot = redis::LogKeys("bulian", "beibei").slot;
  const int home = cluster.Serving(slot);
  const int away = (home + 1) % kNodes;
  for (int round = 0; round < 2; ++round) {
    const std::int64_t before = history.acknowledged();
    cluster.Move(slot, round == 0 ? home : away, round == 0 ? away : home,
                 [] { absl::SleepFor(absl::Milliseconds(20)); });
    ASSERT_TRUE(MoreCommits(history, 20)) << "after " << before;
  }
  writers.Stop();
  EXPECT_TRUE(replicas.AllCaughtUp());
  EXPECT_EQ(replicas.reloads(), 0);
  EXPECT_THAT(history.Check(*replicas.stores()[0]), IsEmpty());
}

TEST(RedisClusterFaults, AKilledMasterHoldsUpItsLogsOnlyAndLosesNothing) {
  RedisCluster cluster;
  // Logs of different nodes.
  std::vector<std::string> logs(kNodes);
  for (int i = 0; i < 100; ++i) {
    const std::string log = "log" + std::to_string(i);
    logs[static_cast<std::size_t>(cluster.Serving(redis::LogKeys("bulian", log).slot))] = log;
  }
  const int directory = cluster.Serving(redis::SlotOf(redis::DirectoryKey("bulian")));
  const int victim = (directory + 1) % kNodes;
  const int other = (directory + 2) % kNodes;
  History held(logs[static_cast<std::size_t>(victim)]);
  History free(logs[static_cast<std::size_t>(other)]);
  Replicas held_replicas(logs[static_cast<std::size_t>(victim)], &held, std::vector(2, cluster.Options()));
  Replicas free_replicas(logs[static_cast<std::size_t>(other)], &free, std::vector(2, cluster.Options()));
  CounterWriters held_writers(&held, logs[static_cast<std::size_t>(victim)], held_replicas.stores(), 2);
  CounterWriters free_writers(&free, logs[static_cast<std::size_t>(other)], free_replicas.stores(), 2);
  ASSERT_TRUE(MoreCommits(held, 20));
  cluster.node(victim).Kill();
  EXPECT_TRUE(MoreCommits(free, 20));
  cluster.node(victim).Start();
  EXPECT_TRUE(MoreCommits(held, 20));
  held_writers.Stop();
  free_writers.Stop();
  EXPECT_TRUE(held_replicas.AllCaughtUp());
  EXPECT_TRUE(free_replicas.AllCaughtUp());
  EXPECT_THAT(held.Check(*held_replicas.stores()[0]), IsEmpty());
  EXPECT_THAT(free.Check(*free_replicas.stores()[0]), IsEmpty());
}

TEST(RedisClusterFaults, ManyLogsAreListedFromAllNodes) {
  RedisCluster cluster;
  auto opened = OpenRedisStore(cluster.Options());
  ASSERT_TRUE(opened.ok()) << opened.status();
  for (int i = 0; i < 12; ++i) {
    CommitRequest request;
    request.log = "log" + std::to_string(i);
    request.create_log = true;
    request.writes.push_back({"a", "1"});
    ASSERT_TRUE((*opened)->Commit(request).ok());
  }
  EXPECT_EQ((*opened)->ListLogs()->size(), 12U);
}

}  // namespace
}  // namespace bulian::store
