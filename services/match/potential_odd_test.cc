// The potential model on odd clusters, on companies that say more than is so, and after changes.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "bulian/v1/capability.pb.h"
#include "services/match/potential_model.h"
#include "services/match/test_trades.h"

namespace bulian::match {
namespace {

using model::ResourceType;
using model::SnapshotPtr;

// A name stuffed with the words of everything does not pass those who make alike things.
TEST(PotentialOdd, StuffedNamesAreDamped) {
  TestCluster cluster = Trades(true);
  cluster.Type("gap", "轴承辰型");
  std::string stuffed;
  for (int i = 0; i < 30; ++i) stuffed += "轴承辰型光伏";
  cluster.Company("stuffed", stuffed.substr(0, 180 * 3));
  const RankedNames ranked = RankFor(cluster.Build(), "gap");
  EXPECT_GE(ranked.Rank("stuffed"), 5u);
}

TEST(PotentialOdd, OneCompanyIsRankedAlone) {
  TestCluster cluster;
  cluster.Type("gap", "轴承");
  cluster.Company("only", "唯一");
  EXPECT_EQ(RankFor(cluster.Build(), "gap").names, std::vector<std::string>{"enterprises/only"});
}

TEST(PotentialOdd, NoCompaniesNoRanking) {
  TestCluster cluster;
  cluster.Type("gap", "轴承");
  EXPECT_TRUE(RankFor(cluster.Build(), "gap").names.empty());
}

TEST(PotentialOdd, WithoutCapabilitiesNamesAreAllThereIs) {
  TestCluster cluster;
  cluster.Type("gap", "轴承");
  cluster.Company("a", "面料公司");
  cluster.Company("b", "轴承公司");
  cluster.Company("c", "电缆公司");
  const RankedNames ranked = RankFor(cluster.Build(), "gap");
  EXPECT_EQ(ranked.names.size(), 3u);
  for (const auto& [name, probability] : ranked.probability) EXPECT_TRUE(std::isfinite(probability)) << name;
}

TEST(PotentialOdd, OddNamesAndHugeCompaniesAreSound) {
  TestCluster cluster = Trades(true);
  cluster.Type("one", "铁");
  cluster.Type("mute", "——");
  std::string longest;
  for (int i = 0; i < 200; ++i) longest += "长";
  cluster.Type("long", longest);
  cluster.Company("everything", longest);
  for (int i = 0; i < 5000; ++i) {
    const std::string id = "x" + std::to_string(i);
    cluster.Type(id, "零件" + std::to_string(i));
    cluster.Makes("everything", id);
  }
  const SnapshotPtr snapshot = cluster.Build();
  const auto model = PotentialModel::Build(*snapshot);
  for (const std::string type : {"one", "mute", "long", "x77", "t1-1"}) {
    const auto ranking = model->Rank(snapshot->Find(ResourceType::kCapabilityType, "capabilityTypes/" + type));
    ASSERT_EQ(ranking->best().size(), static_cast<std::size_t>(kTradeCount * kCompanyCount + 1)) << type;
    for (const auto& likely : ranking->best()) ASSERT_TRUE(std::isfinite(likely.probability)) << type;
  }
  // Making everything is no ground to come first for a trade's own goods.
  const auto ranking = model->Rank(snapshot->Find(ResourceType::kCapabilityType, "capabilityTypes/t1-1"));
  EXPECT_NE(snapshot->RelativeName(ResourceType::kEnterprise, ranking->best().front().enterprise),
            "enterprises/everything");
}

// Words of every type in the description do not pass those who make alike things, of whatever trade.
TEST(PotentialOdd, ADescriptionOfEveryKeywordIsDamped) {
  TestCluster cluster = Trades(true);
  std::string every;
  for (const char* trade : {"光伏", "轴承", "面料", "药剂", "电缆", "模具"}) {
    cluster.Type(std::string("gap-") + std::to_string(every.size()), std::string(trade) + "辰型");
    every += std::string(trade) + "辰型、" + trade + "甲型、" + trade + "乙型、" + trade + "制造、";
  }
  cluster.Company("stuffed", "万能制造", "C30", every);
  const SnapshotPtr snapshot = cluster.Build();
  const auto model = PotentialModel::Build(*snapshot);
  const std::size_t length = every.size() / 6;
  for (std::size_t trade = 0; trade < 6; ++trade) {
    EXPECT_GE(RankBy(*model, *snapshot, "gap-" + std::to_string(trade * length)).Rank("stuffed"), 5u) << trade;
  }
}

// Nor do claims to make everything.
TEST(PotentialOdd, ClaimsToMakeEverythingAreDamped) {
  TestCluster cluster = Trades(true);
  cluster.Company("stuffed", "万能制造", "C30");
  for (int trade = 0; trade < kTradeCount; ++trade) {
    cluster.Type("gap-" + std::to_string(trade), std::vector<std::string>{"光伏", "轴承", "面料", "药剂", "电缆",
                                                                          "模具"}[static_cast<std::size_t>(trade)] +
                                                     "辰型");
    for (int good = 0; good < kGoodCount; ++good) {
      cluster.Makes("stuffed", "t" + std::to_string(trade) + "-" + std::to_string(good));
    }
  }
  const SnapshotPtr snapshot = cluster.Build();
  const auto model = PotentialModel::Build(*snapshot);
  for (int trade = 0; trade < kTradeCount; ++trade) {
    EXPECT_GE(RankBy(*model, *snapshot, "gap-" + std::to_string(trade)).Rank("stuffed"), 5u) << trade;
  }
  const std::uint32_t stuffed =
      model->data().company_of_row[snapshot->Find(ResourceType::kEnterprise, "enterprises/stuffed")];
  for (const TaskLesson* task : {&model->lesson().warm, &model->lesson().cold}) {
    EXPECT_LE(task->LeansOf(model->data().company_keys)[stuffed], 0);
  }
}

// What was learned of a company is found again by its key, in whatever order companies stand in later records.
TEST(PotentialOdd, LeansFollowTheirCompany) {
  const auto model = PotentialModel::Build(*Trades(true).Build());
  std::vector<std::uint64_t> keys = model->data().company_keys;
  const std::vector<float> leans = model->lesson().warm.LeansOf(keys);
  EXPECT_GT(*std::max_element(leans.begin(), leans.end()), 0);
  EXPECT_LT(*std::min_element(leans.begin(), leans.end()), 0);
  std::reverse(keys.begin(), keys.end());
  keys.push_back(1);  // of a company that came later
  const std::vector<float> turned = model->lesson().warm.LeansOf(keys);
  EXPECT_TRUE(std::equal(leans.rbegin(), leans.rend(), turned.begin()));
  EXPECT_EQ(turned.back(), 0);
}

TEST(PotentialOdd, ATypeWithVeryManyMakers) {
  TestCluster cluster;
  cluster.Type("common", "螺丝");
  cluster.Type("gap", "螺丝刀");
  for (int i = 0; i < 5000; ++i) {
    const std::string id = "c" + std::to_string(i);
    cluster.Company(id, "五金" + std::to_string(i % 7));
    cluster.Makes(id, "common");
  }
  cluster.Company("other", "螺丝刀厂");
  const SnapshotPtr snapshot = cluster.Build();
  const auto model = PotentialModel::Build(*snapshot);
  EXPECT_EQ(RankBy(*model, *snapshot, "common").names.size(), 5001u);
  EXPECT_EQ(RankBy(*model, *snapshot, "gap").names.size(), 5001u);
}

// Words that all have alike tell nobody from anybody: no direction is left to liken along.
TEST(PotentialOdd, AllTextsTheSame) {
  TestCluster cluster;
  cluster.Type("common", "厂");
  cluster.Type("gap", "厂");
  for (int i = 0; i < 30; ++i) {
    const std::string id = "c" + std::to_string(10 + i);
    cluster.Company(id, "厂");
    cluster.Makes(id, "common");
  }
  const RankedNames ranked = RankFor(cluster.Build(), "gap");
  ASSERT_EQ(ranked.names.size(), 30u);
  EXPECT_EQ(ranked.names.front(), "enterprises/c10");
}

TEST(PotentialOdd, EmptyTextIsNoText) {
  TestCluster cluster = Trades(true);
  cluster.Type("mute", "");
  cluster.Company("nameless", "");
  const RankedNames ranked = RankFor(cluster.Build(), "mute");
  EXPECT_EQ(ranked.names.size(), static_cast<std::size_t>(kTradeCount * kCompanyCount + 1));
  for (const auto& [name, probability] : ranked.probability) EXPECT_TRUE(std::isfinite(probability)) << name;
}

model::SnapshotPtr WithOneMore(const SnapshotPtr& snapshot, model::Delta* changes) {
  v1::Capability capability;
  capability.set_capability_type(snapshot->Name(ResourceType::kCapabilityType,
                                                snapshot->Find(ResourceType::kCapabilityType, "capabilityTypes/t1-1")));
  const std::string name =
      snapshot->Name(ResourceType::kEnterprise, snapshot->Find(ResourceType::kEnterprise, "enterprises/c0-0")) +
      "/capabilities/more";
  const std::string bytes = capability.SerializeAsString();
  const std::vector<model::RecordChange> change = {{name, bytes}};
  model::SnapshotPosition position = snapshot->position();
  ++position.revision;
  model::SnapshotBuilder builder(snapshot);
  builder.Apply(position, change);
  *changes = builder.TakeDelta();
  return builder.Build();
}

TEST(PotentialAdvance, ASmallClusterLearnsAnewAfterEachChange) {
  const SnapshotPtr snapshot = Trades(true).Build();
  model::Delta changes;
  const SnapshotPtr next = WithOneMore(snapshot, &changes);
  const auto advanced = PotentialModel::Advance(PotentialModel::Build(*snapshot), *next, changes);
  const auto built = PotentialModel::Build(*next);
  EXPECT_EQ(advanced->revision(), 2);
  EXPECT_EQ(advanced->lesson_revision(), 2);
  EXPECT_EQ(RankBy(*advanced, *next, "t1-1").probability, RankBy(*built, *next, "t1-1").probability);
}

TEST(PotentialAdvance, WhatDoesNotConcernItChangesNothing) {
  const SnapshotPtr snapshot = Trades(true).Build();
  const auto model = PotentialModel::Build(*snapshot);
  EXPECT_EQ(PotentialModel::Advance(model, *snapshot, {{ResourceType::kChain, 0, true, true}}), model);
}

// Signals follow a change of a large cluster, weights are kept: the same as the old lesson over the new records.
TEST(PotentialAdvance, ALargeClusterKeepsItsWeightsForAWhile) {
  TestCluster cluster = Trades(true);
  for (int i = 0; i < 11'000; ++i) cluster.Type("x" + std::to_string(i), "零");
  const SnapshotPtr snapshot = cluster.Build();
  const auto model = PotentialModel::Build(*snapshot);
  ASSERT_FALSE(model->Small());
  model::Delta changes;
  const SnapshotPtr next = WithOneMore(snapshot, &changes);
  const auto advanced = PotentialModel::Advance(model, *next, changes);
  EXPECT_EQ(advanced->revision(), 2);
  EXPECT_EQ(advanced->lesson_revision(), 1);
  EXPECT_EQ(&advanced->lesson(), &model->lesson());
  EXPECT_EQ(advanced->data().makes.size(), model->data().makes.size() + 1);
  const model::Delta many(1000, {ResourceType::kCapability, 0, true, true});
  EXPECT_EQ(PotentialModel::Advance(advanced, *next, many)->lesson_revision(), 2);
}

}  // namespace
}  // namespace bulian::match
