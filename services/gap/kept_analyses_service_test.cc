// The analyses kept for callers: at any revision asked for, in any order, and for callers who give up.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "services/gap/gap_service.h"
#include "services/gap/random_writer.h"
#include "services/gap/test_cluster.h"
#include "services/model/error.h"
#include "services/view/memory_store.h"
#include "services/view/view.h"

namespace bulian::gap {
namespace {

// A test cluster whose commits also go through a store and its views.
class Registry {
 public:
  explicit Registry(view::ViewOptions options) : views(&store, std::move(options)) {
    store.SetObserver(&views);
    cluster.on_commit = [this](const std::string& name, const std::string* value) {
      store::CommitRequest request;
      request.log = "t";
      request.create_log = history.empty();
      request.writes.push_back({name, value == nullptr ? std::nullopt : std::optional(*value)});
      ASSERT_TRUE(store.Commit(std::move(request)).ok());
      history.push_back(*views.Current("t"));
    };
    v1::Cluster message;
    message.add_region_codes("330500");
    *message.mutable_as_of() = TestCluster::Date(2026, 6, 1);
    cluster.Put("", message);
  }

  // What the view answers at a revision against an analysis of its own.
  static void ExpectRight(const GapAnalyses& analyses, const model::SnapshotPtr& snapshot) {
    const model::Day as_of = snapshot->cluster().as_of;
    const auto kept = analyses.Get(snapshot, as_of, {});
    ASSERT_TRUE(kept.ok()) << kept.status();
    ASSERT_EQ((*kept)->snapshot()->position().revision, snapshot->position().revision);
    ASSERT_EQ(Dump(**kept), Dump(*AnalyzeFromScratch(snapshot, as_of)));
  }

  view::MemoryStore store;
  view::Views views;
  TestCluster cluster;
  std::vector<model::SnapshotPtr> history;  // by revision, from 1
};

TEST(GapAnalysesTest, EqualsFromScratchWhicheverRevisionIsAskedForNext) {
  std::int64_t backward = 0, advanced = 0;
  for (unsigned seed = 1; seed <= 15; ++seed) {
    Registry registry({});
    RandomWriter writer(&registry.cluster, seed);
    for (int i = 0; i < 40; ++i) writer.Write();
    const GapAnalyses analyses(&registry.views);
    std::int64_t last = 0;
    for (int step = 0; step < 60; ++step) {
      for (int i = writer.Pick(4); i > 1; --i) writer.Write();
      // Mostly the last few, sometimes any.
      const auto size = static_cast<int>(registry.history.size());
      const int back = writer.Pick(writer.Pick(4) == 0 ? size : 8);
      const model::SnapshotPtr& asked = registry.history[static_cast<std::size_t>(size - 1 - back)];
      if (asked->position().revision < last) ++backward;
      last = asked->position().revision;
      Registry::ExpectRight(analyses, asked);
      if (HasFatalFailure()) FAIL() << "seed " << seed << " step " << step << " revision " << last;
    }
    advanced += analyses.Stats().advanced;
  }
  EXPECT_GT(backward, 200);
  EXPECT_GT(advanced, 400);  // the test must not only compare recomputation with itself
}

TEST(GapAnalysesTest, UndoneRevisionsBetweenKeptOnes) {
  view::ViewOptions options;
  options.kept_versions = 2;
  for (unsigned seed = 1; seed <= 5; ++seed) {
    Registry registry(options);
    RandomWriter writer(&registry.cluster, seed);
    const GapAnalyses analyses(&registry.views);
    for (int step = 0; step < 40; ++step) {
      writer.Write();
      registry.history.assign(1, registry.history.back());  // older snapshots are not held
      v1::ReadAt at;
      const std::int64_t newest = registry.history.back()->position().revision;
      at.mutable_at_revision()->set_number(newest - writer.Pick(static_cast<int>(std::min<std::int64_t>(newest, 12))));
      const auto snapshot = registry.views.Resolve("t", at, {});
      ASSERT_TRUE(snapshot.ok()) << snapshot.status();
      Registry::ExpectRight(analyses, *snapshot);
      Registry::ExpectRight(analyses, registry.history.back());
      if (HasFatalFailure()) FAIL() << "seed " << seed << " step " << step;
    }
    EXPECT_GT(registry.views.Stats().undos, 0);
  }
}

// A chain whose analysis takes a while.
void Grow(Registry* registry) {
  v1::Chain chain;
  for (int t = 0; t < 40; ++t) {
    const std::string type = "t" + std::to_string(t);
    registry->cluster.Type(type);
    TestCluster::AddSegment(&chain, "s" + std::to_string(t), type, 100);
    for (int e = 0; e < 20; ++e) registry->cluster.Supplier("e" + std::to_string(t * 20 + e), type, 20);
  }
  registry->cluster.Put("chains/x", chain);
}

TEST(GapAnalysesTest, GoesOnForTheNextCallerAndOnceOnly) {
  Registry registry({});
  Grow(&registry);
  const GapAnalyses analyses(&registry.views);
  const model::SnapshotPtr snapshot = registry.history.back();
  const view::Patience none{.deadline = absl::InfinitePast()};
  const view::Patience gone{.cancelled = [] { return true; }};
  const model::Day as_of = snapshot->cluster().as_of;
  EXPECT_EQ(model::ReasonOf(analyses.Get(snapshot, as_of, none).status()), v1::DEADLINE_PASSED);
  // On a busy machine it may be there already.
  const auto asked_again = analyses.Get(snapshot, as_of, gone);
  EXPECT_TRUE(asked_again.ok() || model::ReasonOf(asked_again.status()) == v1::CALL_CANCELLED) << asked_again.status();
  Registry::ExpectRight(analyses, snapshot);
  EXPECT_EQ(analyses.Stats().work.from_scratch, 1);
  EXPECT_TRUE(analyses.Ready("t"));
}

TEST(GapAnalysesTest, AnotherDateStopsWithItsCaller) {
  Registry registry({});
  Grow(&registry);
  const GapAnalyses analyses(&registry.views);
  const model::SnapshotPtr snapshot = registry.history.back();
  int looks = 0;
  const view::Patience short_one{.cancelled = [&] { return ++looks > 5; }};
  const model::Day other = snapshot->cluster().as_of + 30;
  EXPECT_EQ(model::ReasonOf(analyses.Get(snapshot, other, short_one).status()), v1::CALL_CANCELLED);
  EXPECT_LT(looks, 10) << "it went on although its caller had gone";
  EXPECT_EQ(analyses.Stats().other_dates, 0);
  EXPECT_TRUE(analyses.Get(snapshot, other, {}).ok());
  EXPECT_EQ(analyses.Stats().other_dates, 1);
}

TEST(GapAnalysesTest, TheEndOfTheAnalysesStopsWhatGoesOn) {
  Registry registry({});
  Grow(&registry);
  for (int round = 0; round < 20; ++round) {
    auto analyses = std::make_unique<GapAnalyses>(&registry.views);
    const model::SnapshotPtr snapshot = registry.history.back();
    const view::Patience none{.deadline = absl::InfinitePast()};
    EXPECT_FALSE(analyses->Get(snapshot, snapshot->cluster().as_of, none).ok());
    analyses.reset();  // while the analysis runs, or before it began
  }
}

}  // namespace
}  // namespace bulian::gap
