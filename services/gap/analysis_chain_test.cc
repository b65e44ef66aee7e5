// What a segment's chain, links, demand and projects say, and how the answer is ordered and cut.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/gap/analysis.h"
#include "services/gap/analysis_fixture.h"
#include "services/gap/report.h"
#include "services/gap/segment_need.h"
#include "services/gap/test_cluster.h"

namespace bulian::gap {
namespace {

using testing::ElementsAre;
using AnalysisChainTest = AnalysisTest;

TEST_F(AnalysisChainTest, ExternalShareOfLinks) {
  cluster_.Supplier("a", "p", 60);
  cluster_.Supplier("b", "p", 60);
  cluster_.Put("enterprises/far", cluster_.Company("far", "110000"));
  EXPECT_EQ(VerdictsOf(*Analyse(), kSegment, v1::EXTERNAL), "???");
  EXPECT_TRUE(cluster_.Analyse()->gaps().empty());  // no links: unknown, not a gap
  cluster_.Put("supplyLinks/in", cluster_.Link("a", "b", "p", 40));
  cluster_.Put("supplyLinks/out", cluster_.Link("far", "b", "p", 60));
  cluster_.Put("supplyLinks/elsewhere", cluster_.Link("a", "far", "p", 900));
  auto analysis = cluster_.Analyse();
  v1::Gap gap = GapOf(*analysis, kSegment, v1::EXTERNAL);
  EXPECT_EQ(gap.certainty(), v1::CERTAIN);
  EXPECT_DOUBLE_EQ(gap.metrics().external_share().verified().lower(), 0.6);
  ASSERT_EQ(gap.links_size(), 2);
  EXPECT_EQ(gap.links(0).supply_link(), "clusters/t/supplyLinks/in");
  EXPECT_EQ(gap.links(0).outside(), v1::VIOLATED);
  EXPECT_EQ(gap.links(1).outside(), v1::SATISFIED);
  EXPECT_EQ(gap.links(1).value().units(), 60);

  v1::SupplyLink dollars = cluster_.Link("a", "b", "p", 7);
  dollars.mutable_value()->set_currency_code("USD");
  cluster_.Put("supplyLinks/usd", dollars);
  gap = GapOf(*cluster_.Analyse(), kSegment, v1::EXTERNAL);
  EXPECT_EQ(gap.certainty(), v1::POSSIBLE);
  EXPECT_EQ(gap.metrics().external_share().verified().lower(), 0);
  EXPECT_DOUBLE_EQ(gap.metrics().external_share().verified().upper(), 0.6);
}

TEST_F(AnalysisChainTest, ExternalLinksOfUnknownPlaceOrClaimed) {
  cluster_.Supplier("a", "p", 60);
  cluster_.Supplier("b", "p", 60);
  cluster_.Put("enterprises/lost", cluster_.Company("lost", ""));
  cluster_.Put("enterprises/far", cluster_.Company("far", "110000"));
  cluster_.Put("supplyLinks/in", cluster_.Link("a", "b", "p", 100));
  cluster_.Put("supplyLinks/lost", cluster_.Link("lost", "b", "p", 300));
  v1::SupplyLink claimed = cluster_.Link("far", "b", "p", 50);
  claimed.mutable_evidence()->set_state(v1::Evidence::CLAIMED);
  cluster_.Put("supplyLinks/claimed", claimed);
  const auto analysis = Analyse();
  const v1::ThreeValues share = AssessmentOf(*analysis, kSegment).metrics().external_share();
  EXPECT_EQ(share.verified().upper(), 0);
  EXPECT_NEAR(share.claimed().lower(), 50.0 / 150, 1e-12);
  EXPECT_NEAR(share.possible().lower(), 50.0 / 450, 1e-12);
  EXPECT_NEAR(share.possible().upper(), 350.0 / 450, 1e-12);
  EXPECT_EQ(VerdictsOf(*analysis, kSegment, v1::EXTERNAL), "AA?");
}

TEST_F(AnalysisChainTest, DemandOverChainsAlternativesAndEnabling) {
  cluster_.Type("q");
  v1::Segment* s2 = TestCluster::AddSegment(&chain_, "first", "q");
  v1::Segment* s3 = TestCluster::AddSegment(&chain_, "second", "q");
  TestCluster::AddSegment(&chain_, "lab", "q");
  s2->set_priority(0);
  s3->set_priority(0);
  TestCluster::AddInput(chain_.mutable_segments(0), "first", 2)->set_alternatives_group("g");
  TestCluster::AddInput(chain_.mutable_segments(0), "second", 3)->set_alternatives_group("g");
  TestCluster::AddInput(chain_.mutable_segments(0), "lab", 0);
  v1::Chain other;
  TestCluster::AddSegment(&other, "raw", "q", 5);
  cluster_.Put("chains/y", other);
  v1::Input* draws = chain_.mutable_segments(1)->add_inputs();
  draws->set_segment("clusters/t/chains/y/segments/raw");
  draws->set_coefficient(0.5);
  auto analysis = Analyse();
  const auto demand = [&](const std::string& segment) { return AssessmentOf(*analysis, segment).metrics().demand(); };
  EXPECT_DOUBLE_EQ(demand("chains/x/segments/first").per_year(), 200);
  EXPECT_EQ(demand("chains/x/segments/second").state(), v1::Demand::KNOWN);
  EXPECT_EQ(demand("chains/x/segments/second").per_year(), 0);
  EXPECT_EQ(demand("chains/x/segments/lab").state(), v1::Demand::ENABLING);
  EXPECT_DOUBLE_EQ(demand("chains/y/segments/raw").per_year(), 105);
  EXPECT_EQ(VerdictsOf(*analysis, "chains/x/segments/lab", v1::UNDER_CAPACITY), "AAA");
  EXPECT_EQ(VerdictsOf(*analysis, "chains/x/segments/lab", v1::MISSING), "HHH");

  chain_.mutable_segments(0)->mutable_inputs(0)->set_split(0.25);
  chain_.mutable_segments(0)->mutable_inputs(1)->set_split(0.75);
  analysis = Analyse();
  EXPECT_DOUBLE_EQ(demand("chains/x/segments/first").per_year(), 50);
  EXPECT_DOUBLE_EQ(demand("chains/x/segments/second").per_year(), 225);

  chain_.mutable_segments(0)->mutable_inputs(0)->clear_coefficient();
  analysis = Analyse();
  EXPECT_EQ(demand("chains/x/segments/first").state(), v1::Demand::UNKNOWN_COEFFICIENT);
  EXPECT_EQ(demand("chains/y/segments/raw").cause(), "clusters/t/chains/x/segments/first");
  EXPECT_EQ(VerdictsOf(*analysis, "chains/y/segments/raw", v1::UNDER_CAPACITY), "???");
  EXPECT_EQ(GapOf(*analysis, "chains/y/segments/raw", v1::UNDER_CAPACITY).name(), "");
}

TEST_F(AnalysisChainTest, DivergentPartIsNamed) {
  TestCluster::AddSegment(&chain_, "a", "p");
  TestCluster::AddSegment(&chain_, "b", "p");
  TestCluster::AddInput(chain_.mutable_segments(1), "b", 2);
  TestCluster::AddInput(chain_.mutable_segments(2), "a", 0.6);
  const auto analysis = Analyse();
  google::protobuf::RepeatedPtrField<v1::DivergentPart> parts;
  FillDivergentParts(*analysis, "clusters/t/chains/x", &parts);
  ASSERT_EQ(parts.size(), 1);
  EXPECT_DOUBLE_EQ(parts[0].cycle_gain(), 1.2);
  EXPECT_THAT(parts[0].cycle(), ElementsAre("clusters/t/chains/x/segments/a", "clusters/t/chains/x/segments/b"));
  EXPECT_EQ(AssessmentOf(*analysis, kSegment).metrics().demand().per_year(), 100);
  parts.Clear();
  FillDivergentParts(*analysis, "clusters/t/chains/other", &parts);
  EXPECT_TRUE(parts.empty());
}

TEST_F(AnalysisChainTest, TypeWithoutUnitComparesNoCapacities) {
  v1::CapabilityType bare = cluster_.Type("p");
  bare.clear_unit();
  cluster_.Put("capabilityTypes/p", bare);
  cluster_.Supplier("a", "p", 90);
  cluster_.Supplier("b", "p", 10);
  const auto analysis = Analyse();
  EXPECT_EQ(AssessmentOf(*analysis, kSegment).metrics().demand().state(), v1::Demand::NO_UNIT);
  EXPECT_EQ(VerdictsOf(*analysis, kSegment, v1::CONCENTRATED), "???");
  EXPECT_TRUE(analysis->gaps().empty());
}

TEST_F(AnalysisChainTest, ContendedByCapabilityOrPool) {
  cluster_.Type("q");
  cluster_.Supplier("a", "p", 200);
  EXPECT_FALSE(AssessmentOf(*Analyse(), kSegment).metrics().contended());
  TestCluster::AddSegment(&chain_, "same", "p", 1);
  EXPECT_TRUE(AssessmentOf(*Analyse(), kSegment).metrics().contended());
  chain_.mutable_segments(1)->mutable_requirement()->set_capability_type("clusters/t/capabilityTypes/q");
  v1::Capability first = cluster_.Offer("a", "p", 200), second = cluster_.Offer("a", "q", 200);
  first.add_pool_loads()->set_pool("furnace");
  second.add_pool_loads()->set_pool("oven");
  cluster_.PutOffer("a", "c", first);
  cluster_.PutOffer("a", "d", second);
  EXPECT_FALSE(AssessmentOf(*Analyse(), kSegment).metrics().contended());
  second.mutable_pool_loads(0)->set_pool("furnace");
  cluster_.PutOffer("a", "d", second);
  EXPECT_TRUE(AssessmentOf(*Analyse(), kSegment).metrics().contended());
}

TEST_F(AnalysisChainTest, ProjectsThatClose) {
  cluster_.Supplier("a", "p", 200);
  cluster_.Put("enterprises/b", cluster_.Company("b"));
  v1::Project project;
  project.set_state(v1::Project::SIGNED);
  project.set_owner("clusters/t/enterprises/b");
  v1::PlannedCapability* planned = project.add_planned_capabilities();
  planned->set_capability_id("line");
  *planned->mutable_capability() = cluster_.Offer("b", "p", 150);
  *project.mutable_production_date() = TestCluster::Date(2027, 1, 1);
  cluster_.Put("projects/late", project);
  project.set_state(v1::Project::CANCELLED);
  cluster_.Put("projects/gone", project);
  project.set_state(v1::Project::TRIAL);
  project.set_owner("clusters/t/enterprises/a");
  *project.mutable_production_date() = TestCluster::Date(2026, 9, 1);
  cluster_.Put("projects/own", project);
  project.clear_production_date();
  planned = project.mutable_planned_capabilities(0);
  planned->mutable_capability()->set_level(v1::PILOT);
  cluster_.Put("projects/pilot", project);
  const auto analysis = Analyse();
  EXPECT_EQ(AssessmentOf(*analysis, kSegment).metrics().independent_suppliers().possible().upper(), 1);
  const v1::Gap gap = GapOf(*analysis, kSegment, v1::SINGLE_SOURCE);
  ASSERT_EQ(gap.projects_size(), 2);
  EXPECT_EQ(gap.projects(0).project(), "clusters/t/projects/own");
  EXPECT_FALSE(gap.projects(0).closes());  // the same supplier
  EXPECT_EQ(gap.projects(1).project(), "clusters/t/projects/late");
  EXPECT_TRUE(gap.projects(1).closes());
  EXPECT_EQ(gap.projects(1).planned_capability(), "line");
  EXPECT_EQ(gap.projects(1).capacity().upper(), 150);
}

TEST_F(AnalysisChainTest, WorstFirst) {
  cluster_.Type("q");
  v1::Chain chain;
  TestCluster::AddSegment(&chain, "unranked", "q", 10);
  TestCluster::AddSegment(&chain, "second", "q", 10)->set_priority(2);
  TestCluster::AddSegment(&chain, "first-b", "q", 10)->set_priority(1);
  TestCluster::AddSegment(&chain, "first-a", "q", 10)->set_priority(1);
  cluster_.Put("chains/z", chain);
  const auto analysis = cluster_.Analyse();
  std::vector<std::string> names;
  for (const GapRef& gap : analysis->gaps()) {
    if (gap.kind == v1::MISSING) names.push_back(analysis->graph().nodes()[gap.segment].segment().segment_id());
  }
  EXPECT_THAT(names, ElementsAre("first-a", "first-b", "second", "unranked"));
  EXPECT_EQ(analysis->gaps()[0].kind, v1::MISSING);
  EXPECT_EQ(analysis->gaps()[2].kind, v1::UNDER_CAPACITY);
}

TEST_F(AnalysisChainTest, ListsAreCutByNameAndSaySo) {
  for (int i = 0; i < 205; ++i) {
    const std::string id = "e" + std::to_string(1000 + i);
    cluster_.Supplier(id, "p", i == 7 ? 1e6 : 1);
  }
  const v1::Gap gap = GapOf(*Analyse(), kSegment, v1::CONCENTRATED);
  EXPECT_EQ(gap.suppliers_size(), 200);
  EXPECT_FALSE(gap.suppliers_complete());
  EXPECT_EQ(gap.suppliers(0).enterprise(), "clusters/t/enterprises/e1000");
  EXPECT_EQ(gap.suppliers(199).enterprise(), "clusters/t/enterprises/e1199");
  EXPECT_EQ(gap.metrics().independent_suppliers().verified().lower(), 205);
}

TEST_F(AnalysisChainTest, NeedOfASegment) {
  cluster_.Type("q");
  TestCluster::AddSegment(&chain_, "u", "q");
  TestCluster::AddInput(chain_.mutable_segments(0), "u", 2);
  cluster_.Supplier("a", "p", 30);
  const auto analysis = Analyse();
  const auto need = FindSegmentNeed(*analysis, "clusters/t/chains/x/segments/s");
  ASSERT_TRUE(need);
  EXPECT_EQ(need->demand, 100);
  EXPECT_EQ(need->unmet, (Bounds{70, 70}));
  ASSERT_EQ(need->suppliers.size(), 1U);
  EXPECT_EQ(need->suppliers[0].set, kVerifiedSet);
  ASSERT_EQ(need->fed_by.size(), 1U);
  EXPECT_EQ(need->fed_by[0].name, "clusters/t/chains/x/segments/u");
  EXPECT_EQ(FindSegmentNeed(*analysis, "clusters/t/chains/x/segments/u")->feeds.size(), 1U);
  EXPECT_FALSE(FindSegmentNeed(*analysis, "clusters/t/chains/x/segments/none"));
  const auto ref = FindSegment(*analysis->snapshot(), "clusters/t/chains/x/segments/u");
  ASSERT_TRUE(ref);
  EXPECT_EQ(ref->segment->segment_id(), "u");
  EXPECT_FALSE(FindSegment(*analysis->snapshot(), "clusters/t/chains/x/segments/none"));
}

}  // namespace
}  // namespace bulian::gap
