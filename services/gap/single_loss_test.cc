// FRAGILE by hand, and what one stop costs against every supplier tried one by one.
#include "services/gap/single_loss.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "services/gap/analysis.h"
#include "services/gap/production_oracle.h"
#include "services/gap/production_share.h"
#include "services/gap/structure_report.h"
#include "services/gap/supplier_outage.h"
#include "services/gap/test_cluster.h"
#include "tests/harness/cases.h"

namespace bulian::gap {
namespace {

constexpr char kCar[] = "chains/x/segments/car", kWheel[] = "chains/x/segments/wheel",
               kMotor[] = "chains/x/segments/motor";

// A car takes four wheels, of two makers with 200 and 100, and a motor, of one maker.
class SingleLossTest : public testing::Test {
 protected:
  SingleLossTest() {
    for (const char* type : {"car", "wheel", "motor"}) cluster_.Type(type);
    cluster_.Supplier("assembler", "car", 100);
    cluster_.Supplier("big", "wheel", 200);
    cluster_.Supplier("small", "wheel", 100);
    cluster_.Supplier("motors", "motor", 90);
    v1::Segment* car = TestCluster::AddSegment(&chain_, "car", "car", 80);
    TestCluster::AddInput(car, "wheel", 4);
    TestCluster::AddInput(car, "motor", 1);
    TestCluster::AddSegment(&chain_, "wheel", "wheel");
    TestCluster::AddSegment(&chain_, "motor", "motor");
  }
  std::shared_ptr<const ClusterAnalysis> Analyse() {
    cluster_.Put("chains/x", chain_);
    return cluster_.Analyse();
  }

