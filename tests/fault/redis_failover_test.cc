// Sentinels that promote a replica while writers write and wait for all replicas: nothing acknowledged is lost, and
// nobody saw a commit that was.
#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/model/error.h"
#include "services/store/log_codec.h"
#include "services/store/redis/redis_store.h"
#include "tests/fault/history.h"
#include "tests/fault/redis_replicas.h"
#include "tests/harness/redis_process.h"

namespace bulian::store {
namespace {

using harness::RedisProcess;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kLog[] = "c";

std::string Follows(const RedisProcess& master) {
  return "replicaof 127.0.0.1 " + std::to_string(master.endpoint().port);
}

// A master with two replicas and three Sentinels.
class SentinelGroup {
 public:
  SentinelGroup() {
    servers_.push_back(std::make_unique<RedisProcess>(RedisProcess::Settings{}));
    const std::vector<std::string> lines = {Follows(*servers_[0]), "repl-diskless-sync-delay 0",
                                            "repl-ping-replica-period 1"};
    for (int i = 0; i < 2; ++i)
      servers_.push_back(std::make_unique<RedisProcess>(RedisProcess::Settings{0, false, lines}));
    EXPECT_TRUE(Synced(*servers_[0], 2));
    const std::string port = std::to_string(servers_[0]->endpoint().port);
    for (int i = 0; i < 3; ++i) {
      sentinels_.push_back(std::make_unique<RedisProcess>(RedisProcess::Settings{
          0,
          true,
          {"sentinel monitor group 127.0.0.1 " + port + " 2", "sentinel down-after-milliseconds group 700",
           "sentinel failover-timeout group 1500"}}));
      // They look at each other and at the servers more often than every ten seconds.
      EXPECT_EQ(sentinels_.back()->Run({"SENTINEL", "DEBUG", "INFO-PERIOD", "300", "PUBLISH-PERIOD", "200",
                                        "ASK-PERIOD", "200", "PING-PERIOD", "200"}),
                "OK");
    }
    EXPECT_TRUE(Eventually([this] {
      return sentinels_[0]->Run({"SENTINEL", "CKQUORUM", "group"}).starts_with("OK 3 usable");
    }));
  }

  RedisProcess& master() {
    for (const auto& server : servers_) {
      if (std::to_string(server->endpoint().port) == MasterPort()) return *server;
    }
    return *servers_[0];
  }
  std::string MasterPort() const {
    const std::string address = sentinels_[0]->Run({"SENTINEL", "GET-MASTER-ADDR-BY-NAME", "group"});
    return address.substr(address.rfind(' ') + 1);
  }
  static bool Synced(const RedisProcess& master, int replicas) {
    return Eventually([&] {
      const std::string info = master.Run({"INFO", "replication"});
      std::size_t online = 0;
      for (std::size_t at = info.find("state=online"); at != std::string::npos; at = info.find("state=online", at + 1))
        ++online;
      return online == static_cast<std::size_t>(replicas);
    });
  }
  // Where nothing answers the replicas go on looking for a master.
  void LoseTheMaster() {
    const std::string nowhere = std::to_string(harness::FreePort());
    const RedisProcess& is_master = master();
    for (const auto& server : servers_) {
      if (server.get() != &is_master) server->Run({"REPLICAOF", "127.0.0.1", nowhere});
    }
    EXPECT_TRUE(Synced(is_master, 0));
  }
  RedisOptions Options(int wait) const {
    RedisOptions options = QuickOptions(sentinels_[0]->endpoint());
    options.endpoints.push_back(sentinels_[1]->endpoint());
    options.mode = RedisOptions::Mode::kSentinel;
    options.master_name = "group";
    options.wait_replicas = wait;
    options.wait_timeout = absl::Milliseconds(300);
    return options;
  }

