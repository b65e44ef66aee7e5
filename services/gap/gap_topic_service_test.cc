// What a watch of gaps tells, folded, equals an analysis from scratch at every revision of random histories; wherever a
// watch is resumed it tells the same.
#include "services/gap/gap_topic_service.h"

#include <algorithm>
#include <optional>
#include <random>

#include "services/gap/gap_watch_fixture_service_test.h"
#include "services/gap/random_writer.h"
#include "services/model/error.h"

namespace bulian::gap {
namespace {

constexpr std::size_t kSendBytes = std::size_t{16} << 20;

// A topic, told of the commits one by one without a hub.
class Told {
 public:
  Told(WatchedCluster& cluster, const std::string& request)
      : cluster_(cluster),
        query_(*ReadGapWatch(RequestOf(request), cluster.tokens)),
        topic_(query_, cluster.watches.histories(), &cluster.tokens) {}

  absl::Status Begin(std::int64_t revision) {
    const bool snapshot = query_.start == watch::Start::kSnapshot;
    return topic_.Begin(cluster_.log(), revision, snapshot ? *cluster_.views.Current("t") : nullptr);
  }
  // The gaps it begins with.
  void ReadSnapshot() {
    for (bool last = false; !last;) {
      const auto part = topic_.NextPart(cluster_.log());
      ASSERT_TRUE(part.ok());
      v1::WatchGapsResponse message;
      ASSERT_TRUE(message.ParseFromString(*part->bytes));
      last = part->last;
      ASSERT_EQ(message.snapshot().snapshot_complete(), last);
      ASSERT_EQ(message.resume_token().empty(), !last);
      for (const v1::Gap& gap : message.snapshot().gaps()) texts[gap.name()] = TextOf(gap);
    }
  }
  // Null: the commit changes no watched gap.
  watch::Bytes Tell(const std::shared_ptr<const store::LogEntry>& entry) {
    watch::RecentCommit commit(entry);
    const auto told = topic_.Tell(commit, cluster_.log(), kSendBytes, /*may_block=*/true);
    EXPECT_TRUE(told.ok()) << told.status();
    EXPECT_FALSE(told->blocks);
    return told->bytes;
  }
  void TellAndFold(const std::shared_ptr<const store::LogEntry>& entry) {
    const watch::Bytes bytes = Tell(entry);
    if (bytes == nullptr) return;
    v1::WatchGapsResponse message;
    ASSERT_TRUE(message.ParseFromString(*bytes));
    ASSERT_EQ(message.revision().number(), entry->revision);
    ASSERT_FALSE(message.resume_token().empty());
    Fold(message.commit(), &texts);
    ++commits;
  }

  const GapFilter& filter() const { return query_.filter; }
  GapTexts texts;
  int commits = 0;

