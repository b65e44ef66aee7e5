#include "services/risk/disruption.h"

#include <cmath>
#include <random>

#include "gtest/gtest.h"
#include "services/gap/production_oracle.h"
#include "services/gap/test_cluster.h"
#include "services/risk/recovery.h"

namespace bulian::risk {
namespace {

using gap::kClaimedSet;
using gap::Sourcing;
using gap::TestCluster;

model::Row RowOf(const gap::AnalysisPtr& analysis, const std::string& enterprise) {
  return analysis->snapshot()->Find(model::ResourceType::kEnterprise, "clusters/t/enterprises/" + enterprise);
}

// Three suppliers of a part of which two products are made, with the numbers published for TTR and TTS (one period is a
// year): capacities 30, 45, 60; demands 75, 50; stocks 20, 25; margins 5000, 6500; two periods to recover.
class PublishedExample : public testing::Test {
 protected:
  PublishedExample() {
    for (const char* type : {"part", "a", "b"}) cluster_.Type(type);
    Part("s1", 30);
    Part("s2", 45);
    Part("s3", 60);
    Assembler("a", 20);
    Assembler("b", 25);
    v1::Chain chain;
    Product(&chain, "a", 75, 5000);
    Product(&chain, "b", 50, 6500);
    TestCluster::AddSegment(&chain, "part", "part");
    cluster_.Put("chains/x", chain);
  }

  void Part(const std::string& id, double pieces) {
    v1::Capability offer = cluster_.Offer(id, "part", pieces);
    offer.set_recovery_time_days(730);
    offer.mutable_stock()->set_value(0);
    offer.mutable_stock()->set_unit("H87");
    cluster_.Put("enterprises/" + id, cluster_.Company(id));
    cluster_.PutOffer(id, "c", offer);
  }
  void Assembler(const std::string& type, double stock) {
    v1::Capability offer = cluster_.Offer("assembler", type, 1000);
    offer.mutable_stock()->set_value(stock);
    offer.mutable_stock()->set_unit("H87");
    cluster_.Put("enterprises/assembler", cluster_.Company("assembler"));
    cluster_.PutOffer("assembler", type, offer);
  }
  static void Product(v1::Chain* chain, const std::string& type, double pieces, std::int64_t margin) {
    v1::Segment* segment = TestCluster::AddSegment(chain, type, type, pieces);
    segment->mutable_unit_margin()->set_currency_code("CNY");
    segment->mutable_unit_margin()->set_units(margin);
    TestCluster::AddInput(segment, "part", 1);
  }

