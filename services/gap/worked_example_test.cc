// The worked example of docs/science/gaps.md: the table there is what the code answers.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/gap/test_cluster.h"

namespace bulian::gap {
namespace {

constexpr char kDicing[] = "chains/sensor/segments/dicing";

void PutSupplier(TestCluster* cluster, const std::string& id, const v1::Capability& offer,
                 const std::string& owner = "") {
  v1::Enterprise enterprise = cluster->Company(id);
  if (!owner.empty()) cluster->OwnedBy(&enterprise, owner, 0.6);
  cluster->Put("enterprises/" + id, enterprise);
  cluster->PutOffer(id, "dicing", offer);
}

std::shared_ptr<const ClusterAnalysis> Example() {
  TestCluster cluster;
  cluster.Type("module");
  cluster.Type("dicing");
  v1::Chain chain;
  v1::Segment* module = TestCluster::AddSegment(&chain, "module", "module", 10'000);
  TestCluster::AddInput(module, "dicing", 1.2);
  TestCluster::AddSegment(&chain, "dicing", "dicing");
  cluster.Put("chains/sensor", chain);

  v1::Capability a = cluster.Offer("a", "dicing", 10'000);
  a.mutable_capacity()->set_in_cluster_share(0.3);
  a.mutable_capacity()->set_free_share(0.2);
  a.mutable_capacity()->set_outside_share(0.5);
  PutSupplier(&cluster, "a", a);
  PutSupplier(&cluster, "d", cluster.Offer("d", "dicing", 1'000), "a");
  v1::Capability b = cluster.Offer("b", "dicing", 6'000);
  b.mutable_evidence()->set_state(v1::Evidence::CLAIMED);
  b.mutable_capacity()->set_in_cluster_share(0.5);
  b.mutable_capacity()->clear_free_share();
  b.mutable_capacity()->set_outside_share(0.2);
  PutSupplier(&cluster, "b", b);
  v1::Capability c = cluster.Offer("c", "dicing", 0);
  c.clear_level();
  c.clear_capacity();
  PutSupplier(&cluster, "c", c);

  cluster.Put("enterprises/far", cluster.Company("far", "110000"));
  cluster.Put("supplyLinks/near", cluster.Link("a", "b", "dicing", 40));
  v1::SupplyLink claimed = cluster.Link("far", "b", "dicing", 60);
  claimed.mutable_evidence()->set_state(v1::Evidence::CLAIMED);
  cluster.Put("supplyLinks/far", claimed);
  return cluster.Analyse();
}

std::string Number(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.4f", value);
  std::string number = text;
  while (number.back() == '0') number.pop_back();
  if (number.back() == '.') number.pop_back();
  return number;
}

std::string Range(const v1::Bounds& bounds) {
  return Number(bounds.lower()) + " to " + (bounds.unbounded() ? "unbounded" : Number(bounds.upper()));
}

std::string Row(const std::string& what, const v1::ThreeValues& values) {
  return "| " + what + " | " + Range(values.verified()) + " | " + Range(values.claimed()) + " | " +
         Range(values.possible()) + " |";
}

TEST(WorkedExample, TheTableOfTheDocument) {
  const auto analysis = Example();
  const v1::SegmentAssessment dicing = AssessmentOf(*analysis, kDicing);
  const char* root = std::getenv("BULIAN_SOURCE_DIR");
  ASSERT_NE(root, nullptr);
  std::stringstream document;
  document << std::ifstream(std::string(root) + "/docs/science/gaps.md").rdbuf();
  const std::string text = document.str();

  const v1::ThreeValues& k = dicing.metrics().independent_suppliers();
  EXPECT_THAT(text, testing::HasSubstr("| k | " + Number(k.verified().lower()) + " | " + Number(k.claimed().lower()) +
                                       " | " + Number(k.possible().lower()) + " |"));
  EXPECT_THAT(text, testing::HasSubstr(Row("capacity", dicing.metrics().capacity())));
  EXPECT_THAT(text, testing::HasSubstr(Row("HHI", dicing.metrics().hhi())));
  EXPECT_THAT(text, testing::HasSubstr(Row("outside share", dicing.metrics().external_share())));
  for (const v1::KindVerdict& verdict : dicing.verdicts()) {
    EXPECT_THAT(text, testing::HasSubstr("| " + v1::GapKind_Name(verdict.kind()) + " | " +
                                         v1::Verdict_Name(verdict.on_verified()) + " | " +
                                         v1::Verdict_Name(verdict.on_claimed()) + " | " +
                                         v1::Verdict_Name(verdict.on_possible()) + " |"));
  }
  EXPECT_DOUBLE_EQ(dicing.metrics().demand().per_year(), 12'000);
  const v1::Gap under = GapOf(*analysis, kDicing, v1::UNDER_CAPACITY);
  EXPECT_NEAR(under.unmet_share().lower(), 0.10, 1e-6);
  EXPECT_NEAR(under.unmet_share().upper(), 0.25, 1e-6);
  EXPECT_EQ(GapOf(*analysis, kDicing, v1::UNVERIFIED).certainty(), v1::CERTAIN);
  EXPECT_THAT(GapOf(*analysis, kDicing, v1::UNVERIFIED).hanging_kinds(),
              testing::ElementsAre(v1::SINGLE_SOURCE, v1::CONCENTRATED, v1::EXTERNAL));
}

}  // namespace
}  // namespace bulian::gap