 private:
  WatchedCluster& cluster_;
  const GapWatchQuery query_;
  GapTopic topic_;
};

const char* const kFilters[] = {"", "parent: 'clusters/t/chains/k1'", "kinds: SINGLE_SOURCE kinds: MISSING",
                                "parent: 'clusters/t/chains/k0' kinds: UNVERIFIED kinds: UNDER_CAPACITY"};

void WriteSome(WatchedCluster& cluster, RandomWriter& writer) {
  cluster.Batch();
  for (int writes = 1 + writer.Pick(3); writes > 0; --writes) writer.Write();
  cluster.Flush();
}

// Chains that the filters name are there when the watches begin.
void Seed(WatchedCluster& cluster, RandomWriter& writer) {
  for (int i = 0; i < 50; ++i) writer.Write();
  for (const char* chain : {"k0", "k1"}) {
    v1::Chain message;
    TestCluster::AddSegment(&message, "s0", "t1", 100);
    cluster.cluster.Put(std::string("chains/") + chain, message);
  }
}

GapLineLimits LimitsOf(unsigned seed) {
  GapLineLimits limits;
  if (seed % 2 == 0) limits.renewed_commits = 5;
  if (seed % 3 == 0) limits.kept_steps = 4;
  return limits;
}

TEST(GapTopicTest, FoldedEqualsFromScratchAtEveryRevisionOfRandomHistories) {
  int told = 0, silent = 0;
  for (unsigned seed = 1; seed <= 16; ++seed) {
    WatchedCluster cluster({}, LimitsOf(seed));
    RandomWriter writer(&cluster.cluster, seed);
    Seed(cluster, writer);
    std::vector<std::unique_ptr<Told>> topics;
    for (const std::string filter : kFilters) {
      topics.push_back(std::make_unique<Told>(cluster, filter + " position: SNAPSHOT_THEN_FOLLOW"));
      ASSERT_TRUE(topics.back()->Begin(cluster.revision()).ok());
      topics.back()->ReadSnapshot();
    }
    for (int step = 0; step < 40; ++step) {
      const std::int64_t before = cluster.revision();
      WriteSome(cluster, writer);
      const AnalysisPtr scratch = cluster.Analyse();
      for (const auto& entry : cluster.Entries(before)) {
        for (const auto& topic : topics) {
          const GapTexts old = topic->texts;
          const int commits = topic->commits;
          topic->TellAndFold(entry);
          ASSERT_EQ(topic->texts, TextsOf(*scratch, topic->filter())) << "seed " << seed << " revision " << before + 1;
          ASSERT_EQ(topic->commits > commits, topic->texts != old) << "a commit that changes nothing is not told";
          ++(topic->commits > commits ? told : silent);
        }
      }
    }
    EXPECT_LE(cluster.watches.Stats().commits_analysed, 45) << "each commit is analysed once for all";
  }
  EXPECT_GT(told, 500);
  EXPECT_GT(silent, 300);
}

TEST(GapTopicTest, WhereverItIsResumedItTellsTheSame) {
  for (unsigned seed = 1; seed <= 8; ++seed) {
    WatchedCluster cluster({}, LimitsOf(seed));
    RandomWriter writer(&cluster.cluster, seed + 100);
    Seed(cluster, writer);
    const std::string filter = kFilters[seed % 4];
    const std::int64_t first = cluster.revision();
    std::vector<watch::Bytes> expected;  // by revision after `first`
    {
      Told live(cluster, filter);
      ASSERT_TRUE(live.Begin(first).ok());
      for (int step = 0; step < 25; ++step) {
        const std::int64_t before = cluster.revision();
        WriteSome(cluster, writer);
        for (const auto& entry : cluster.Entries(before)) expected.push_back(live.Tell(entry));
      }
    }
    // From every revision, in no order; some stay and are passed by others.
    std::vector<std::int64_t> starts;
    for (std::int64_t at = first; at <= cluster.revision(); ++at) starts.push_back(at);
    std::shuffle(starts.begin(), starts.end(), std::mt19937(seed));
    std::vector<std::unique_ptr<Told>> staying;
    for (const std::int64_t start : starts) {
      auto topic = std::make_unique<Told>(cluster, filter);
      ASSERT_TRUE(topic->Begin(start).ok());
      const bool all = writer.Pick(2) == 0;
      for (const auto& entry : cluster.Entries(start)) {
        const watch::Bytes bytes = topic->Tell(entry), &wanted = expected[entry->revision - first - 1];
        ASSERT_EQ(bytes == nullptr, wanted == nullptr) << "seed " << seed << " from " << start;
        if (bytes != nullptr) {
          ASSERT_EQ(*bytes, *wanted) << "seed " << seed << " from " << start;
        }
        if (!all && writer.Pick(4) == 0) break;
      }
      if (writer.Pick(3) == 0) staying.push_back(std::move(topic));
    }
  }
}

TEST(GapTopicTest, TellsWithoutBlockingWhatAnotherHasAnalysed) {
  WatchedCluster cluster;
  RandomWriter writer(&cluster.cluster, 7);
  Seed(cluster, writer);
  const GapWatchQuery query = *ReadGapWatch(RequestOf(""), cluster.tokens);
  GapTopic first(query, cluster.watches.histories(), &cluster.tokens);
  GapTopic second(query, cluster.watches.histories(), &cluster.tokens);
  for (GapTopic* topic : {&first, &second}) ASSERT_TRUE(topic->Begin(cluster.log(), cluster.revision(), nullptr).ok());
  const std::int64_t before = cluster.revision();
  writer.Write();
  watch::RecentCommit commit(cluster.Entries(before).front());
  EXPECT_TRUE(first.Tell(commit, cluster.log(), kSendBytes, /*may_block=*/false)->blocks);
  const auto told = first.Tell(commit, cluster.log(), kSendBytes, /*may_block=*/true);
  const auto again = second.Tell(commit, cluster.log(), kSendBytes, /*may_block=*/false);
  ASSERT_TRUE(told.ok() && again.ok());
  EXPECT_FALSE(again->blocks);
  EXPECT_EQ(told->bytes, again->bytes) << "they share the bytes";
  EXPECT_EQ(cluster.watches.Stats().lines, 1);
  EXPECT_EQ(cluster.watches.Stats().commits_analysed, 1);
}

TEST(GapTopicTest, ALogThatDoesNotReachBackSaysSo) {
  WatchedCluster cluster;
  RandomWriter writer(&cluster.cluster, 3);
  Seed(cluster, writer);
  ASSERT_TRUE(cluster.store.Compact({.max_commits = 5}).ok());
  const std::int64_t earliest = *cluster.store.EarliestRetained("t");
  for (const std::int64_t start : {earliest - 2, earliest - 1}) {
    Told topic(cluster, "");
    const absl::Status status = topic.Begin(start);
    EXPECT_EQ(model::ReasonOf(status), v1::REVISION_NOT_RETAINED) << start;
  }
  Told topic(cluster, "");
  EXPECT_TRUE(topic.Begin(earliest).ok());
}

// A date on which an offer is no longer valid.
TEST(GapTopicTest, TheClustersDateMovesGaps) {
  WatchedCluster cluster;
  cluster.cluster.Type("t1");
  v1::Chain chain;
  TestCluster::AddSegment(&chain, "s", "t1");
  cluster.cluster.Put("chains/k", chain);
  cluster.cluster.Supplier("e", "t1", 5);
  v1::Capability offer = cluster.cluster.Offer("e", "t1", 5);
  *offer.mutable_valid_until() = TestCluster::Date(2026, 6, 30);
  cluster.cluster.PutOffer("e", "c", offer);
  Told topic(cluster, "position: SNAPSHOT_THEN_FOLLOW");
  ASSERT_TRUE(topic.Begin(cluster.revision()).ok());
  topic.ReadSnapshot();
  EXPECT_TRUE(topic.texts.contains("clusters/t/chains/k/segments/s/gaps/single-source"));
  v1::Cluster later;
  later.add_region_codes("330500");
  *later.mutable_as_of() = TestCluster::Date(2026, 7, 1);
  cluster.cluster.Put("", later);
  v1::WatchGapsResponse message;
  ASSERT_TRUE(message.ParseFromString(*topic.Tell(cluster.Entries(cluster.revision() - 1).front())));
  EXPECT_EQ(message.commit().as_of().month(), 7);
  Fold(message.commit(), &topic.texts);
  EXPECT_EQ(topic.texts, TextsOf(*cluster.Analyse(), {}));
  EXPECT_TRUE(topic.texts.contains("clusters/t/chains/k/segments/s/gaps/missing"));
}

}  // namespace
}  // namespace bulian::gap