 private:
  std::vector<std::unique_ptr<RedisProcess>> servers_, sentinels_;
};

TEST(RedisFailover, NothingConfirmedIsLostWithAWaitForAllReplicas) {
  SentinelGroup group;
  History history(kLog);
  Replicas replicas(kLog, &history, std::vector(3, group.Options(2)));
  CounterWriters writers(&history, kLog, replicas.stores(), 4);
  for (int round = 0; round < 3; ++round) {
    ASSERT_TRUE(MoreCommits(history, 15));
    RedisProcess& old = group.master();
    const std::string port = group.MasterPort();
    old.Kill();
    ASSERT_TRUE(Eventually([&] { return group.MasterPort() != port; })) << "no failover";
    old.Start();  // comes back as a replica of the new master
  }
  ASSERT_TRUE(MoreCommits(history, 15));
  writers.Stop();
  EXPECT_TRUE(replicas.AllCaughtUp());
  EXPECT_EQ(replicas.reloads(), 0);
  EXPECT_THAT(history.Check(*replicas.stores()[0]), IsEmpty());
}

TEST(RedisFailover, AnUnmetWaitIsUnconfirmedAndUnseen) {
  RedisProcess server({});
  RedisOptions options = QuickOptions(server.endpoint());
  options.wait_replicas = 1;
  options.wait_timeout = absl::Milliseconds(100);
  auto opened = OpenRedisStore(options);
  ASSERT_TRUE(opened.ok()) << opened.status();
  Store& store = **opened;
  CommitRequest request;
  request.log = kLog;
  request.create_log = true;
  request.writes.push_back({"a", "1"});
  request.request_id = "first";
  const auto alone = store.Commit(request);
  EXPECT_EQ(model::ReasonOf(alone.status()), v1::COMMIT_UNCONFIRMED) << alone.status();
  EXPECT_EQ(store.Position(kLog)->revision, 0);
  RedisProcess replica({0, false, {Follows(server), "repl-diskless-sync-delay 0"}});
  ASSERT_TRUE(SentinelGroup::Synced(server, 1));
  const auto again = store.Commit(request);  // the same request id: what became of it
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(again->position.revision, 1);
  EXPECT_EQ(store.Position(kLog)->revision, 1);
}

TEST(RedisFailover, ALoadedLogIsWaitedForToo) {
  RedisProcess server({});
  RedisOptions options = QuickOptions(server.endpoint());
  options.wait_replicas = 1;
  options.wait_timeout = absl::Milliseconds(100);
  LogEntry entry;
  entry.revision = 1;
  entry.epoch = 1;
  entry.commit_time = absl::FromUnixSeconds(1'700'000'000);
  entry.predecessor_digest = GenesisDigest("uid");
  entry.changes = {{"counter", std::nullopt, "1", 0}};
  const auto load = [&](const std::string& log) {
    auto store = OpenRedisStore(options);
    EXPECT_TRUE(store.ok()) << store.status();
    auto loader = (*store)->LoadLog(log);
    EXPECT_TRUE(loader.ok()) << loader.status();
    EXPECT_TRUE((*loader)->AddRecord("counter", "1", 1).ok());
    EXPECT_TRUE((*loader)->AddEntry(entry).ok());
    return (*loader)->Finish({RandomUuid(), 1, 1, entry.commit_time});
  };
  const absl::Status alone = load("alone");
  EXPECT_EQ(model::ReasonOf(alone), v1::COMMIT_UNCONFIRMED) << alone;
  RedisProcess replica({0, false, {Follows(server), "repl-diskless-sync-delay 0"}});
  ASSERT_TRUE(SentinelGroup::Synced(server, 1));
  options.wait_timeout = absl::Seconds(20);
  options.timeout = absl::Seconds(25);
  const absl::Status held = load("held");
  EXPECT_TRUE(held.ok()) << held;
}

// Without a wait a failover may lose what the master alone had. Nobody may go on as if nothing had happened.
TEST(RedisFailover, ALostTailRaisesTheEpoch) {
  SentinelGroup group;
  History history(kLog);
  Replicas replicas(kLog, &history, std::vector(2, group.Options(0)));
  Store& store = *replicas.stores()[0];
  RedisProcess& old = group.master();
  // The replicas lose the way to the master, which acknowledges more.
  const LogPosition before = *store.Position(kLog);
  ASSERT_TRUE(Eventually([&] { return group.Synced(old, 2); }));
  group.LoseTheMaster();
  CommitRequest request;
  request.log = kLog;
  request.validated_at = before.revision;
  request.writes.push_back({"counter", "2"});
  const auto lost = store.Commit(request);
  ASSERT_TRUE(lost.ok()) << lost.status();
  const std::string port = group.MasterPort();
  old.Kill();
  ASSERT_TRUE(Eventually([&] { return group.MasterPort() != port; })) << "no failover";
  EXPECT_TRUE(Eventually([&] { return store.Position(kLog)->epoch > before.epoch; }));
  EXPECT_TRUE(Eventually([&] { return replicas.reloads() >= 2; }));
  EXPECT_EQ(store.Position(kLog)->revision, before.revision);
  // Both go on in the new epoch, where the lost revision is another commit.
  request.validated_at = before.revision;
  request.writes = {{"counter", "3"}};
  const auto after = replicas.stores()[1]->Commit(request);
  ASSERT_TRUE(after.ok()) << after.status();
  EXPECT_EQ(after->position.revision, lost->position.revision);
  EXPECT_GT(after->position.epoch, lost->position.epoch);
  EXPECT_TRUE(replicas.AllCaughtUp());
}

}  // namespace
}  // namespace bulian::store
