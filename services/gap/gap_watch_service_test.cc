// Watches of gaps as callers have them: where they begin, how they go on, and how they end.
#include "services/gap/gap_watch_service.h"

#include <gmock/gmock.h>

#include <atomic>
#include <random>
#include <thread>

#include "absl/time/clock.h"
#include "google/rpc/error_details.pb.h"
#include "services/gap/gap_watch_fixture_service_test.h"
#include "services/gap/gap_watch_message_service.h"
#include "services/gap/gap_watch_request_service.h"
#include "services/gap/random_writer.h"
#include "services/model/error.h"
#include "services/watch/request.h"

namespace bulian::gap {
namespace {

using testing::ElementsAre;

constexpr char kMissing[] = "clusters/t/chains/k/segments/s/gaps/missing";
constexpr char kFragile[] = "clusters/t/chains/k/segments/s/gaps/fragile";
constexpr char kSingle[] = "clusters/t/chains/k/segments/s/gaps/single-source";

// Chain `k` with segment `s` of type `t1`, which nobody makes.
void Seed(WatchedCluster& cluster) {
  cluster.cluster.Type("t1");
  v1::Chain chain;
  TestCluster::AddSegment(&chain, "s", "t1");
  cluster.cluster.Put("chains/k", chain);
}

void PutChain(WatchedCluster& cluster, const std::string& id) {
  v1::Chain chain;
  TestCluster::AddSegment(&chain, "s", "t1");
  cluster.cluster.Put("chains/" + id, chain);
}

std::vector<std::string> ChangesIn(const v1::WatchGapsResponse& message) {
  std::vector<std::string> changes;
  for (const v1::GapChange& change : message.commit().changes())
    changes.push_back(v1::DeltaKind_Name(change.kind()) + " " + change.name());
  return changes;
}

std::string MetadataOf(const absl::Status& status, const std::string& key) {
  google::rpc::ErrorInfo info;
  const auto payload = status.GetPayload("type.googleapis.com/google.rpc.ErrorInfo");
  if (payload) info.ParseFromString(std::string(*payload));
  return info.metadata().count(key) > 0 ? info.metadata().at(key) : "";
}

TEST(GapWatchTest, FromNowTellsEachCommitThatChangesGaps) {
  WatchedCluster cluster;
  Seed(cluster);
  EXPECT_EQ(cluster.watches.Stats().lines, 0) << "nobody watches";
  GapWatch watch(cluster, "");
  const auto where = watch.Any();
  EXPECT_TRUE(where.has_heartbeat());
  EXPECT_EQ(where.revision().number(), 3);
  cluster.cluster.Put("enterprises/e", cluster.cluster.Company("e"));
  cluster.cluster.PutOffer("e", "c", cluster.cluster.Offer("e", "t1", 5));
  const auto made = watch.Next();
  EXPECT_EQ(made.revision().number(), 5);
  EXPECT_EQ(made.revision().cluster_uid(), cluster.log().uid);
  EXPECT_EQ(made.revision().commit_time().seconds(), 1'000'005);
  EXPECT_EQ(made.commit().as_of().month(), 6);
  EXPECT_THAT(ChangesIn(made), ElementsAre(std::string("APPEARED ") + kSingle, std::string("APPEARED ") + kFragile,
                                           std::string("GONE ") + kMissing));
  EXPECT_EQ(made.commit().changes(2).before().revision().number(), 4);
  EXPECT_EQ(made.commit().changes(0).after().revision().number(), 5);
  v1::Capability more = cluster.cluster.Offer("e", "t1", 7);
  cluster.cluster.PutOffer("e", "c", more);
  const auto changed = watch.Next();
  EXPECT_THAT(ChangesIn(changed), ElementsAre(std::string("CHANGED ") + kSingle, std::string("CHANGED ") + kFragile));
  EXPECT_EQ(changed.commit().changes(0).before().metrics().capacity().verified().lower(), 5);
  EXPECT_EQ(changed.commit().changes(0).after().metrics().capacity().verified().lower(), 7);
  EXPECT_EQ(cluster.watches.Stats().commits_analysed, 3);
}

TEST(GapWatchTest, SnapshotThenFollowIsTheGapsAndThenWhatChangesThem) {
  WatchedCluster cluster;
  Seed(cluster);
  PutChain(cluster, "other");
  GapWatch watch(cluster, "position: SNAPSHOT_THEN_FOLLOW parent: 'clusters/t/chains/k' kinds: MISSING");
  const auto part = watch.Any();
  EXPECT_TRUE(part.snapshot().snapshot_complete());
  EXPECT_EQ(part.revision().number(), 4);
  EXPECT_EQ(part.snapshot().as_of().year(), 2026);
  ASSERT_EQ(part.snapshot().gaps_size(), 1);
  EXPECT_EQ(part.snapshot().gaps(0).name(), kMissing);
  cluster.cluster.Supplier("e", "t1", 5);
  EXPECT_THAT(ChangesIn(watch.Next()), ElementsAre(std::string("GONE ") + kMissing));
  // A chain that is deleted, and comes again.
  cluster.cluster.Delete("enterprises/e/capabilities/c");
  EXPECT_THAT(ChangesIn(watch.Next()), ElementsAre(std::string("APPEARED ") + kMissing));
  cluster.cluster.Delete("chains/k");
  EXPECT_THAT(ChangesIn(watch.Next()), ElementsAre(std::string("GONE ") + kMissing));
  PutChain(cluster, "k");
  EXPECT_THAT(ChangesIn(watch.Next()), ElementsAre(std::string("APPEARED ") + kMissing));
}

TEST(GapWatchTest, ManyGapsComeInPartsWorstFirst) {
  WatchedCluster cluster;
  cluster.cluster.Type("t1");
  cluster.Batch();
  for (int c = 0; c < 20; ++c) {
    v1::Chain chain;
    for (int s = 0; s < 100; ++s) {
      v1::Segment* segment = TestCluster::AddSegment(&chain, "s" + std::to_string(s), "t1");
      segment->mutable_display_name()->set_en(std::string(1000, 'x'));
      segment->set_priority(s % 3);
    }
    cluster.cluster.Put("chains/k" + std::to_string(c), chain);
  }
  cluster.Flush();
  GapWatch watch(cluster, "position: SNAPSHOT_THEN_FOLLOW", /*capacity=*/1);
  std::vector<std::string> names;
  int parts = 0;
  for (bool complete = false; !complete; ++parts) {
    const auto part = watch.Any();
    EXPECT_LT(part.ByteSizeLong(), 2u << 20);
    complete = part.snapshot().snapshot_complete();
    EXPECT_EQ(part.resume_token().empty(), !complete);
    for (const v1::Gap& gap : part.snapshot().gaps()) names.push_back(gap.name());
  }
  EXPECT_GT(parts, 1);
  const AnalysisPtr analysis = cluster.Analyse();
  std::vector<std::string> expected;
  for (const GapRef& gap : analysis->gaps()) expected.push_back(NameOfGap(*analysis, gap));
  EXPECT_EQ(names, expected);
}

TEST(GapWatchTest, TokensOfCommitsAndHeartbeatsGoOn) {
  WatchedCluster cluster;
  Seed(cluster);
  GapWatch watch(cluster, "heartbeat_interval { seconds: 1 }");
  watch.Any();
  cluster.cluster.Type("t2");  // changes no gap
  for (std::int64_t at = 3; at != 4;) {
    const auto heartbeat = watch.Any();
    ASSERT_TRUE(heartbeat.has_heartbeat());
    at = heartbeat.revision().number();
  }
  PutChain(cluster, "l");
  GapWatch resumed(cluster, watch.resume());
  EXPECT_EQ(resumed.Any().revision().number(), 4);
  const auto expected = watch.Next(), got = resumed.Next();
  EXPECT_EQ(expected.revision().number(), 5);
  EXPECT_EQ(got.SerializeAsString(), expected.SerializeAsString());
  PutChain(cluster, "m");
  EXPECT_EQ(GapWatch(cluster, watch.resume()).Next().revision().number(), 6);
}

TEST(GapWatchTest, WrongRequestsAreRefusedWhole) {
  WatchedCluster cluster;
  Seed(cluster);
  const absl::Status status = GapWatch(cluster,
                                       "parent: 'clusters/t/enterprises/e' kinds: 99 kinds: GAP_KIND_UNSPECIFIED "
                                       "position: EARLIEST heartbeat_interval { nanos: 5 }")
                                  .Status();
  EXPECT_EQ(model::ReasonOf(status), v1::INVALID_FIELDS);
  google::rpc::BadRequest bad;
  bad.ParseFromString(std::string(*status.GetPayload("type.googleapis.com/google.rpc.BadRequest")));
  EXPECT_EQ(bad.field_violations_size(), 5) << bad.DebugString();
  EXPECT_EQ(model::ReasonOf(GapWatch(cluster, "position: 9").Status()), v1::INVALID_FIELDS);
  for (const char* parent : {"clusters/none", "clusters/t/chains/none"}) {
    EXPECT_EQ(model::ReasonOf(GapWatch(cluster, "parent: '" + std::string(parent) + "'").Status()),
              v1::RESOURCE_NOT_FOUND)
        << parent;
  }
  const std::string missing = "parent: 'clusters/t/chains/none' position: SNAPSHOT_THEN_FOLLOW";
  EXPECT_EQ(model::ReasonOf(GapWatch(cluster, missing).Status()), v1::RESOURCE_NOT_FOUND);
}

TEST(GapWatchTest, TokensAreBoundToParentAndKindsInWhateverOrder) {
  WatchedCluster cluster;
  Seed(cluster);
  GapWatch watch(cluster, "kinds: MISSING kinds: EXTERNAL");
  watch.Any();
  GapWatch same(cluster, watch.resume() + "kinds: EXTERNAL kinds: MISSING kinds: EXTERNAL");
  EXPECT_TRUE(same.Any().has_heartbeat());
  for (const std::string& request : {watch.resume(), watch.resume() + "kinds: MISSING",
                                     watch.resume() + "kinds: MISSING kinds: EXTERNAL parent: 'clusters/t/chains/k'",
                                     std::string("resume_token: 'x'"), std::string("resume_token: ''")}) {
    EXPECT_EQ(model::ReasonOf(GapWatch(cluster, request).Status()), v1::RESUME_TOKEN_INVALID) << request;
  }
  // A token of WatchChanges is none of WatchGaps.
  v1::WatchChangesRequest changes;
  changes.set_parent("clusters/t");
  const std::string other = watch::SealResumeToken(cluster.tokens, rpc::HashOfParams(changes), cluster.log(), 3);
  EXPECT_EQ(model::ReasonOf(GapWatch(cluster, "resume_token: '" + other + "'").Status()), v1::RESUME_TOKEN_INVALID);
}

TEST(GapWatchTest, ATokenTheLogLeftBehindSaysWhereTheLogBegins) {
  WatchedCluster cluster;
  Seed(cluster);
  for (int i = 0; i < 10; ++i) PutChain(cluster, "l" + std::to_string(i));
  ASSERT_TRUE(cluster.store.Compact({.max_commits = 3}).ok());
  for (const std::int64_t back : {0, 1}) {  // before what the log holds, and the commit before that
    const std::int64_t at = back == 0 ? 3 : *cluster.store.EarliestRetained("t") - 1;
    const std::string hash = ReadGapWatch(RequestOf(""), cluster.tokens)->hash;
    const std::string token = watch::SealResumeToken(cluster.tokens, hash, cluster.log(), at);
    const absl::Status status = GapWatch(cluster, "resume_token: '" + token + "'").Status();
    EXPECT_EQ(status.code(), absl::StatusCode::kOutOfRange);
    EXPECT_EQ(model::ReasonOf(status), v1::REVISION_NOT_RETAINED);
    EXPECT_EQ(MetadataOf(status, "earliest"), std::to_string(*cluster.store.EarliestRetained("t")));
  }
}

TEST(GapWatchTest, ADroppedClusterEndsItsWatchesAndAnotherOfTheNameHasOtherTokens) {
  WatchedCluster cluster;
  Seed(cluster);
  GapWatch watch(cluster, "");
  watch.Any();
  PutChain(cluster, "l");
  EXPECT_EQ(watch.Next().revision().number(), 4);
  cluster.Drop();
  EXPECT_EQ(model::ReasonOf(watch.Status()), v1::RESOURCE_NOT_FOUND);
  EXPECT_EQ(model::ReasonOf(GapWatch(cluster, "").Status()), v1::RESOURCE_NOT_FOUND);
  cluster.Create();
  EXPECT_EQ(model::ReasonOf(GapWatch(cluster, watch.resume()).Status()), v1::EPOCH_CHANGED);
}

TEST(GapWatchTest, AReloadGoesOnAndAnotherEpochEnds) {
  WatchedCluster cluster;
  Seed(cluster);
  GapWatch watch(cluster, "");
  watch.Any();
  cluster.views.OnReload("t");
  cluster.watches.observer()->OnReload("t");
  PutChain(cluster, "l");
  EXPECT_EQ(watch.Next().revision().number(), 4);
  // What a store that found a fork tells of next.
  auto entry = std::make_shared<store::LogEntry>();
  entry->revision = 5;
  store::LogPosition position = *cluster.store.Position("t");
  position.epoch += 1;
  position.revision = 5;
  cluster.watches.observer()->OnCommit("t", position, entry);
  EXPECT_EQ(model::ReasonOf(watch.Status()), v1::EPOCH_CHANGED);
}

TEST(GapWatchTest, ATokenAheadOfThisReplicaWaits) {
  WatchedCluster cluster;
  Seed(cluster);
  const std::string hash = ReadGapWatch(RequestOf(""), cluster.tokens)->hash;
  const std::string token = watch::SealResumeToken(cluster.tokens, hash, cluster.log(), 4);
  GapWatch watch(cluster, "resume_token: '" + token + "'");
  EXPECT_EQ(watch.Any().revision().number(), 4);
  PutChain(cluster, "l");
  PutChain(cluster, "m");
  EXPECT_EQ(watch.Next().revision().number(), 5);
}

TEST(GapWatchTest, ASlowReaderIsEndedWithATokenAndMissesNothing) {
  watch::WatcherOptions options;
  options.slow_after = absl::Milliseconds(50);
  WatchedCluster cluster(options);
  Seed(cluster);
  GapWatch watch(cluster, "", /*capacity=*/4);
  watch.Any();
  PutChain(cluster, "l4");
  EXPECT_EQ(watch.Next().revision().number(), 4);
  for (int i = 5; i <= 20; ++i) PutChain(cluster, "l" + std::to_string(i));
  while (cluster.watches.Stats().hub.slow_readers == 0) std::this_thread::yield();
  const absl::Status status = watch.Status();
  EXPECT_EQ(model::ReasonOf(status), v1::READER_TOO_SLOW);
  EXPECT_EQ(MetadataOf(status, "resume_token"), watch.token());
  GapWatch resumed(cluster, watch.resume());
  for (int revision = 5; revision <= 20; ++revision) EXPECT_EQ(resumed.Next().revision().number(), revision);
}

TEST(GapWatchTest, TheEndOfTheWatchesEndsEachWithAnAnswer) {
  WatchedCluster cluster;
  Seed(cluster);
  std::vector<std::unique_ptr<GapWatch>> watches;
  for (int i = 0; i < 50; ++i) watches.push_back(std::make_unique<GapWatch>(cluster, ""));
  PutChain(cluster, "l");
  cluster.watches.Stop();
  for (const auto& watch : watches) EXPECT_EQ(model::ReasonOf(watch->Status()), v1::SHUTTING_DOWN);
  EXPECT_EQ(model::ReasonOf(GapWatch(cluster, "").Status()), v1::SHUTTING_DOWN);
}

TEST(GapWatchTest, ACommitTooLargeForOneMessageSaysWhatItLeavesOut) {
  const rpc::PageTokens tokens("0123456789abcdef");
  const GapWatchQuery query = *ReadGapWatch(RequestOf(""), tokens);
  const auto tell = [&](int gaps, std::size_t before, std::size_t after, std::size_t limit) {
    GapStep step;
    for (int i = 0; i < gaps; ++i) {
      GapStep::Change& change = step.changes.emplace_back();
      change.told.set_name("clusters/t/chains/k/segments/s" + std::to_string(i) + "/gaps/missing");
      change.told.set_kind(v1::CHANGED);
      if (before > 0) change.told.mutable_before()->set_segment(std::string(before, 'b'));
      if (after > 0) change.told.mutable_after()->set_segment(std::string(after, 'a'));
    }
    store::LogEntry entry;
    entry.revision = 7;
    const auto bytes = GapCommitMessage(entry, step, query, {"t", "uid", 1}, tokens, limit);
    v1::WatchGapsResponse message;
    if (!bytes.ok()) {
      EXPECT_EQ(model::ReasonOf(bytes.status()), v1::RESPONSE_TOO_LARGE);
      return message;
    }
    EXPECT_LE((*bytes)->size(), kWholeGapCommitBytes);
    EXPECT_TRUE(message.ParseFromString(**bytes));
    EXPECT_EQ(message.commit().changes_size(), gaps);
    return message;
  };
  const auto whole = tell(3, 500'000, 500'000, 16 << 20);
  EXPECT_FALSE(whole.commit().before_omitted());
  EXPECT_TRUE(whole.commit().changes(2).has_before() && whole.commit().changes(2).has_after());
  const auto after_only = tell(3, 1'000'000, 1'000'000, 16 << 20);
  EXPECT_TRUE(after_only.commit().before_omitted() && !after_only.commit().after_omitted());
  EXPECT_TRUE(!after_only.commit().changes(0).has_before() && after_only.commit().changes(0).has_after());
  const auto names = tell(3, 1, 2'000'000, 16 << 20);
  EXPECT_TRUE(names.commit().before_omitted() && names.commit().after_omitted());
  EXPECT_FALSE(names.commit().changes(0).has_after());
  EXPECT_FALSE(tell(100, 1, 5, 1000).has_commit()) << "not even the names fit";
  const auto undetailed = tell(3, 0, 0, 16 << 20);
  EXPECT_TRUE(undetailed.commit().before_omitted() && undetailed.commit().after_omitted());
}

// Reads to `last`, now and then leaving and going on from the token; what it folded.
void Follow(WatchedCluster& cluster, unsigned seed, std::int64_t last, GapTexts* texts) {
  std::mt19937 random(seed);
  const auto pick = [&random](unsigned below) { return static_cast<unsigned>(random() % below); };
  std::string request = "position: SNAPSHOT_THEN_FOLLOW";
  for (std::int64_t at = 0; at < last;) {
    GapWatch watch(cluster, request, 1 + pick(5));
    for (unsigned messages = 1 + pick(30); messages > 0 && at < last; --messages) {
      const auto message = watch.Any();
      for (const v1::Gap& gap : message.snapshot().gaps()) (*texts)[gap.name()] = TextOf(gap);
      if (message.has_commit()) {
        ASSERT_GT(message.revision().number(), at);
        Fold(message.commit(), texts);
      }
      at = message.revision().number();
    }
    request = watch.resume();
  }
}

TEST(GapWatchTest, ReadersThatComeAndGoWhileItIsWrittenHaveTheSameInTheEnd) {
  for (unsigned seed = 1; seed <= 3; ++seed) {
    watch::WatcherOptions options;
    options.slow_after = absl::Minutes(1);
    GapLineLimits limits;
    limits.renewed_commits = 10;
    limits.kept_steps = 8;
    WatchedCluster cluster(options, limits);
    RandomWriter writer(&cluster.cluster, seed);
    for (int i = 0; i < 40; ++i) writer.Write();
    constexpr std::int64_t kLast = 250;
    constexpr unsigned kReaders = 5;
    std::vector<GapTexts> texts(kReaders);
    std::vector<std::thread> readers;
    for (unsigned reader = 0; reader < kReaders; ++reader)
      readers.emplace_back([&, reader] { Follow(cluster, seed * 10 + reader, kLast, &texts[reader]); });
    while (cluster.revision() < kLast - 1) writer.Write();
    v1::Chain chain;  // the last commit changes a gap
    TestCluster::AddSegment(&chain, "s", "nobody-makes-it");
    cluster.cluster.Put("chains/last", chain);
    for (std::thread& reader : readers) reader.join();
    ASSERT_EQ(cluster.revision(), kLast);
    const GapTexts expected = TextsOf(*cluster.Analyse(), {});
    for (const GapTexts& folded : texts) ASSERT_EQ(folded, expected) << "seed " << seed;
    while (cluster.watches.Stats().hub.streams > 0) std::this_thread::yield();
  }
}

TEST(GapWatchTest, AThousandWatchesShareTheAnalyses) {
  WatchedCluster cluster;
  Seed(cluster);
  std::vector<std::unique_ptr<GapWatch>> watches;
  for (int i = 0; i < 1000; ++i) watches.push_back(std::make_unique<GapWatch>(cluster, ""));
  for (const auto& watch : watches) watch->Any();
  for (int i = 0; i < 5; ++i) PutChain(cluster, "l" + std::to_string(i));
  for (const auto& watch : watches)
    for (int revision = 4; revision <= 8; ++revision) ASSERT_EQ(watch->Next().revision().number(), revision);
  EXPECT_EQ(cluster.watches.Stats().commits_analysed, 5);
  EXPECT_EQ(cluster.watches.Stats().lines, 1);
  watches.clear();
  while (cluster.watches.Stats().hub.streams > 0) std::this_thread::yield();
  PutChain(cluster, "unseen");
  EXPECT_EQ(cluster.watches.Stats().commits_analysed, 5) << "nobody watches";
}

}  // namespace
}  // namespace bulian::gap