  TestCluster cluster_;
  v1::Chain chain_;
};

TEST_F(SingleLossTest, TheGreatestStopOfASegment) {
  const auto analysis = Analyse();
  const v1::Gap gap = GapOf(*analysis, kWheel, v1::FRAGILE);
  EXPECT_EQ(gap.name(), "clusters/t/chains/x/segments/wheel/gaps/fragile");
  EXPECT_EQ(gap.certainty(), v1::CERTAIN);
  EXPECT_NEAR(gap.metrics().single_loss().claimed().lower(), 2.0 / 3, 1e-9);
  EXPECT_NEAR(gap.metrics().single_loss().claimed().upper(), 2.0 / 3, 1e-9);
  EXPECT_EQ(gap.metrics().single_loss_supplier(), "clusters/t/enterprises/big");
  EXPECT_EQ(gap.metrics().single_loss_product(), "clusters/t/chains/x/segments/car");
  EXPECT_EQ(gap.metrics().max_single_loss(), 0.5);
  EXPECT_EQ(VerdictsOf(*analysis, kMotor, v1::FRAGILE), "HHH");
  EXPECT_EQ(AssessmentOf(*analysis, kMotor).metrics().single_loss().claimed().lower(), 1);
  EXPECT_EQ(VerdictsOf(*analysis, kCar, v1::FRAGILE), "HHH");
}

TEST_F(SingleLossTest, ThePolicyOfTheSegmentCounts) {
  chain_.mutable_segments(1)->mutable_policy()->set_max_single_loss(0.7);
  const auto analysis = Analyse();
  EXPECT_EQ(VerdictsOf(*analysis, kWheel, v1::FRAGILE), "AAA");
  const v1::SegmentMetrics metrics = AssessmentOf(*analysis, kWheel).metrics();
  EXPECT_EQ(metrics.single_loss().claimed().lower(), 0);
  EXPECT_NEAR(metrics.single_loss().claimed().upper(), 2.0 / 3, 1e-9);
  EXPECT_EQ(metrics.single_loss_supplier(), "");
}

TEST_F(SingleLossTest, WhatOthersCanMakeInsteadIsNotLost) {
  chain_.mutable_segments(0)->mutable_final_demand()->set_value(20);
  EXPECT_EQ(VerdictsOf(*Analyse(), kWheel, v1::FRAGILE), "AAA");
  EXPECT_EQ(VerdictsOf(*Analyse(), kMotor, v1::FRAGILE), "HHH");
}

TEST_F(SingleLossTest, AnAlternativeStandsIn) {
  cluster_.Type("ski");
  cluster_.Supplier("skis", "ski", 1000);
  TestCluster::AddSegment(&chain_, "ski", "ski");
  v1::Segment* car = chain_.mutable_segments(0);
  TestCluster::AddInput(car, "ski", 2)->set_alternatives_group("runs on");
  car->mutable_inputs(0)->set_alternatives_group("runs on");
  EXPECT_EQ(VerdictsOf(*Analyse(), kWheel, v1::FRAGILE), "AAA");
}

TEST_F(SingleLossTest, SuppliersOfOneOwnerStopTogether) {
  for (const char* id : {"a", "b", "c"}) {
    v1::Enterprise company = cluster_.Company(id);
    if (*id != 'c') cluster_.OwnedBy(&company, "assembler", 0.8, true);
    cluster_.Put(std::string("enterprises/") + id, company);
    cluster_.PutOffer(id, "c", cluster_.Offer(id, "motor", 30));
  }
  const v1::SegmentMetrics metrics = AssessmentOf(*Analyse(), kMotor).metrics();
  // 75 cars, 180 motors; without the 90 of `motors` enough are left, without a and b all the more.
  EXPECT_EQ(metrics.single_loss().claimed().upper(), 0.5);
  cluster_.Delete("enterprises/motors/capabilities/c");
  const v1::SegmentMetrics after = AssessmentOf(*Analyse(), kMotor).metrics();
  EXPECT_NEAR(after.single_loss().claimed().lower(), 45.0 / 75, 1e-9);
  EXPECT_EQ(after.single_loss_supplier(), "clusters/t/enterprises/a");
}

TEST_F(SingleLossTest, WithoutADemandOnlyTheEndOfAllIsCertain) {
  chain_.mutable_segments(0)->clear_final_demand();
  const auto analysis = Analyse();
  EXPECT_EQ(VerdictsOf(*analysis, kMotor, v1::FRAGILE), "HHH");
  EXPECT_EQ(VerdictsOf(*analysis, kWheel, v1::FRAGILE), "???");
  EXPECT_EQ(GapOf(*analysis, kWheel, v1::FRAGILE).name(), "");
}

TEST_F(SingleLossTest, WhatIsClaimedMakesItPossible) {
  v1::Capability claimed = cluster_.Offer("new", "motor", 500);
  claimed.mutable_evidence()->set_state(v1::Evidence::CLAIMED);
  cluster_.Put("enterprises/new", cluster_.Company("new"));
  cluster_.PutOffer("new", "c", claimed);
  const auto analysis = Analyse();
  EXPECT_EQ(VerdictsOf(*analysis, kMotor, v1::FRAGILE), "HAA");
  EXPECT_EQ(GapOf(*analysis, kMotor, v1::FRAGILE).certainty(), v1::POSSIBLE);
}

// The loss of one supplier of a segment, from the whole model, case by case.
Bounds PlainLoss(const ProductionModel& model, const Outage& outage, int set, bool stated, double greatest) {
  DeliveredEnds ends;
  for (const bool upper : {false, true}) {
    auto program = *ProductionProgram::Make(model, {1});
    program->Choose({.set = set, .upper = upper});
    (upper ? ends.all.upper : ends.all.lower) = program->Deliver()->value;
    (upper ? ends.without.upper : ends.without.lower) = *program->DeliverWithout(outage, nullptr);
  }
  const Bounds share = ShareLost(ends, greatest).value_or(Bounds{});
  if (stated || share.upper == 0) return share;
  return ends.without.upper == 0 ? Bounds{1, 1} : Bounds{0, greatest};
}

TEST(SingleLoss, EqualsEverySupplierTriedOneByOne) {
  std::mt19937_64 random(5);
  int over = 0, within = 0;
  for (int round = 0; round < harness::Cases(80); ++round) {
    TestCluster cluster;
    RandomPlant::Make(&random).Store(&cluster);
    const auto analysis = cluster.Analyse();
    for (int node = 0; node < analysis->graph().size(); ++node) {
      const SegmentResult& result = analysis->segment(node);
      std::array<std::optional<Bounds>, kSetCount> expected;
      bool all_stated = true;
      for (const int product : EndProductsOf(*analysis)) {
        const ProductionModel model = ModelProduction(*analysis, {product}, Sourcing::kOutsideForMissing);
        if (model.SegmentOf(node) < 0) continue;
        const bool stated = std::isfinite(model.segments[model.products.front()].demand);
        all_stated = all_stated && stated;
        for (const auto& group : SupplierGroups(*analysis->snapshot(), analysis->as_of(), *result.supply)) {
          const Outage outage = OutageAtSegment(model, node, group);
          std::array<double, kSetCount> greatest{};
          for (int set = 0; set < kSetCount; ++set) greatest[set] = GreatestShareLost(model, outage, set);
          const bool is_over = *std::max_element(greatest.begin(), greatest.end()) > 0.5 + kTolerance;
          for (int set = 0; set < kSetCount; ++set) {
            if (result.metrics[set].independent == 0) continue;
            const Bounds loss =
                is_over ? PlainLoss(model, outage, set, stated, greatest[set]) : Bounds{0, greatest[set]};
            Bounds& most = expected[set] ? *expected[set] : expected[set].emplace();
            most = {std::max(most.lower, loss.lower), std::max(most.upper, loss.upper)};
          }
        }
      }
      for (int set = 0; set < kSetCount; ++set) {
        const std::optional<SingleLoss>& found = result.metrics[set].single_loss;
        ASSERT_EQ(found.has_value(), expected[set].has_value()) << round << ' ' << node;
        if (!found) continue;
        // Who is within the limit by the share of the capacity is told by that.
        ASSERT_LE(found->share.lower, expected[set]->lower + 2e-6) << round << ' ' << node << ' ' << set;
        if (found->share.upper > 0.5) {
          ASSERT_NEAR(found->share.lower, expected[set]->lower, 2e-6) << round << ' ' << node << ' ' << set;
        }
        ASSERT_GE(found->share.upper, expected[set]->upper - 2e-6) << round << ' ' << node << ' ' << set;
        if (all_stated && found->share.upper > 0.5) {
          ASSERT_NEAR(found->share.upper, expected[set]->upper, 2e-6) << round << ' ' << node << ' ' << set;
        }
        (result.verdicts.of_kind[v1::FRAGILE][set] == Truth::kHolds ? over : within) += 1;
      }
    }
  }
  EXPECT_GT(over, harness::Cases(100));
  EXPECT_GT(within, harness::Cases(100));
}

}  // namespace
}  // namespace bulian::gap