  TestCluster cluster_;
};

TEST_F(PublishedExample, TimesAndImpactsAreThoseOfTheSource) {
  DisruptionStudy study(cluster_.Analyse(), "", Sourcing::kClusterAlone);
  auto recovery = *RecoveryStudy::Make(study, {});
  const double impact[] = {0, 125'000, 275'000}, survival[] = {2.25, 45 / 35.0, 0.9};
  for (int i = 0; i < 3; ++i) {
    const Stoppage stoppage{.enterprises = {RowOf(cluster_.Analyse(), "s" + std::to_string(i + 1))}};
    const RecoveryResult result = *recovery->Assess(stoppage, {});
    EXPECT_DOUBLE_EQ(result.recovery_days.value(), 730);
    EXPECT_NEAR(result.survival_days.value().lower / 365, survival[i], 1e-6);
    EXPECT_NEAR(result.survival_days.value().upper / 365, survival[i], 1e-6);
    EXPECT_NEAR(result.impact.value(), impact[i], 1e-3);
  }
  const RecoveryResult none = *recovery->Assess({}, {});
  EXPECT_TRUE(std::isinf(none.survival_days.value().lower));
}

TEST_F(PublishedExample, WhatIsNotStatedIsNotKnown) {
  v1::Capability offer = cluster_.Offer("s3", "part", 60);
  cluster_.PutOffer("s3", "c", offer);
  DisruptionStudy study(cluster_.Analyse(), "", Sourcing::kClusterAlone);
  const RecoveryResult result =
      *(*RecoveryStudy::Make(study, {}))->Assess({.enterprises = {RowOf(cluster_.Analyse(), "s3")}}, {});
  EXPECT_FALSE(result.recovery_days.has_value());
  EXPECT_FALSE(result.impact.has_value());
  EXPECT_NEAR(result.survival_days.value().lower / 365, 0.9, 1e-6);  // as if it had no stock
  EXPECT_TRUE(std::isinf(result.survival_days.value().upper));       // it may have any
}

// A third product, of which 100 are wanted, from its own part, of which there are only 40.
TEST_F(PublishedExample, AShortageThatIsThereAnywayShortensNoTime) {
  for (const char* type : {"c", "rare"}) cluster_.Type(type);
  Assembler("c", 10);
  v1::Capability rare = cluster_.Offer("s4", "rare", 40);
  rare.mutable_stock()->set_value(0);
  rare.mutable_stock()->set_unit("H87");
  cluster_.Put("enterprises/s4", cluster_.Company("s4"));
  cluster_.PutOffer("s4", "c", rare);
  v1::Chain chain;
  TestCluster::AddInput(TestCluster::AddSegment(&chain, "c", "c", 100), "rare", 1);
  TestCluster::AddSegment(&chain, "rare", "rare");
  cluster_.Put("chains/y", chain);
  DisruptionStudy study(cluster_.Analyse(), "", Sourcing::kClusterAlone);
  auto recovery = *RecoveryStudy::Make(study, {});
  const double survival[] = {2.25, 45 / 35.0, 0.9, 10 / 40.0};
  for (int i = 0; i < 4; ++i) {
    const Stoppage stoppage{.enterprises = {RowOf(cluster_.Analyse(), "s" + std::to_string(i + 1))}};
    const RecoveryResult result = *recovery->Assess(stoppage, {});
    EXPECT_NEAR(result.survival_days.value().lower / 365, survival[i], 1e-6);
    EXPECT_NEAR(result.survival_days.value().upper / 365, survival[i], 1e-6);
  }
  EXPECT_TRUE(std::isinf((*recovery->Assess({}, {})).survival_days.value().lower));
}

TEST_F(PublishedExample, LossesAreOfEachProductByItselfAndOfTheValueTogether) {
  DisruptionStudy study(cluster_.Analyse(), "", Sourcing::kClusterAlone);
  const std::vector<Stoppage> all = study.EveryEnterprise();
  ASSERT_EQ(all.size(), 4U);  // assembler, s1, s2, s3
  const std::vector<StoppageResult> results = *study.Assess(all, true, {});
  EXPECT_NEAR(study.baselines()[0].delivered[kClaimedSet].lower, 75, 1e-6);
  EXPECT_NEAR(study.baselines()[1].delivered[kClaimedSet].lower, 50, 1e-6);
  ASSERT_EQ(results[0].losses.size(), 2U);
  EXPECT_NEAR(results[0].losses[0].share[kClaimedSet].value().lower, 1, 1e-9);
  // Without s1 105 parts are left for 125 products, of which either can be had in full by itself.
  EXPECT_TRUE(results[1].losses.empty());
  EXPECT_NEAR(results[1].value.value().loss[kClaimedSet].lower, 20 * 5000, 1e-3);
  EXPECT_NEAR(results[3].value.value().loss[kClaimedSet].upper, 50 * 5000, 1e-3);
  // Without s2 and s3 30 are left.
  const Stoppage both{.enterprises = {RowOf(cluster_.Analyse(), "s2"), RowOf(cluster_.Analyse(), "s3")}};
  const std::vector<StoppageResult> pair = *study.Assess({both}, true, {});
  ASSERT_EQ(pair[0].losses.size(), 2U);
  EXPECT_NEAR(pair[0].losses[0].loss[kClaimedSet].lower, 45, 1e-6);
  ASSERT_EQ(pair[0].losses[0].proofs.size(), 1U);
  EXPECT_NEAR(pair[0].losses[0].proofs[0].delivery.value, 30, 1e-6);
}

TEST_F(PublishedExample, ASupplierStopsForOneSegmentOnlyAndARegionWithAllInIt) {
  v1::Enterprise away = cluster_.Company("s2", "330503");
  cluster_.Put("enterprises/s2", away);
  v1::Enterprise owned = cluster_.Company("s3");
  cluster_.OwnedBy(&owned, "s1", 1, true);
  cluster_.Put("enterprises/s3", owned);
  DisruptionStudy study(cluster_.Analyse(), "", Sourcing::kClusterAlone);
  const std::vector<Stoppage> regions = study.EveryRegion();
  ASSERT_EQ(regions.size(), 2U);
  EXPECT_EQ(regions[0].regions, std::vector<std::string>{"330502"});
  const std::vector<StoppageResult> by_region = *study.Assess(regions, false, {});
  EXPECT_EQ(by_region[0].capabilities, 4);
  EXPECT_NEAR(by_region[0].losses[0].share[kClaimedSet].value().lower, 1, 1e-9);
  EXPECT_TRUE(by_region[1].losses.empty());
  // Of a, of b, and of the part s1 with what it owns, and s2.
  const std::vector<Stoppage> suppliers = study.EverySegmentSupplier();
  ASSERT_EQ(suppliers.size(), 4U);
  const std::vector<StoppageResult> by_supplier = *study.Assess(suppliers, false, {});
  EXPECT_EQ(suppliers[2].segment_suppliers[0].second.size(), 2U);
  EXPECT_NEAR(by_supplier[2].losses[0].loss[kClaimedSet].lower, 30, 1e-6);
  EXPECT_NEAR(by_supplier[2].losses[1].loss[kClaimedSet].lower, 5, 1e-6);
}

TEST(Disruption, AnEmptyClusterHasNothingToLose) {
  TestCluster cluster;
  DisruptionStudy study(cluster.Analyse(), "", Sourcing::kOutsideForMissing);
  EXPECT_TRUE(study.EveryEnterprise().empty());
  EXPECT_TRUE(study.EverySegmentSupplier().empty());
  EXPECT_TRUE(study.EveryRegion().empty());
  EXPECT_TRUE((*study.Assess({{}}, true, {}))[0].losses.empty());
  EXPECT_FALSE((*(*RecoveryStudy::Make(study, {}))->Assess({}, {})).survival_days.has_value());
}

TEST(Disruption, StopsWhenAsked) {
  std::mt19937_64 random(3);
  TestCluster cluster;
  gap::RandomPlant::Make(&random).Store(&cluster);
  DisruptionStudy study(cluster.Analyse(), "", Sourcing::kClusterAlone);
  EXPECT_EQ(study.Assess(study.EveryEnterprise(), false, [] { return true; }).status().code(),
            absl::StatusCode::kCancelled);
}

TEST(Disruption, LossesAreWithinWhatIsDelivered) {
  std::mt19937_64 random(11);
  int losses = 0;
  for (int round = 0; round < 80; ++round) {
    const gap::RandomPlant described = gap::RandomPlant::Make(&random);
    TestCluster cluster;
    described.Store(&cluster);
    const gap::AnalysisPtr analysis = cluster.Analyse();
    DisruptionStudy study(analysis, "", Sourcing::kClusterAlone);
    const auto results = *study.Assess(study.EveryEnterprise(), false, {});
    for (const StoppageResult& result : results) {
      for (const Loss& loss : result.losses) {
        const gap::Bounds all = study.baselines()[loss.baseline].delivered[kClaimedSet];
        EXPECT_LE(loss.loss[kClaimedSet].lower, loss.loss[kClaimedSet].upper);
        EXPECT_LE(loss.loss[kClaimedSet].upper, all.upper * (1 + 1e-9));
        // More counts on a greater set.
        EXPECT_LE(study.baselines()[loss.baseline].delivered[0].lower, all.lower * (1 + 1e-9) + 1e-9);
        losses += loss.loss[kClaimedSet].lower > 0 ? 1 : 0;
      }
    }
  }
  EXPECT_GT(losses, 30);
}

}  // namespace
}  // namespace bulian::risk
