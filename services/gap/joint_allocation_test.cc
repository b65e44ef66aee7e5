#include "services/gap/joint_allocation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "services/gap/production_oracle.h"
#include "services/gap/test_cluster.h"
#include "tests/harness/cases.h"

namespace bulian::gap {
namespace {

class JointAllocationTest : public testing::Test {
 protected:
  // Segments a, b and c want so many pieces of their types.
  void Want(double a, double b, double c) {
    v1::Chain chain;
    TestCluster::AddSegment(&chain, "a", "a", a);
    TestCluster::AddSegment(&chain, "b", "b", b);
    TestCluster::AddSegment(&chain, "c", "c", c);
    cluster_.Put("chains/x", chain);
  }
  // A furnace of so many hours; a piece of either type takes one.
  void Pooled(double hours, double a, double b) {
    v1::Enterprise company = cluster_.Company("shared");
    v1::Pool* pool = company.add_pools();
    pool->set_pool_id("furnace");
    pool->mutable_capacity()->set_value(hours);
    pool->mutable_capacity()->set_unit("HUR");
    pool->mutable_capacity()->set_period(v1::YEAR);
    cluster_.Put("enterprises/shared", company);
    const std::pair<const char*, double> both[] = {{"a", a}, {"b", b}};
    for (const auto& [type, pieces] : both) {
      v1::Capability offer = cluster_.Offer("shared", type, pieces);
      v1::PoolLoad* load = offer.add_pool_loads();
      load->set_pool("furnace");
      load->set_load_per_unit(1);
      cluster_.PutOffer("shared", type, offer);
    }
  }

  TestCluster cluster_;
};

TEST_F(JointAllocationTest, APoolIsDividedSoThatTheWorstServedHasMost) {
  for (const char* type : {"a", "b", "c"}) cluster_.Type(type);
  Pooled(90, 100, 100);
  cluster_.Supplier("alone", "c", 5);
  Want(100, 50, 10);
  const AnalysisPtr analysis = cluster_.Analyse();
  const auto joint = *AllocateJointly(*analysis, {});
  ASSERT_EQ(joint.size(), 2U);  // c is not contended
  EXPECT_NEAR(joint[0].capacity[kVerifiedSet].lower, 60, 1e-4);
  EXPECT_NEAR(joint[1].capacity[kVerifiedSet].upper, 30, 1e-4);
  const AnalysisPtr after = *WithJointAllocation(analysis, {});
  const std::string b = "chains/x/segments/b";
  EXPECT_EQ(VerdictsOf(*analysis, b, v1::UNDER_CAPACITY), "AAA");
  EXPECT_EQ(VerdictsOf(*after, b, v1::UNDER_CAPACITY), "HHH");
  EXPECT_NEAR(GapOf(*after, b, v1::UNDER_CAPACITY).unmet_share().lower(), 0.4, 1e-6);
  EXPECT_EQ(VerdictsOf(*analysis, "chains/x/segments/c", v1::UNDER_CAPACITY),
            VerdictsOf(*after, "chains/x/segments/c", v1::UNDER_CAPACITY));
  EXPECT_GT(after->gaps().size(), analysis->gaps().size());
}

TEST_F(JointAllocationTest, WhoHasItsOwnLeavesTheRest) {
  for (const char* type : {"a", "b", "c"}) cluster_.Type(type);
  Pooled(90, 100, 100);
  cluster_.Supplier("own", "a", 80);
  Want(100, 50, 10);
  const auto joint = *AllocateJointly(*cluster_.Analyse(), {});
  EXPECT_NEAR(joint[0].capacity[kVerifiedSet].lower, 100, 1e-4);  // 80 and 20 hours
  EXPECT_NEAR(joint[1].capacity[kVerifiedSet].lower, 50, 1e-4);
}

TEST_F(JointAllocationTest, NothingContendedChangesNothing) {
  cluster_.Type("a");
  cluster_.Supplier("alone", "a", 5);
  v1::Chain chain;
  TestCluster::AddSegment(&chain, "a", "a", 10);
  cluster_.Put("chains/x", chain);
  const AnalysisPtr analysis = cluster_.Analyse();
  EXPECT_EQ(Dump(**WithJointAllocation(analysis, {})), Dump(*analysis));
}

TEST_F(JointAllocationTest, IsAtMostTheDemandAndTheCapacityAloneAndNeverMoreOnASmallerSet) {
  std::mt19937_64 random(5);
  int contended = 0;
  for (int round = 0; round < harness::Cases(200); ++round) {
    TestCluster cluster;
    RandomPlant::Make(&random).Store(&cluster);
    const AnalysisPtr analysis = cluster.Analyse();
    double sums[kSetCount] = {};
    const auto joint = *AllocateJointly(*analysis, {});
    for (const JointCapacity& one : joint) {
      const SegmentResult& alone = analysis->segment(one.segment);
      for (int set = 0; set < kSetCount; ++set) {
        EXPECT_LE(one.capacity[set].upper, alone.inputs.demand.per_year * (1 + 1e-6));
        EXPECT_LE(one.capacity[set].lower, alone.metrics[set].capacity.lower * (1 + 1e-6) + 1e-6);
        EXPECT_LE(one.capacity[set].upper, alone.metrics[set].capacity.upper * (1 + 1e-6) + 1e-6);
        sums[set] += one.capacity[set].lower > 0 ? 1 : 0;
      }
      ++contended;
    }
    EXPECT_LE(sums[kVerifiedSet], sums[kClaimedSet]);
  }
  EXPECT_GT(contended, harness::Cases(100));
}

}  // namespace
}  // namespace bulian::gap
