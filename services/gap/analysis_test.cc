// Who counts as a supplier and what follows from their number and capacity, CERTAIN and POSSIBLE, on clusters made by
// hand.
#include "services/gap/analysis.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/gap/analysis_fixture.h"
#include "services/gap/test_cluster.h"

namespace bulian::gap {
namespace {

using testing::ElementsAre;

TEST_F(AnalysisTest, NobodyIsMissing) {
  const auto analysis = Analyse();
  const v1::Gap gap = GapOf(*analysis, kSegment, v1::MISSING);
  EXPECT_EQ(gap.certainty(), v1::CERTAIN);
  EXPECT_EQ(gap.name(), "clusters/t/chains/x/segments/s/gaps/missing");
  EXPECT_EQ(gap.unmet_share().lower(), 1);
  EXPECT_EQ(gap.revision().number(), 3);
  EXPECT_EQ(gap.as_of().month(), 6);
  EXPECT_FALSE(gap.metrics().hhi().has_claimed());
  EXPECT_EQ(VerdictsOf(*analysis, kSegment, v1::UNDER_CAPACITY), "HHH");
  EXPECT_EQ(VerdictsOf(*analysis, kSegment, v1::UNVERIFIED), "AAA");
}

TEST_F(AnalysisTest, TwoEqualSuppliersOfEnoughLeaveNoGap) {
  cluster_.Supplier("a", "p", 60);
  cluster_.Supplier("b", "p", 60);
  EXPECT_TRUE(Analyse()->gaps().empty());
}

TEST_F(AnalysisTest, OneSupplierIsASingleSource) {
  cluster_.Supplier("a", "p", 200);
  const v1::Gap gap = GapOf(*Analyse(), kSegment, v1::SINGLE_SOURCE);
  EXPECT_EQ(gap.certainty(), v1::CERTAIN);
  ASSERT_EQ(gap.suppliers_size(), 1);
  EXPECT_EQ(gap.suppliers(0).enterprise(), "clusters/t/enterprises/a");
  EXPECT_EQ(gap.suppliers(0).set(), v1::VERIFIED_SET);
  EXPECT_EQ(gap.suppliers(0).owner_group(), "clusters/t/enterprises/a");
  EXPECT_TRUE(gap.suppliers(0).owner_unknown());
  EXPECT_EQ(gap.metrics().owner_unknown(), 1);
  EXPECT_FALSE(gap.has_unmet_share());
}

TEST_F(AnalysisTest, SegmentPolicyGoesBeforeTheClusters) {
  cluster_.Supplier("a", "p", 200);
  segment_->mutable_policy()->set_min_suppliers(1);
  segment_->mutable_policy()->set_max_hhi(1);
  segment_->mutable_policy()->set_max_single_loss(1);
  EXPECT_TRUE(Analyse()->gaps().empty());
}

TEST_F(AnalysisTest, A66To34PairIsConcentratedAnd65To35IsNot) {
  cluster_.Supplier("a", "p", 66);
  cluster_.Supplier("b", "p", 34);
  auto analysis = Analyse();
  EXPECT_EQ(GapOf(*analysis, kSegment, v1::CONCENTRATED).certainty(), v1::CERTAIN);
  EXPECT_NEAR(AssessmentOf(*analysis, kSegment).metrics().hhi().claimed().lower(), 0.5512, 1e-12);
  cluster_.Supplier("a", "p", 65);
  cluster_.Supplier("b", "p", 35);
  EXPECT_EQ(VerdictsOf(*Analyse(), kSegment, v1::CONCENTRATED), "AAA");
}

TEST_F(AnalysisTest, UnstatedSharesCountOnlyAtTheUpperEnd) {
  v1::Capability offer = cluster_.Offer("a", "p", 100);
  offer.mutable_capacity()->clear_in_cluster_share();
  offer.mutable_capacity()->set_outside_share(0.3);
  offer.mutable_capacity()->set_free_share(0.5);
  cluster_.Put("enterprises/a", cluster_.Company("a"));
  cluster_.PutOffer("a", "c", offer);
  cluster_.Supplier("b", "p", 40);
  const auto analysis = Analyse();
  const v1::SegmentMetrics metrics = AssessmentOf(*analysis, kSegment).metrics();
  EXPECT_NEAR(metrics.capacity().verified().lower(), 90, 1e-5);
  EXPECT_NEAR(metrics.capacity().verified().upper(), 110, 1e-5);
  const v1::Gap gap = GapOf(*analysis, kSegment, v1::UNDER_CAPACITY);
  EXPECT_EQ(gap.certainty(), v1::POSSIBLE);
  EXPECT_EQ(gap.on_verified(), v1::UNDECIDED);
  EXPECT_NEAR(gap.unmet_share().lower(), 0, 1e-6);
  EXPECT_NEAR(gap.unmet_share().upper(), 0.1, 1e-6);
}

TEST_F(AnalysisTest, UnknownCapacityIsNeverZero) {
  v1::Capability offer = cluster_.Offer("a", "p", 0);
  offer.clear_capacity();
  cluster_.Put("enterprises/a", cluster_.Company("a"));
  cluster_.PutOffer("a", "c", offer);
  const auto analysis = Analyse();
  EXPECT_EQ(VerdictsOf(*analysis, kSegment, v1::UNDER_CAPACITY), "???");
  EXPECT_TRUE(AssessmentOf(*analysis, kSegment).metrics().capacity().verified().unbounded());
}

TEST_F(AnalysisTest, UnderCapacityInOtherUnitsAndPeriods) {
  v1::Capability offer = cluster_.Offer("a", "p", 2);
  offer.mutable_capacity()->mutable_total()->set_period(v1::MONTH);
  cluster_.Put("enterprises/a", cluster_.Company("a"));
  cluster_.PutOffer("a", "c", offer);
  const v1::Gap gap = GapOf(*Analyse(), kSegment, v1::UNDER_CAPACITY);
  EXPECT_EQ(gap.certainty(), v1::CERTAIN);
  EXPECT_DOUBLE_EQ(gap.metrics().capacity().claimed().upper(), 24);
  EXPECT_NEAR(gap.unmet_share().lower(), 0.76, 1e-12);
}

TEST_F(AnalysisTest, ClaimedSupplierMakesTheAnswerHang) {
  Claim("a", 200);
  const auto analysis = Analyse();
  EXPECT_EQ(VerdictsOf(*analysis, kSegment, v1::MISSING), "HAA");
  EXPECT_EQ(GapOf(*analysis, kSegment, v1::MISSING).certainty(), v1::POSSIBLE);
  const v1::Gap gap = GapOf(*analysis, kSegment, v1::UNVERIFIED);
  EXPECT_EQ(gap.certainty(), v1::CERTAIN);
  EXPECT_THAT(gap.hanging_kinds(), ElementsAre(v1::MISSING, v1::SINGLE_SOURCE, v1::UNDER_CAPACITY));
}

TEST_F(AnalysisTest, UnverifiedIsPossibleWhenOnlyABoundMoves) {
  cluster_.Supplier("a", "p", 60);
  cluster_.Supplier("b", "p", 60);
  v1::Capability offer = cluster_.Offer("d", "p", 0);
  offer.clear_capacity();
  offer.mutable_evidence()->set_state(v1::Evidence::CLAIMED);
  cluster_.Put("enterprises/d", cluster_.Company("d"));
  cluster_.PutOffer("d", "c", offer);
  const auto analysis = Analyse();
  EXPECT_EQ(VerdictsOf(*analysis, kSegment, v1::CONCENTRATED), "A??");
  const v1::Gap gap = GapOf(*analysis, kSegment, v1::UNVERIFIED);
  EXPECT_EQ(gap.certainty(), v1::POSSIBLE);
  EXPECT_THAT(gap.hanging_kinds(), ElementsAre(v1::CONCENTRATED));
}

TEST_F(AnalysisTest, StaleEvidenceIsClaimed) {
  v1::Capability offer = cluster_.Offer("a", "p", 200);
  *offer.mutable_evidence() = TestCluster::Verified(TestCluster::Date(2025, 5, 31));  // 366 days before
  cluster_.Put("enterprises/a", cluster_.Company("a"));
  cluster_.PutOffer("a", "c", offer);
  auto analysis = Analyse();
  EXPECT_EQ(VerdictsOf(*analysis, kSegment, v1::MISSING), "HAA");
  EXPECT_TRUE(GapOf(*analysis, kSegment, v1::UNVERIFIED).suppliers(0).stale());
  *offer.mutable_evidence() = TestCluster::Verified(TestCluster::Date(2025, 6, 1));
  cluster_.PutOffer("a", "c", offer);
  EXPECT_EQ(VerdictsOf(*cluster_.Analyse(), kSegment, v1::MISSING), "AAA");
}

TEST_F(AnalysisTest, UnknownFitCountsInThePossibleSetOnly) {
  v1::AttributeRequirement* width = segment_->mutable_requirement()->add_attributes();
  width->set_key("width");
  width->mutable_interval()->set_max(0.5);
  width->mutable_interval()->set_unit("4H");
  segment_->mutable_requirement()->add_certificates("ISO_9001");
  v1::Capability offer = cluster_.Offer("a", "p", 200);
  offer.clear_level();
  cluster_.Put("enterprises/a", cluster_.Company("a", ""));
  cluster_.PutOffer("a", "c", offer);
  const auto analysis = Analyse();
  EXPECT_EQ(VerdictsOf(*analysis, kSegment, v1::MISSING), "HHA");
  EXPECT_EQ(VerdictsOf(*analysis, kSegment, v1::SINGLE_SOURCE), "AAH");
  const v1::Gap gap = GapOf(*analysis, kSegment, v1::MISSING);
  EXPECT_EQ(gap.certainty(), v1::POSSIBLE);
  ASSERT_EQ(gap.suppliers_size(), 1);
  EXPECT_EQ(gap.suppliers(0).fit(), v1::UNKNOWN);
  EXPECT_THAT(gap.suppliers(0).unknown(), ElementsAre("site", "level", "width", "ISO_9001"));
}

TEST_F(AnalysisTest, WhatDoesNotCount) {
  const auto put = [&](const std::string& id, v1::Enterprise enterprise, const v1::Capability& offer) {
    cluster_.Put("enterprises/" + id, enterprise);
    cluster_.PutOffer(id, "c", offer);
  };
  v1::Capability expired = cluster_.Offer("a", "p", 200), early = expired, pilot = expired, plain = expired;
  *expired.mutable_valid_until() = TestCluster::Date(2026, 5, 31);
  *early.mutable_valid_from() = TestCluster::Date(2026, 6, 2);
  pilot.set_level(v1::PILOT);
  put("expired", cluster_.Company("expired"), expired);
  put("early", cluster_.Company("early"), early);
  put("pilot", cluster_.Company("pilot"), pilot);
  put("outside", cluster_.Company("outside", "110000"), plain);
  v1::Enterprise alliance = cluster_.Company("alliance");
  alliance.set_kind(v1::Enterprise::ALLIANCE);
  put("alliance", alliance, plain);
  EXPECT_EQ(VerdictsOf(*Analyse(), kSegment, v1::MISSING), "HHH");
  segment_->mutable_requirement()->set_min_level(v1::PILOT);
  EXPECT_EQ(VerdictsOf(*Analyse(), kSegment, v1::MISSING), "AAA");
}

TEST_F(AnalysisTest, LastDayOfValidityCounts) {
  v1::Capability offer = cluster_.Offer("a", "p", 200);
  *offer.mutable_valid_from() = TestCluster::Date(2026, 6, 1);
  *offer.mutable_valid_until() = TestCluster::Date(2026, 6, 1);
  cluster_.Put("enterprises/a", cluster_.Company("a"));
  cluster_.PutOffer("a", "c", offer);
  const auto analysis = Analyse();
  EXPECT_EQ(VerdictsOf(*analysis, kSegment, v1::MISSING), "AAA");
  const auto tomorrow = AnalyzeFromScratch(analysis->snapshot(), analysis->as_of() + 1);
  EXPECT_EQ(VerdictsOf(*tomorrow, kSegment, v1::MISSING), "HHH");
}

TEST_F(AnalysisTest, SubtypesCountAndSupertypesDoNot) {
  cluster_.Type("wide");
  cluster_.Type("p", "wide");
  cluster_.Type("narrow", "p");
  cluster_.Supplier("n", "narrow", 60);
  cluster_.Supplier("w", "wide", 60);
  const v1::Gap gap = GapOf(*Analyse(), kSegment, v1::SINGLE_SOURCE);
  ASSERT_EQ(gap.suppliers_size(), 1);
  EXPECT_EQ(gap.suppliers(0).enterprise(), "clusters/t/enterprises/n");
}

}  // namespace
}  // namespace bulian::gap
