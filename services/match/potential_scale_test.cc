// Where a ranking looks at some companies only, it finds those that looking at all would find.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "services/match/potential_model.h"
#include "services/match/test_trades.h"

namespace bulian::match {
namespace {

using model::ResourceType;
using model::Row;
using model::SnapshotPtr;

std::vector<Row> RowsOf(std::span<const PotentialRanking::Likely> ranked, std::size_t most) {
  std::vector<Row> rows;
  for (const auto& likely : ranked.first(std::min(most, ranked.size()))) rows.push_back(likely.enterprise);
  return rows;
}

class PotentialScale : public testing::Test {
 protected:
  static constexpr SubjectLimits kSome = {.all = 0, .listed = 20, .sample = 40, .seen = 500};

  const SnapshotPtr snapshot_ = Trades(true, 5).Build();
  const std::shared_ptr<const PotentialModel> whole_ = PotentialModel::Build(*snapshot_),
                                              some_ = PotentialModel::Build(*snapshot_, {}, kSome);
};

TEST_F(PotentialScale, TheBestOfAllAreAmongThoseLookedAt) {
  double found = 0, asked = 0;
  for (const Row type : whole_->data().types) {
    const auto all = whole_->Rank(type), some = some_->Rank(type);
    ASSERT_TRUE(all->whole());
    ASSERT_FALSE(some->whole());
    std::vector<Row> looked_at = RowsOf(some->best(), some->best().size());
    std::sort(looked_at.begin(), looked_at.end());
    std::size_t open = 0;
    for (const auto& likely : all->best()) {
      const std::uint32_t company = whole_->data().company_of_row[likely.enterprise];
      if (std::binary_search(all->evidence().makers.begin(), all->evidence().makers.end(), company)) continue;
      found += std::binary_search(looked_at.begin(), looked_at.end(), likely.enterprise) ? 1 : 0;
      if (++open == 10) break;
    }
    asked += static_cast<double>(open);
  }
  EXPECT_GT(found / asked, 0.95);
}

TEST_F(PotentialScale, EverybodyIsRankedOnce) {
  for (std::size_t i = 0; i < 5; ++i) {
    const auto ranking = some_->Rank(some_->data().types[i * 7]);
    std::set<Row> all;
    double before = 1;
    for (const auto ranked : {ranking->best(), ranking->others(*some_)}) {
      before = 1;
      for (const auto& likely : ranked) {
        EXPECT_TRUE(all.insert(likely.enterprise).second);
        EXPECT_LE(likely.probability, before);
        EXPECT_NEAR(ranking->ProbabilityOf(*some_, likely.enterprise), likely.probability, 1e-6);
        before = likely.probability;
      }
    }
    EXPECT_EQ(all.size(), some_->data().companies.size());
  }
}

// What is said of the whole from a sample is near what looking at all would say.
TEST_F(PotentialScale, ProbabilitiesHardlyDependOnWhoIsLookedAt) {
  double said = 0, some_said = 0;
  for (const Row type : whole_->data().types) {
    const auto all = whole_->Rank(type);
    const auto some = some_->Rank(type);
    for (const auto& likely : all->best()) {
      const std::uint32_t company = whole_->data().company_of_row[likely.enterprise];
      if (std::binary_search(all->evidence().makers.begin(), all->evidence().makers.end(), company)) continue;
      said += likely.probability;
      some_said += some->ProbabilityOf(*some_, likely.enterprise);
    }
  }
  EXPECT_NEAR(some_said / said, 1, 0.2);
}

// Nobody makes anything yet, so there is nobody to compare with.
TEST(PotentialScaleOdd, WithoutAnyCapability) {
  TestCluster cluster;
  cluster.Type("gap", "螺丝刀");
  cluster.Type("nameless", "");
  for (int i = 0; i < 50; ++i) cluster.Company("c" + std::to_string(10 + i), i % 10 == 0 ? "螺丝厂" : "厂");
  const SnapshotPtr snapshot = cluster.Build();
  const auto model = PotentialModel::Build(*snapshot, {}, {.all = 0});
  for (const Row type : model->data().types) {
    const auto ranking = model->Rank(type);
    EXPECT_EQ(ranking->best().size() + ranking->others(*model).size(), 50u);
    for (const auto& likely : ranking->others(*model)) EXPECT_TRUE(std::isfinite(likely.probability));
  }
  const auto gap = model->Rank(snapshot->Find(ResourceType::kCapabilityType, "capabilityTypes/gap"));
  ASSERT_EQ(gap->best().size(), 5u);  // whose names say it
  EXPECT_EQ(snapshot->RelativeName(ResourceType::kEnterprise, gap->best().front().enterprise), "enterprises/c10");
}

TEST_F(PotentialScale, TheSameEveryTime) {
  const auto again = PotentialModel::Build(*snapshot_, {}, kSome);
  for (std::size_t i = 0; i < 5; ++i) {
    const Row type = some_->data().types[i * 11];
    const auto one = some_->Rank(type), other = again->Rank(type);
    EXPECT_EQ(RowsOf(one->best(), 1000), RowsOf(other->best(), 1000));
    EXPECT_EQ(one->best().front().probability, other->best().front().probability);
  }
}

}  // namespace
}  // namespace bulian::match
