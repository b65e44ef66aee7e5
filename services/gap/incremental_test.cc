// Incremental equals from scratch on random histories, and costs what a write touches.
#include <string>

#include "gtest/gtest.h"
#include "services/gap/analysis.h"
#include "services/gap/random_writer.h"
#include "services/gap/segment_need.h"
#include "services/gap/test_cluster.h"
#include "tests/harness/cases.h"

namespace bulian::gap {
namespace {

class Follower {
 public:
  explicit Follower(TestCluster* cluster) : cluster_(cluster), analysis_(cluster->Analyse()) { cluster_->TakeDelta(); }
  const ClusterAnalysis& Advance() {
    const model::SnapshotPtr snapshot = cluster_->Snapshot();
    analysis_ = AdvanceAnalysis(analysis_, snapshot, cluster_->TakeDelta());
    return *analysis_;
  }

 private:
  TestCluster* cluster_;
  std::shared_ptr<const ClusterAnalysis> analysis_;
};

TEST(Incremental, EqualsFromScratchOnRandomHistories) {
  int taken_over = 0, steps = 0;
  for (unsigned seed = 1; seed <= harness::Cases(25); ++seed) {
    TestCluster cluster;
    RandomWriter writer(&cluster, seed);
    for (int i = 0; i < 60; ++i) writer.Write();
    Follower follower(&cluster);
    for (int step = 0; step < 60; ++step) {
      const int writes = 1 + step % 3;
      for (int i = 0; i < writes; ++i) writer.Write();
      const ClusterAnalysis& advanced = follower.Advance();
      const auto scratch = cluster.Analyse();
      ++steps;
      if (advanced.work().segments_recomputed < advanced.graph().size()) ++taken_over;
      ASSERT_EQ(Dump(advanced), Dump(*scratch)) << "seed " << seed << " step " << step;
      ASSERT_EQ(advanced.gaps(), scratch->gaps());
      ASSERT_EQ(advanced.demand(), scratch->demand());
      for (int i = 0; i < advanced.graph().size(); ++i) {
        ASSERT_EQ(advanced.segment(i).metrics, scratch->segment(i).metrics);
        ASSERT_EQ(advanced.segment(i).supply->capabilities, scratch->segment(i).supply->capabilities);
        ASSERT_EQ(*advanced.segment(i).projects, *scratch->segment(i).projects);
      }
    }
  }
  EXPECT_GT(taken_over, steps / 3);  // the test must not only compare recomputation with itself
}

// Ten types with a segment and ten suppliers each.
class ProportionTest : public testing::Test {
 protected:
  ProportionTest() {
    v1::Chain chain;
    for (int t = 0; t < 10; ++t) {
      const std::string type = "t" + std::to_string(t);
      cluster_.Type(type);
      TestCluster::AddSegment(&chain, "s" + std::to_string(t), type, 100);
      for (int e = 0; e < 10; ++e) cluster_.Supplier("e" + std::to_string(t) + "-" + std::to_string(e), type, 20);
    }
    cluster_.Type("unused");
    cluster_.Put("chains/x", chain);
    chain_ = chain;
  }
  TestCluster cluster_;
  v1::Chain chain_;
};

TEST_F(ProportionTest, UnrelatedWritesRecomputeNothing) {
  Follower follower(&cluster_);
  cluster_.Supplier("stranger", "unused", 1);
  cluster_.Put("supplyLinks/l", cluster_.Link("stranger", "e0-0", "unused", 5));
  const AnalysisWork& work = follower.Advance().work();
  EXPECT_EQ(work.from_scratch, 0);
  EXPECT_EQ(work.segments_recomputed, 0);
  EXPECT_EQ(work.segments_rejudged, 0);
  EXPECT_EQ(work.offers_read, 0);
  EXPECT_EQ(work.links_read, 0);
  EXPECT_EQ(work.demand_solves, 0);
}

TEST_F(ProportionTest, AnOfferTouchesItsSegment) {
  Follower follower(&cluster_);
  cluster_.PutOffer("e3-0", "c", cluster_.Offer("e3-0", "t3", 25));
  const AnalysisWork& work = follower.Advance().work();
  EXPECT_EQ(work.segments_recomputed, 1);
  EXPECT_EQ(work.offers_read, 10);
  EXPECT_EQ(work.links_read, 0);
  EXPECT_EQ(work.demand_solves, 0);
}

TEST_F(ProportionTest, ALinkReadsNoOffers) {
  Follower follower(&cluster_);
  cluster_.Put("supplyLinks/l", cluster_.Link("e4-0", "e0-0", "t4", 5));
  const AnalysisWork& work = follower.Advance().work();
  EXPECT_EQ(work.segments_recomputed, 1);
  EXPECT_EQ(work.links_read, 1);
  EXPECT_EQ(work.offers_read, 0);
}

TEST_F(ProportionTest, AnOwnerTouchesWhatItOwns) {
  v1::Enterprise owned = cluster_.Company("e5-1");
  cluster_.OwnedBy(&owned, "e6-0", 1);
  cluster_.Put("enterprises/e5-1", owned);
  Follower follower(&cluster_);
  cluster_.Put("enterprises/e6-0", cluster_.Company("e6-0", "330501"));
  EXPECT_EQ(follower.Advance().work().segments_recomputed, 2);
}

TEST_F(ProportionTest, ChainEditsReadOnlyNewRequirements) {
  Follower follower(&cluster_);
  chain_.mutable_segments(2)->mutable_final_demand()->set_value(70);
  cluster_.Put("chains/x", chain_);
  AnalysisWork work = follower.Advance().work();
  EXPECT_EQ(work.demand_solves, 1);
  EXPECT_EQ(work.segments_recomputed, 0);
  EXPECT_EQ(work.segments_rejudged, 1);
  chain_.mutable_segments(2)->mutable_requirement()->set_min_level(v1::PILOT);
  cluster_.Put("chains/x", chain_);
  work = follower.Advance().work();
  EXPECT_EQ(work.segments_recomputed, 1);
  EXPECT_EQ(work.offers_read, 10);
}

}  // namespace
}  // namespace bulian::gap
