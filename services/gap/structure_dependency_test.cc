// The dependency test on worked examples, on random flows against trying all corners, and on links of a cluster.
#include "services/gap/structure_dependency.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "services/gap/test_cluster.h"

namespace bulian::gap {
namespace {

TEST(Dependency, WorkedYear) {
  // Outside suppliers 60 and 20, a local one 20 that also sells 30 abroad.
  const std::vector<YearlyFlow> flows = {
      {0, 0, 1, {60, 60}}, {1, 0, 1, {20, 20}}, {2, 1, 1, {20, 20}}, {2, 1, 0, {30, 30}}};
  const DependencyYear year = JudgeYear(flows);
  EXPECT_NEAR(year.supplier_hhi->lower, 0.44, 1e-12);
  EXPECT_NEAR(year.supplier_hhi->upper, 0.44, 1e-12);
  EXPECT_NEAR(year.outside_share->lower, 0.8, 1e-12);
  EXPECT_EQ(year.outside_purchases, (Bounds{80, 80}));
  EXPECT_EQ(year.cluster_output, (Bounds{50, 50}));
  EXPECT_EQ(year.all_hold, Truth::kHolds);
}

TEST(Dependency, LimitsThemselvesAreNotOver) {
  const std::vector<YearlyFlow> half = {{0, 0, 1, {50, 50}}, {1, 1, 1, {50, 50}}};
  EXPECT_EQ(JudgeYear(half).outside_reliant, Truth::kAbsent);
  EXPECT_EQ(JudgeYear(half).not_substitutable, Truth::kAbsent);
}

TEST(Dependency, WithoutLocalSalesNothingSubstitutes) {
  EXPECT_EQ(JudgeYear(std::vector<YearlyFlow>{{0, 0, 1, {5, 5}}}).not_substitutable, Truth::kHolds);
  EXPECT_EQ(JudgeYear({}).not_substitutable, Truth::kUndecided);
  EXPECT_EQ(JudgeYear({}).all_hold, Truth::kUndecided);
  EXPECT_EQ(JudgeYear(std::vector<YearlyFlow>{{0, 0, 1, {0, 0}}}).concentrated, Truth::kUndecided);
}

TEST(Dependency, IsFreeOfTheScaleOfMoney) {
  std::mt19937 random(4);
  for (int round = 0; round < 200; ++round) {
    std::vector<YearlyFlow> flows(1 + random() % 5);
    for (YearlyFlow& flow : flows) {
      const double value = static_cast<double>(random() % 10);
      flow = {static_cast<int>(random() % 3),
              static_cast<int>(random() % 3) - 1,
              static_cast<int>(random() % 3) - 1,
              {value, value}};
    }
    const DependencyYear before = JudgeYear(flows);
    for (YearlyFlow& flow : flows) flow.value = {flow.value.lower * 1024, flow.value.upper * 1024};
    const DependencyYear after = JudgeYear(flows);
    EXPECT_EQ(before.concentrated, after.concentrated);
    EXPECT_EQ(before.outside_reliant, after.outside_reliant);
    EXPECT_EQ(before.not_substitutable, after.not_substitutable);
  }
}

// What one certain world answers, by the definitions.
void CheckWorld(const std::vector<YearlyFlow>& world, const DependencyYear& year) {
  double outside = 0, bought = 0, output = 0, squares = 0;
  std::map<int, double> by_supplier;
  for (const YearlyFlow& flow : world) {
    if (flow.supplier_place == 1) output += flow.value.lower;
    if (flow.buyer_place != 1) continue;
    bought += flow.value.lower;
    by_supplier[flow.supplier] += flow.value.lower;
    if (flow.supplier_place == 0) outside += flow.value.lower;
  }
  const auto agrees = [](Truth truth, bool holds) {
    return truth == Truth::kUndecided || (truth == Truth::kHolds) == holds;
  };
  if (outside > 0 || output > 0) {
    ASSERT_TRUE(agrees(year.not_substitutable, outside > output * (1 + 1e-9)));
  }
  if (bought == 0) return;
  for (const auto& [supplier, value] : by_supplier) squares += value * value / (bought * bought);
  ASSERT_TRUE(agrees(year.concentrated, squares > 0.4 + 1e-9));
  ASSERT_TRUE(agrees(year.outside_reliant, outside / bought > 0.5 + 1e-9));
  ASSERT_GE(squares, year.supplier_hhi->lower - 1e-12);
  ASSERT_LE(squares, year.supplier_hhi->upper + 1e-12);
  ASSERT_GE(outside / bought, year.outside_share->lower - 1e-12);
  ASSERT_LE(outside / bought, year.outside_share->upper + 1e-12);
}

TEST(Dependency, HoldsInEveryWorldTheUnknownsAllow) {
  std::mt19937 random(6);
  for (int round = 0; round < 300; ++round) {
    std::vector<YearlyFlow> flows(1 + random() % 4);
    std::vector<std::vector<YearlyFlow>> worlds{{}};
    for (YearlyFlow& flow : flows) {
      const auto value = static_cast<double>(random() % 6);
      flow = {static_cast<int>(random() % 3),
              static_cast<int>(random() % 3) - 1,
              static_cast<int>(random() % 3) - 1,
              {value, value}};
      if (random() % 3 == 0) flow.value = random() % 2 == 0 ? Bounds{0, value} : Bounds{0, kUnbounded};
      std::vector<std::vector<YearlyFlow>> grown;
      for (const auto& world : worlds) {
        for (const int supplier : {0, 1}) {
          for (const int buyer : {0, 1}) {
            for (const double v : {flow.value.lower, std::min(flow.value.upper, 1e9)}) {
              if (flow.supplier_place >= 0 && flow.supplier_place != supplier) continue;
              if (flow.buyer_place >= 0 && flow.buyer_place != buyer) continue;
              grown.push_back(world);
              grown.back().push_back({flow.supplier, supplier, buyer, {v, v}});
            }
          }
        }
      }
      worlds = std::move(grown);
    }
    const DependencyYear year = JudgeYear(flows);
    for (const auto& world : worlds) CheckWorld(world, year);
  }
}

TEST(Dependency, LastsInTwoOfThreeYears) {
  const auto of = [](std::vector<Truth> truths) {
    std::vector<DependencyYear> years(truths.size());
    for (std::size_t i = 0; i < truths.size(); ++i) years[i].all_hold = truths[i];
    return Persistent(years);
  };
  EXPECT_EQ(of({Truth::kHolds, Truth::kAbsent, Truth::kHolds}), Truth::kHolds);
  EXPECT_EQ(of({Truth::kHolds, Truth::kAbsent, Truth::kAbsent}), Truth::kAbsent);
  EXPECT_EQ(of({Truth::kHolds, Truth::kHolds}), Truth::kHolds);
  EXPECT_EQ(of({Truth::kHolds, Truth::kAbsent}), Truth::kUndecided);
  EXPECT_EQ(of({Truth::kAbsent, Truth::kAbsent}), Truth::kAbsent);
  EXPECT_EQ(of({}), Truth::kUndecided);
}

class DependencyOfLinks : public testing::Test {
 protected:
  DependencyOfLinks() {
    cluster_.Type("p");
    cluster_.Type("q", "p");
    cluster_.Put("enterprises/buyer", cluster_.Company("buyer"));
    cluster_.Put("enterprises/far", cluster_.Company("far", "110000"));
  }
  void Link(const std::string& id, const std::string& supplier, int year, long units) {
    v1::SupplyLink link = cluster_.Link(supplier, "buyer", "q", units);
    link.set_year(year);
    cluster_.Put("supplyLinks/" + id, link);
  }
  DependencyFacts Find() {
    const model::SnapshotPtr snapshot = cluster_.Snapshot();
    return FindDependency(*snapshot,
                          snapshot->Find(model::ResourceType::kCapabilityType, "clusters/t/capabilityTypes/p"),
                          snapshot->cluster().as_of);
  }
  TestCluster cluster_;
};

TEST_F(DependencyOfLinks, CountsTheThreeNewestYearsOfTheSubtree) {
  for (const int year : {2021, 2023, 2024, 2025, 2027}) Link("l" + std::to_string(year), "far", year, 10);
  const DependencyFacts facts = Find();
  ASSERT_EQ(facts.years.size(), 3U);
  EXPECT_EQ(facts.years[0].year, 2025);
  EXPECT_EQ(facts.years[2].year, 2023);
  EXPECT_EQ(facts.currency, "CNY");
  EXPECT_EQ(facts.dependent, Truth::kHolds);
}

TEST_F(DependencyOfLinks, OneYearOrAnUnknownOneDoesNotDecide) {
  EXPECT_EQ(Find().dependent, Truth::kUndecided);
  Link("a", "far", 2025, 10);
  EXPECT_EQ(Find().persistent, Truth::kUndecided);
  cluster_.Put("enterprises/near", cluster_.Company("near"));
  Link("b", "near", 0, 1000);
  const DependencyFacts facts = Find();
  ASSERT_EQ(facts.years.size(), 1U);
  EXPECT_EQ(facts.years[0].link_count, 2);
  EXPECT_EQ(facts.years[0].outside_reliant, Truth::kUndecided);
  EXPECT_EQ(facts.years[0].cluster_output, (Bounds{0, 1000}));
}

TEST_F(DependencyOfLinks, SistersAreOneSupplier) {
  v1::Enterprise sister = cluster_.Company("sister", "110000");
  cluster_.OwnedBy(&sister, "far", 0.8);
  cluster_.Put("enterprises/sister", sister);
  Link("a", "far", 2025, 10);
  Link("b", "sister", 2025, 10);
  EXPECT_NEAR(Find().years[0].supplier_hhi->upper, 1, 1e-12);
}

}  // namespace
}  // namespace bulian::gap
