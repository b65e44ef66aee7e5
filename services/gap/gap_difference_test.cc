// Differences against a comparison of everything with everything, on random histories and branches.
#include "services/gap/gap_difference.h"

#include <map>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "services/gap/random_writer.h"
#include "services/gap/report.h"
#include "services/gap/test_cluster.h"
#include "tests/harness/cases.h"

namespace bulian::gap {
namespace {

// Name -> text of the gaps that pass.
std::map<std::string, std::string> Texts(const ClusterAnalysis& analysis, const GapFilter& filter) {
  std::map<std::string, std::string> texts;
  for (const GapRef& gap : analysis.gaps()) {
    v1::Gap message;
    FillGap(analysis, gap, &message);
    const std::string chain = message.segment().substr(0, message.segment().find("/segments/"));
    if (!filter.chain.empty() && filter.chain != chain) continue;
    bool kind = filter.kinds.empty();
    for (const v1::GapKind one : filter.kinds) kind = kind || one == message.kind();
    if (!kind || (filter.certain_only && message.certainty() != v1::CERTAIN)) continue;
    message.clear_revision();
    message.clear_as_of();
    texts[message.name()] = message.DebugString();
  }
  return texts;
}

std::set<std::string> Expected(const ClusterAnalysis& before, const ClusterAnalysis& after, const GapFilter& filter) {
  const auto then = Texts(before, filter), now = Texts(after, filter);
  std::set<std::string> expected;
  for (const auto& [name, text] : then) {
    if (!now.contains(name))
      expected.insert("- " + name);
    else if (now.at(name) != text)
      expected.insert("~ " + name);
  }
  for (const auto& [name, text] : now)
    if (!then.contains(name)) expected.insert("+ " + name);
  return expected;
}

std::set<std::string> Found(const ClusterAnalysis& before, const ClusterAnalysis& after, const GapFilter& filter) {
  std::set<std::string> found;
  for (const GapChange& change : GapDifference(before, after, filter)) {
    const std::string name = change.after ? NameOfGap(after, *change.after) : NameOfGap(before, *change.before);
    const char* mark = !change.before ? "+ " : !change.after ? "- " : "~ ";
    EXPECT_TRUE(found.insert(mark + name).second) << name << " is told twice";
  }
  return found;
}

std::vector<GapFilter> Filters() {
  return {{},
          {.chain = "clusters/t/chains/k1", .kinds = {}, .certain_only = false},
          {.chain = "", .kinds = {v1::MISSING, v1::SINGLE_SOURCE}, .certain_only = false},
          {.chain = "", .kinds = {}, .certain_only = true},
          {.chain = "clusters/t/chains/k0", .kinds = {v1::UNVERIFIED, v1::UNDER_CAPACITY}, .certain_only = true}};
}

std::set<std::string> ExpectedSegments(const ClusterAnalysis& before, const ClusterAnalysis& after) {
  std::map<std::string, std::string> texts[2];
  const ClusterAnalysis* analyses[] = {&before, &after};
  std::set<std::string> names, expected;
  for (int side = 0; side < 2; ++side) {
    for (int i = 0; i < analyses[side]->graph().size(); ++i) {
      v1::SegmentAssessment message;
      FillAssessment(*analyses[side], i, &message);
      message.clear_display_name();
      message.clear_priority();
      message.clear_capability_type();
      texts[side][message.segment()] = message.DebugString();
      names.insert(message.segment());
    }
  }
  for (const std::string& name : names)
    if (texts[0].count(name) != texts[1].count(name) || texts[0][name] != texts[1][name]) expected.insert(name);
  return expected;
}

void ExpectRight(const ClusterAnalysis& before, const ClusterAnalysis& after, const std::string& where) {
  for (const GapFilter& filter : Filters())
    ASSERT_EQ(Found(before, after, filter), Expected(before, after, filter)) << where;
  std::vector<std::string> segments;
  for (const SegmentChange& change : SegmentDifference(before, after, ""))
    segments.push_back(change.after >= 0 ? after.graph().nodes()[change.after].name
                                         : before.graph().nodes()[change.before].name);
  const auto expected = ExpectedSegments(before, after);
  ASSERT_EQ(segments, std::vector<std::string>(expected.begin(), expected.end())) << where;
}

TEST(GapDifferenceTest, EqualsTheComparisonOfEverythingOnRandomHistories) {
  std::size_t changes = 0;
  for (unsigned seed = 1; seed <= harness::Cases(25); ++seed) {
    TestCluster cluster;
    RandomWriter writer(&cluster, seed);
    for (int i = 0; i < 60; ++i) writer.Write();
    AnalysisPtr old = cluster.Analyse();
    cluster.TakeDelta();
    for (int step = 0; step < 40; ++step) {
      for (int i = 0; i < 1 + step % 3; ++i) writer.Write();
      const AnalysisPtr now = AdvanceAnalysis(old, cluster.Snapshot(), cluster.TakeDelta());
      const std::string where = "seed " + std::to_string(seed) + " step " + std::to_string(step);
      ExpectRight(*old, *now, where);
      // The way an analysis came about does not matter.
      ASSERT_EQ(Found(*old, *cluster.Analyse(), {}), Found(*old, *now, {})) << where;
      if (HasFatalFailure()) return;
      changes += GapDifference(*old, *now, {}).size();
      old = now;
    }
  }
  EXPECT_GT(changes, harness::Cases(500));
}

TEST(GapDifferenceTest, BranchesEqualAnalysesFromScratchAtAnyDate) {
  int advanced = 0;
  for (unsigned seed = 1; seed <= harness::Cases(30); ++seed) {
    TestCluster cluster;
    RandomWriter writer(&cluster, seed);
    for (int i = 0; i < 80; ++i) writer.Write();
    const model::SnapshotPtr base = cluster.Snapshot();
    const model::Day as_of = base->cluster().as_of + (seed % 3 == 0 ? 40 : 0);
    const AnalysisPtr before = AnalyzeFromScratch(base, as_of);
    model::SnapshotBuilder branch(base);
    cluster.on_commit = [&](const std::string& name, const std::string* value) {
      const model::RecordChange change{name, value == nullptr ? std::nullopt : std::optional<std::string_view>(*value)};
      branch.Apply(base->position(), {&change, 1});
    };
    AnalysisPtr now = before;
    for (int step = 0; step < 10; ++step) {
      for (int i = 0; i < 3; ++i) writer.Write();
      now = AdvanceToBranch(now, branch.Build(), as_of, branch.TakeDelta());
      advanced += now->work().from_scratch == 0 ? 1 : 0;
      ASSERT_EQ(Dump(*now), Dump(*AnalyzeFromScratch(cluster.Snapshot(), as_of))) << "seed " << seed;
      ExpectRight(*before, *now, "seed " + std::to_string(seed));
      if (HasFatalFailure()) return;
    }
  }
  EXPECT_GT(advanced, harness::Cases(100));
}

TEST(GapDifferenceTest, AppearedAndChangedWorstFirstThenGone) {
  TestCluster cluster;
  v1::Chain chain;
  for (const char* id : {"a", "b", "d"}) {
    cluster.Type(id);
    TestCluster::AddSegment(&chain, id, id);
  }
  cluster.Put("chains/x", chain);
  cluster.Supplier("e1", "a", 5);
  const AnalysisPtr before = cluster.Analyse();
  cluster.Supplier("e2", "a", 5);
  cluster.Supplier("e1", "b", 5);  // the one offer of e1 is of another type now
  chain.mutable_segments(2)->set_priority(1);
  cluster.Put("chains/x", chain);
  const AnalysisPtr after = cluster.Analyse();
  std::vector<std::string> told;
  for (const GapChange& change : GapDifference(*before, *after, {}))
    told.push_back((change.before ? change.after ? "~" : "-" : "+") +
                   (change.after ? NameOfGap(*after, *change.after) : NameOfGap(*before, *change.before)).substr(27));
  EXPECT_EQ(told, (std::vector<std::string>{"~s/d/gaps/missing", "~s/a/gaps/single-source", "+s/b/gaps/single-source",
                                            "~s/a/gaps/fragile", "+s/b/gaps/fragile", "-s/b/gaps/missing"}));
  EXPECT_TRUE(GapDifference(*after, *after, {}).empty());
  EXPECT_TRUE(SegmentDifference(*after, *after, "").empty());
}

}  // namespace
}  // namespace bulian::gap
