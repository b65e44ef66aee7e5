// Incremental equals from scratch on random histories, and costs what a write touches.
#include <random>
#include <string>

#include "gtest/gtest.h"
#include "services/gap/analysis.h"
#include "services/gap/segment_need.h"
#include "services/gap/test_cluster.h"

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

// Writes of every resource type over a small space of names, so that histories meet.
class RandomWriter {
 public:
  RandomWriter(TestCluster* cluster, unsigned seed) : cluster_(*cluster), random_(seed) {}

  void Write() {
    switch (Pick(12)) {
      case 0:
        return WriteType();
      case 1:
      case 2:
        return WriteEnterprise();
      case 3:
      case 4:
      case 5:
        return WriteOffer();
      case 6:
      case 7:
        return WriteLink();
      case 8:
        return WriteProject();
      case 9:
      case 10:
        return WriteChain();
      default:
        return Pick(4) == 0 ? WriteCluster() : Delete();
    }
  }

 private:
  int Pick(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  std::string Name(const char* prefix, int n) { return prefix + std::to_string(Pick(n)); }
  std::string FullName(const std::string& collection, const std::string& id) {
    return "clusters/t/" + collection + "/" + id;
  }

  void WriteType() {
    const int id = Pick(6);
    // Parents have smaller numbers, so that there is no cycle.
    v1::CapabilityType type =
        cluster_.Type("t" + std::to_string(id), id > 0 && Pick(3) > 0 ? "t" + std::to_string(Pick(id)) : "");
    if (Pick(6) == 0) type.set_unit(Pick(2) == 0 ? "" : "KGM");
    if (Pick(8) == 0) type.set_basis(v1::CapabilityType::STOCK);
    cluster_.Put("capabilityTypes/t" + std::to_string(id), type);
  }

  void WriteEnterprise() {
    const char* regions[] = {"330502", "330500", "110000", ""};
    v1::Enterprise enterprise = cluster_.Company("e", regions[Pick(4)]);
    if (Pick(6) == 0) enterprise.set_kind(v1::Enterprise::GOVERNMENT);
    if (Pick(8) == 0) enterprise.set_kind(v1::Enterprise::ALLIANCE);
    const int owners = Pick(3);
    for (int i = 0; i < owners; ++i) {
      cluster_.OwnedBy(&enterprise, Pick(4) == 0 ? "ext:" + Name("x", 2) : Name("e", 8), 0.3 + 0.3 * Pick(3),
                       Pick(4) == 0);
      if (Pick(5) == 0) *enterprise.mutable_owners(i)->mutable_valid_until() = TestCluster::Date(2026, 1 + Pick(12), 1);
    }
    cluster_.Put("enterprises/" + Name("e", 8), enterprise);
  }

  v1::Capability RandomOffer() {
    v1::Capability offer = cluster_.Offer("", Name("t", 6), 1 + Pick(200));
    if (Pick(4) == 0) offer.mutable_evidence()->set_state(v1::Evidence::CLAIMED);
    if (Pick(5) == 0) *offer.mutable_evidence()->mutable_date() = TestCluster::Date(2024, 1, 1);
    if (Pick(5) == 0) offer.clear_capacity();
    if (Pick(5) == 0) offer.mutable_capacity()->clear_free_share();
    if (Pick(6) == 0) offer.set_level(static_cast<v1::Level>(Pick(4)));
    if (Pick(6) == 0) *offer.mutable_valid_until() = TestCluster::Date(2026, 1 + Pick(12), 1);
    if (Pick(3) == 0) offer.add_pool_loads()->set_pool(Name("pool", 2));
    if (Pick(3) == 0) offer.add_certificates()->set_scheme("ISO_9001");
    return offer;
  }
  void WriteOffer() { cluster_.PutOffer(Name("e", 8), Name("c", 3), RandomOffer()); }

  void WriteLink() {
    v1::SupplyLink link = cluster_.Link(Name("e", 8), Name("e", 8), Name("t", 6), Pick(5) == 0 ? -1 : Pick(100));
    if (Pick(4) == 0) link.mutable_evidence()->set_state(v1::Evidence::CLAIMED);
    if (Pick(6) == 0) link.mutable_value()->set_currency_code("USD");
    cluster_.Put("supplyLinks/" + Name("l", 10), link);
  }

  void WriteProject() {
    v1::Project project;
    project.set_state(static_cast<v1::Project::State>(1 + Pick(5)));
    project.set_owner(FullName("enterprises", Name("e", 8)));
    if (Pick(2) == 0) *project.mutable_production_date() = TestCluster::Date(2027, 1 + Pick(12), 1);
    v1::PlannedCapability* planned = project.add_planned_capabilities();
    planned->set_capability_id("new");
    *planned->mutable_capability() = RandomOffer();
    cluster_.Put("projects/" + Name("p", 4), project);
  }

  void WriteChain() {
    v1::Chain chain;
    const int segments = 1 + Pick(5);
    for (int i = 0; i < segments; ++i) {
      v1::Segment* segment =
          TestCluster::AddSegment(&chain, "s" + std::to_string(i), Name("t", 7), Pick(2) == 0 ? Pick(300) : -1);
      segment->set_priority(Pick(3));
      if (Pick(4) == 0) segment->mutable_requirement()->add_certificates("ISO_9001");
      if (Pick(5) == 0) segment->mutable_policy()->set_min_suppliers(1 + Pick(3));
      const int inputs = Pick(3);
      for (int k = 0; k < inputs; ++k) {
        const std::string from = Name("s", 5);
        v1::Input* input = TestCluster::AddInput(
            segment, Pick(4) == 0 ? FullName("chains", Name("k", 3)) + "/segments/" + from : from, Pick(4) * 0.4);
        if (Pick(8) == 0) input->clear_coefficient();
        if (Pick(4) == 0) input->set_alternatives_group("g");
      }
    }
    cluster_.Put("chains/" + Name("k", 3), chain);
  }

  void WriteCluster() {
    v1::Cluster cluster;
    cluster.add_region_codes("330500");
    if (Pick(3) == 0) cluster.add_region_codes("110000");
    *cluster.mutable_as_of() = TestCluster::Date(2026, 6, 1 + Pick(2));
    if (Pick(3) == 0) cluster.mutable_policy()->set_min_suppliers(1 + Pick(3));
    cluster_.Put("", cluster);
  }

  void Delete() {
    const std::string names[] = {
        "enterprises/" + Name("e", 8), "capabilityTypes/" + Name("t", 6),
        "chains/" + Name("k", 3),      "supplyLinks/" + Name("l", 10),
        "projects/" + Name("p", 4),    "enterprises/" + Name("e", 8) + "/capabilities/" + Name("c", 3)};
    const std::string& name = names[Pick(6)];
    if (model::SnapshotPtr now = cluster_.Snapshot(); true) {
      const auto parsed = model::ParseResourceName("clusters/t/" + name);
      if (now->Find(parsed->type, name) == model::kNoRow) return;
    }
    cluster_.Delete(name);
  }

  TestCluster& cluster_;
  std::mt19937_64 random_;
};

TEST(Incremental, EqualsFromScratchOnRandomHistories) {
  int taken_over = 0, steps = 0;
  for (unsigned seed = 1; seed <= 25; ++seed) {
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
