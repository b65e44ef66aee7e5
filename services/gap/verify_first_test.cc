// What to verify first, against judging the cluster again with the offer verified.
#include "services/gap/verify_first.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/gap/analysis_fixture.h"

namespace bulian::gap {
namespace {

using testing::ElementsAre;

class VerifyFirstTest : public AnalysisTest {
 protected:
  std::vector<std::string> Order() {
    std::vector<std::string> order;
    const auto analysis = Analyse();
    for (const Verification& one : VerifyFirst(*analysis, 0)) {
      std::string text = analysis->snapshot()->Name(model::ResourceType::kEnterprise, one.enterprise).substr(23) +
                         " +" + std::to_string(static_cast<int>(one.capacity)) + " k+" + std::to_string(one.suppliers);
      for (const v1::GapKind kind : one.settles) text += " " + v1::GapKind_Name(kind);
      order.push_back(text);
    }
    return order;
  }
};

TEST_F(VerifyFirstTest, NothingIsToBeVerifiedWhereAllIs) {
  cluster_.Supplier("a", "p", 60);
  EXPECT_THAT(Order(), ElementsAre());
}

TEST_F(VerifyFirstTest, TheOneThatSettlesGoesBeforeTheGreaterOne) {
  // Verified: 90 of 100 by two. Claimed: 20 more by an owned firm, and 5 by another.
  cluster_.Supplier("a", "p", 45);
  cluster_.Supplier("b", "p", 45);
  Claim("c", 20);
  Claim("d", 5);
  EXPECT_THAT(Order(), ElementsAre("c +20 k+1 UNDER_CAPACITY", "d +5 k+1"));
}

TEST_F(VerifyFirstTest, ASecondOfferOfAGroupIsNoNewSupplier) {
  cluster_.Supplier("a", "p", 200);
  Claim("b", 10);
  Claim("c", 10);
  v1::Enterprise owned = cluster_.Company("b");
  cluster_.OwnedBy(&owned, "a", 0.9);
  cluster_.Put("enterprises/b", owned);
  EXPECT_THAT(Order(), ElementsAre("c +10 k+1 SINGLE_SOURCE CONCENTRATED", "b +10 k+0"));
}

// The law behind the figures: verifying it really gives them.
TEST_F(VerifyFirstTest, IsWhatVerifyingReallyBrings) {
  cluster_.Supplier("a", "p", 30);
  for (int i = 0; i < 5; ++i) Claim("c" + std::to_string(i), 7 * i + 20);
  const auto before = Analyse();
  for (const Verification& one : VerifyFirst(*before, 0)) {
    const std::string enterprise =
        before->snapshot()->Name(model::ResourceType::kEnterprise, one.enterprise).substr(23);
    v1::Capability offer;
    before->snapshot()->Read(model::ResourceType::kCapability, one.capability, &offer);
    v1::Capability verified = offer;
    *verified.mutable_evidence() = TestCluster::Verified(TestCluster::Date(2026, 5, 1));
    cluster_.PutOffer(enterprise, "c", verified);
    const auto after = Analyse();
    const SetMetrics &was = before->segment(0).metrics[kVerifiedSet], &is = after->segment(0).metrics[kVerifiedSet];
    EXPECT_DOUBLE_EQ(is.capacity.lower - was.capacity.lower, one.capacity);
    EXPECT_EQ(is.independent - was.independent, one.suppliers);
    for (const v1::GapKind kind : before->segment(0).verdicts.hanging) {
      const bool settled = std::find(one.settles.begin(), one.settles.end(), kind) != one.settles.end();
      EXPECT_EQ(settled, after->segment(0).verdicts.of_kind[kind][kVerifiedSet] ==
                             before->segment(0).verdicts.of_kind[kind][kClaimedSet]);
    }
    cluster_.PutOffer(enterprise, "c", offer);
  }
}

TEST_F(VerifyFirstTest, StandsInTheGap) {
  cluster_.Supplier("a", "p", 200);
  Claim("b", 10);
  const v1::Gap gap = GapOf(*Analyse(), kSegment, v1::UNVERIFIED);
  ASSERT_EQ(gap.verify_first_size(), 1);
  EXPECT_EQ(gap.verify_first(0).capability(), "clusters/t/enterprises/b/capabilities/c");
  EXPECT_THAT(gap.verify_first(0).settles(), ElementsAre(v1::SINGLE_SOURCE, v1::CONCENTRATED));
}

}  // namespace
}  // namespace bulian::gap
