// What a watch tells, from where, and how it ends.
#include <gmock/gmock.h>

#include <thread>

#include "absl/time/clock.h"
#include "bulian/v1/cluster.pb.h"
#include "bulian/v1/enterprise.pb.h"
#include "google/protobuf/empty.pb.h"
#include "google/protobuf/util/message_differencer.h"
#include "google/rpc/error_details.pb.h"
#include "services/exchange/watch_fixture.h"
#include "services/exchange/watch_message.h"
#include "services/watch/request.h"

namespace bulian::exchange {
namespace {

using google::protobuf::util::MessageDifferencer;
using testing::ElementsAre;

constexpr char kFirst[] = "clusters/c/enterprises/first";

std::vector<std::string> NamesIn(const v1::WatchChangesResponse& message) {
  std::vector<std::string> names;
  for (const auto& change : message.commit().changes()) names.push_back(change.name());
  return names;
}

v1::Enterprise GetEnterprise(Registry& registry, const std::string& name) {
  const auto got = registry.Call<v1::GetEnterpriseRequest, v1::Enterprise>("EnterpriseService/GetEnterprise",
                                                                           "name: '" + name + "'");
  EXPECT_TRUE(got.ok()) << got.status();
  return got.ok() ? *got : v1::Enterprise();
}

void Delete(Registry& registry, const std::string& name) {
  google::protobuf::Empty empty;
  v1::DeleteEnterpriseRequest request;
  request.set_name(name);
  request.set_force(true);
  const absl::Status status = registry.Call("EnterpriseService/DeleteEnterprise", request, &empty);
  ASSERT_TRUE(status.ok()) << status;
}

std::string MetadataOf(const absl::Status& status, const std::string& key) {
  google::rpc::ErrorInfo info;
  const auto payload = status.GetPayload("type.googleapis.com/google.rpc.ErrorInfo");
  if (payload) info.ParseFromString(std::string(*payload));
  return info.metadata().count(key) > 0 ? info.metadata().at(key) : "";
}

TEST(WatchTest, FromNowTellsEachCommitAsItsReaderWouldFindIt) {
  Registry registry;
  MakeCluster(registry);
  MakeEnterprise(registry, "zero");
  Watch watch(registry, "");
  const auto where = watch.Any();
  EXPECT_TRUE(where.has_heartbeat());
  EXPECT_EQ(where.revision().number(), 2);
  EXPECT_FALSE(where.resume_token().empty());
  MakeEnterprise(registry, "first");
  const v1::Enterprise first = GetEnterprise(registry, kFirst);
  const auto created = watch.Next();
  EXPECT_EQ(created.revision().number(), 3);
  EXPECT_FALSE(created.revision().cluster_uid().empty());
  EXPECT_GT(created.revision().commit_time().seconds(), 0);
  EXPECT_EQ(created.commit().actor(), "partners/test");
  EXPECT_EQ(created.commit().method(), "bulian.v1.EnterpriseService/CreateEnterprise");
  ASSERT_EQ(created.commit().changes_size(), 1);
  EXPECT_EQ(created.commit().changes(0).kind(), v1::CREATED);
  EXPECT_FALSE(created.commit().changes(0).has_before());
  EXPECT_TRUE(MessageDifferencer::Equals(created.commit().changes(0).after().enterprise(), first))
      << created.DebugString() << first.DebugString();
  Delete(registry, kFirst);
  const auto deleted = watch.Next();
  EXPECT_EQ(deleted.commit().changes(0).kind(), v1::DELETED);
  EXPECT_FALSE(deleted.commit().changes(0).has_after());
  EXPECT_TRUE(MessageDifferencer::Equals(deleted.commit().changes(0).before().enterprise(), first));
}

TEST(WatchTest, FromEarliestAndFromTokensTellsTheSame) {
  Registry registry;
  MakeCluster(registry);
  MakeEnterprise(registry, "first");
  MakeEnterprise(registry, "second");
  Watch earliest(registry, "position: EARLIEST");
  EXPECT_EQ(earliest.Any().revision().number(), 0);
  std::string token = earliest.token();
  for (int revision = 1; revision <= 3; ++revision) {
    Watch resumed(registry, "resume_token: '" + token + "'");
    const auto expected = earliest.Next(), got = resumed.Next();
    EXPECT_EQ(expected.revision().number(), revision);
    EXPECT_TRUE(MessageDifferencer::Equals(got, expected));
    token = earliest.token();
  }
}

TEST(WatchTest, SnapshotThenFollowIsTheClusterAndThenItsCommits) {
  Registry registry;
  MakeCluster(registry);
  MakeEnterprise(registry, "first");
  MakeEnterprise(registry, "second");
  Watch watch(registry, "position: SNAPSHOT_THEN_FOLLOW");
  const auto part = watch.Any();
  EXPECT_TRUE(part.snapshot().snapshot_complete());
  EXPECT_EQ(part.revision().number(), 3);
  EXPECT_FALSE(part.resume_token().empty());
  EXPECT_EQ(Comparable({part.snapshot().records().begin(), part.snapshot().records().end()}),
            Comparable(registry.Export("c")));
  MakeEnterprise(registry, "third");
  EXPECT_EQ(watch.Next().revision().number(), 4);
}

TEST(WatchTest, ALargeSnapshotComesInPartsOfWhichTheLastHasTheToken) {
  Registry registry;
  MakeCluster(registry);
  std::vector<v1::ImportRequest> messages;
  for (int i = 0; i < 2500; ++i) {
    if (i % 1000 == 0) messages.emplace_back().set_sequence(i / 1000 + 1);
    messages.back().set_parent("clusters/c");
    Registry::Parse("enterprise { name: 'clusters/c/enterprises/e" + std::to_string(i) + "' display_name { en: 'E' } }",
                    messages.back().add_records());
  }
  ASSERT_TRUE(registry.Import(messages).ok());
  Watch watch(registry, "position: SNAPSHOT_THEN_FOLLOW types: ENTERPRISE", /*capacity=*/1);
  std::set<std::string> names;
  for (bool complete = false; !complete;) {
    const auto part = watch.Any();
    complete = part.snapshot().snapshot_complete();
    EXPECT_EQ(part.resume_token().empty(), !complete);
    for (const auto& record : part.snapshot().records()) EXPECT_TRUE(names.insert(record.enterprise().name()).second);
  }
  EXPECT_EQ(names.size(), 2500u);
}

TEST(WatchTest, FiltersLeaveOutCommitsAndTheirTokensMoveOn) {
  Registry registry;
  MakeCluster(registry);
  Watch types(registry, "types: CAPABILITY_TYPE types: PROJECT heartbeat_interval { seconds: 1 }");
  Watch names(registry, "names: 'clusters/c/enterprises/a'");
  EXPECT_EQ(types.Any().revision().number(), 1);
  EXPECT_EQ(names.Any().revision().number(), 1);
  MakeEnterprise(registry, "a1");
  MakeEnterprise(registry, "a");
  for (std::int64_t at = 1; at != 3;) {  // heartbeats stand at the newest commit
    const auto heartbeat = types.Any();
    ASSERT_TRUE(heartbeat.has_heartbeat());
    ASSERT_GE(heartbeat.revision().number(), at);
    at = heartbeat.revision().number();
  }
  EXPECT_THAT(NamesIn(names.Next()), ElementsAre("clusters/c/enterprises/a"));
  v1::ImportRequest request = Message(
      1,
      "capability { name: 'clusters/c/enterprises/a/capabilities/k' capability_type: 'clusters/c/capabilityTypes/t' }");
  Registry::Parse("capability_type { name: 'clusters/c/capabilityTypes/t' display_name { en: 'T' } unit: 'H87' }",
                  request.add_records());
  Registry::Parse("enterprise { name: 'clusters/c/enterprises/b' display_name { en: 'B' } }", request.add_records());
  ASSERT_TRUE(registry.Import({request}).ok());
  EXPECT_THAT(NamesIn(types.Next()), ElementsAre("clusters/c/capabilityTypes/t"));
  EXPECT_THAT(NamesIn(names.Next()), ElementsAre("clusters/c/enterprises/a/capabilities/k"));
}

TEST(WatchTest, WrongRequestsAreRefusedWhole) {
  Registry registry;
  MakeCluster(registry);
  Watch wrong(registry,
              "types: 99 names: 'clusters/other/enterprises/e' names: 'nonsense' heartbeat_interval { nanos: 5 }");
  const absl::Status status = wrong.Status();
  EXPECT_EQ(model::ReasonOf(status), v1::INVALID_FIELDS);
  google::rpc::BadRequest bad;
  bad.ParseFromString(std::string(*status.GetPayload("type.googleapis.com/google.rpc.BadRequest")));
  EXPECT_EQ(bad.field_violations_size(), 4) << bad.DebugString();
  for (const char* request : {"parent: 'clusters/c/enterprises/x'", "heartbeat_interval { seconds: 3601 }",
                              "heartbeat_interval { seconds: -1 }", "position: 9"}) {
    EXPECT_EQ(model::ReasonOf(Watch(registry, request).Status()), v1::INVALID_FIELDS) << request;
  }
  EXPECT_EQ(model::ReasonOf(Watch(registry, "parent: 'clusters/none'").Status()), v1::RESOURCE_NOT_FOUND);
  // The hub takes an ended watch away on a thread of its own, after the caller has the answer.
  const absl::Time patience = absl::Now() + absl::Seconds(20);
  while (registry.watches().Stats().streams != 0 && absl::Now() < patience) std::this_thread::yield();
  EXPECT_EQ(registry.watches().Stats().streams, 0);
}

TEST(WatchTest, TokensAreBoundToTheirFiltersInWhateverOrder) {
  Registry registry;
  MakeCluster(registry);
  Watch watch(registry, "types: PROJECT types: CHAIN names: 'clusters/c' names: 'clusters/c/chains/x'");
  watch.Any();
  const std::string token = "resume_token: '" + watch.token() + "' ";
  Watch same(
      registry,
      token + "types: CHAIN types: PROJECT names: 'clusters/c/chains/x' names: 'clusters/c' names: 'clusters/c'");
  EXPECT_TRUE(same.Any().has_heartbeat());
  for (const std::string& request :
       {token, token + "types: CHAIN", std::string("resume_token: 'x'"), std::string("resume_token: ''")}) {
    EXPECT_EQ(model::ReasonOf(Watch(registry, request).Status()), v1::RESUME_TOKEN_INVALID) << request;
  }
}

TEST(WatchTest, ATokenTheLogLeftBehindSaysWhereTheLogBegins) {
  Registry registry;
  MakeCluster(registry);
  Watch watch(registry, "");
  watch.Any();
  for (int i = 0; i < 10; ++i) MakeEnterprise(registry, "e" + std::to_string(i));
  store::Retention retention;
  retention.max_commits = 3;
  for (;;) {
    const auto more = registry.store().Compact(retention);
    ASSERT_TRUE(more.ok());
    if (!*more) break;
  }
  const auto earliest = registry.store().EarliestRetained("c");
  ASSERT_GT(*earliest, 2);
  const absl::Status status = Watch(registry, "resume_token: '" + watch.token() + "'").Status();
  EXPECT_EQ(status.code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(model::ReasonOf(status), v1::REVISION_NOT_RETAINED);
  EXPECT_EQ(MetadataOf(status, "earliest"), std::to_string(*earliest));
  EXPECT_EQ(MetadataOf(status, "requested"), "2");
  Watch all(registry, "position: EARLIEST");
  EXPECT_EQ(all.Next().revision().number(), *earliest);
}

TEST(WatchTest, ADroppedClusterEndsItsWatchesAfterItsLastCommit) {
  Registry registry;
  MakeCluster(registry);
  Watch watch(registry, "");
  watch.Any();
  MakeEnterprise(registry, "first");
  v1::DeleteClusterRequest request;
  request.set_name("clusters/c");
  request.set_force(true);
  google::protobuf::Empty empty;
  ASSERT_TRUE(registry.Call("ClusterService/DeleteCluster", request, &empty).ok());
  EXPECT_EQ(watch.Next().revision().number(), 2);
  EXPECT_EQ(model::ReasonOf(watch.Status()), v1::RESOURCE_NOT_FOUND);
  EXPECT_EQ(model::ReasonOf(Watch(registry, "").Status()), v1::RESOURCE_NOT_FOUND);
  // Another cluster of the name has other tokens.
  MakeCluster(registry);
  EXPECT_EQ(model::ReasonOf(Watch(registry, "resume_token: '" + watch.token() + "'").Status()), v1::EPOCH_CHANGED);
  Watch anew(registry, "position: EARLIEST");
  EXPECT_EQ(anew.Next().revision().number(), 1);
}

TEST(WatchTest, AReloadGoesOnAndAnotherEpochEnds) {
  Registry registry;
  MakeCluster(registry);
  Watch watch(registry, "");
  watch.Any();
  registry.views().OnReload("c");
  registry.watches().OnReload("c");
  MakeEnterprise(registry, "first");
  EXPECT_EQ(watch.Next().revision().number(), 2);
  // What a store that found a fork tells of next.
  auto entry = std::make_shared<store::LogEntry>();
  entry->revision = 3;
  store::LogPosition position = *registry.store().Position("c");
  position.epoch += 1;
  position.revision = 3;
  registry.watches().OnCommit("c", position, entry);
  EXPECT_EQ(model::ReasonOf(watch.Status()), v1::EPOCH_CHANGED);
}

TEST(WatchTest, ATokenAheadOfThisReplicaWaits) {
  Registry registry;
  MakeCluster(registry);
  const store::LogPosition position = *registry.store().Position("c");
  v1::WatchChangesRequest request;
  request.set_parent("clusters/c");
  const rpc::PageTokens tokens("a secret of the tests, 32 bytes.");
  request.set_resume_token(
      watch::SealResumeToken(tokens, WatchFilter(request).hash(), {"c", position.uid, position.epoch}, 2));
  Watch watch(registry, request);
  EXPECT_EQ(watch.Any().revision().number(), 2);
  MakeEnterprise(registry, "first");
  MakeEnterprise(registry, "second");
  EXPECT_EQ(watch.Next().revision().number(), 3);
}

TEST(WatchTest, ASlowReaderIsEndedWithATokenAndMissesNothing) {
  watch::WatcherOptions options;
  options.slow_after = absl::Milliseconds(50);
  Registry registry(options);
  MakeCluster(registry);
  Watch watch(registry, "", /*capacity=*/4);
  watch.Any();
  MakeEnterprise(registry, "e2");
  EXPECT_EQ(watch.Next().revision().number(), 2);
  for (int i = 3; i <= 20; ++i) MakeEnterprise(registry, "e" + std::to_string(i));
  // It reads nothing until it is ended.
  while (registry.watches().Stats().slow_readers == 0) std::this_thread::yield();
  const absl::Status status = watch.Status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(model::ReasonOf(status), v1::READER_TOO_SLOW);
  EXPECT_EQ(MetadataOf(status, "resume_token"), watch.token());
  Watch resumed(registry, "resume_token: '" + MetadataOf(status, "resume_token") + "'");
  for (int revision = 3; revision <= 20; ++revision) EXPECT_EQ(resumed.Next().revision().number(), revision);
}

TEST(WatchTest, ACommitTooLargeForOneMessageSaysWhatItLeavesOut) {
  const rpc::PageTokens tokens("a secret of the tests, 32 bytes.");
  const WatchedLogId log{"c", "uid", 1};
  v1::WatchChangesRequest request;
  request.set_parent("clusters/c");
  const WatchFilter filter(request);
  const auto tell = [&](int records, std::size_t before, std::size_t after, std::size_t limit) {
    store::LogEntry entry;
    entry.revision = 7;
    for (int i = 0; i < records; ++i) {
      store::LoggedChange change;
      change.name = "clusters/c/enterprises/e" + std::to_string(i);
      v1::Enterprise enterprise;
      enterprise.set_uscc(std::string(before, 'b'));
      if (before > 0) change.before = enterprise.SerializeAsString();
      enterprise.set_uscc(std::string(after, 'a'));
      if (after > 0) change.after = enterprise.SerializeAsString();
      entry.changes.push_back(std::move(change));
    }
    const auto bytes = CommitMessage(entry, filter, log, tokens, limit);
    v1::WatchChangesResponse message;
    if (!bytes.ok()) {
      EXPECT_EQ(model::ReasonOf(bytes.status()), v1::RESPONSE_TOO_LARGE);
      return message;
    }
    EXPECT_LE((*bytes)->size(), kWholeCommitBytes);
    EXPECT_TRUE(message.ParseFromString(**bytes));
    EXPECT_EQ(message.commit().changes_size(), records);
    return message;
  };
  const auto whole = tell(3, 500'000, 500'000, 16 << 20);
  EXPECT_FALSE(whole.commit().before_omitted());
  EXPECT_TRUE(whole.commit().changes(2).has_before() && whole.commit().changes(2).has_after());
  const auto after_only = tell(3, 1'000'000, 1'000'000, 16 << 20);
  EXPECT_TRUE(after_only.commit().before_omitted() && !after_only.commit().after_omitted());
  EXPECT_TRUE(!after_only.commit().changes(0).has_before() && after_only.commit().changes(0).has_after());
  const auto names = tell(3, 0, 2'000'000, 16 << 20);
  EXPECT_TRUE(names.commit().before_omitted() && names.commit().after_omitted());
  EXPECT_EQ(names.commit().changes(1).kind(), v1::CREATED);
  EXPECT_EQ(tell(100, 0, 5, 1000).commit().changes_size(), 0) << "not even the names fit";
}

TEST(WatchTest, WatchesOfTheSameShareTheirBytes) {
  Registry registry;
  MakeCluster(registry);
  const rpc::PageTokens tokens("a secret of the tests, 32 bytes.");
  const WatchedLogId log{"c", "uid", 1};
  auto entry = std::make_shared<store::LogEntry>();
  entry->revision = 2;
  entry->changes.push_back({"clusters/c/enterprises/e", std::nullopt, ""});
  watch::RecentCommit commit(entry);
  v1::WatchChangesRequest all, some;
  some.add_types(v1::PROJECT);
  const auto message = [&](const WatchFilter& filter) {
    return *commit.Message(
        filter.hash(), [&](const store::LogEntry& told) { return CommitMessage(told, filter, log, tokens, 1 << 20); });
  };
  EXPECT_EQ(message(WatchFilter(all)), message(WatchFilter(all)));
  EXPECT_EQ(message(WatchFilter(some)), nullptr);
}

}  // namespace
}  // namespace bulian::exchange
