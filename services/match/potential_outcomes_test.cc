// What came of matches teaches how signals weigh, in the cluster where it came.
#include "services/match/potential_outcomes.h"

#include <gtest/gtest.h>

#include <string>

#include "services/match/holdout.h"
#include "services/match/potential_data.h"
#include "services/match/test_trades.h"

namespace bulian::match {
namespace {

using v1::Match;

std::vector<std::pair<std::uint32_t, std::uint32_t>> Pairs(const SparseRows& rows) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
  for (std::uint32_t row = 0; row < rows.rows(); ++row)
    for (const SparseRows::Cell& cell : rows[row]) pairs.emplace_back(row, cell.column);
  return pairs;
}

// Companies are of a trade by name (`n`) and of another by industry and what they make (`m`); types of `gap` are named
// after the first.
constexpr int kGaps = 40;

TestCluster TwoFaced() {
  TestCluster cluster = Trades(true);
  const std::string trades[] = {"光伏", "轴承", "面料", "药剂", "电缆", "模具"};
  for (int g = 0; g < kGaps; ++g) cluster.Type("gap-" + std::to_string(g), trades[g % 6] + "新" + std::to_string(g));
  for (int t = 0; t < 6; ++t) {
    // Named after trade t, but makes what trade t + 1 makes.
    const std::string id = "n" + std::to_string(t);
    cluster.Company(id, trades[t] + "新材料", "C" + std::to_string(26 + (t + 1) % 6));
    for (int g = 0; g < 5; ++g) cluster.Makes(id, "t" + std::to_string((t + 1) % 6) + "-" + std::to_string(g));
  }
  return cluster;
}

TEST(PotentialOutcomes, OnlyWhatSaysWhoCanMakeItCounts) {
  TestCluster cluster;
  for (const char* type : {"a", "b", "c"}) cluster.Type(type, type);
  for (const char* company : {"p", "q", "r", "s", "t"}) cluster.Company(company, company);
  cluster.Match("p", "a", Match::CONTRACTED);
  cluster.Match("q", "a", Match::AGREED);
  cluster.Match("r", "a", Match::CONTACTED);
  cluster.Match("s", "b", Match::REJECTED, Match::CANNOT_MAKE);
  cluster.Match("t", "b", Match::REJECTED, Match::TERMS);
  const PotentialData data = ReadPotentialData(*cluster.Build(), {});
  EXPECT_EQ(Pairs(data.outcomes.won), (std::vector<std::pair<std::uint32_t, std::uint32_t>>{{0, 0}, {0, 1}}));
  EXPECT_EQ(Pairs(data.outcomes.lost), (std::vector<std::pair<std::uint32_t, std::uint32_t>>{{1, 3}}));
}

TEST(PotentialOutcomes, WonPairsAreHeldOutOnceAndFirst) {
  TestCluster cluster = Trades(true);
  cluster.Type("gap", "轴承新型");
  cluster.Match("c1-0", "gap", Match::AGREED);
  cluster.Match("c0-0", "t0-0", Match::CONTRACTED);
  cluster.Makes("c0-0", "t0-0");
  const PotentialData data = ReadPotentialData(*cluster.Build(), {});
  int warm = 0, cold = 0;
  for (std::size_t round = 0; round < kHoldoutRounds; ++round) {
    const Holdout holdout = HoldOut(data.makes, data.outcomes, data.types.size(), round);
    for (const HeldOut& held : holdout.warm) warm += held.outcome;
    for (const HeldOut& held : holdout.cold) cold += held.outcome;
  }
  EXPECT_EQ(warm, 1);
  EXPECT_EQ(cold, 1);
}

TEST(PotentialOutcomes, RejectedNamesakesTeachThatNamesMislead) {
  TestCluster plain = TwoFaced(), taught = TwoFaced();
  const std::string wanted = "gap-" + std::to_string(kGaps - 1);
  const int trade = (kGaps - 1) % 6;
  for (int g = 0; g + 1 < kGaps; ++g) {
    if (g % 6 == trade) continue;  // nothing is said of the companies of the trade asked about
    taught.Match("n" + std::to_string(g % 6), "gap-" + std::to_string(g), Match::REJECTED, Match::CANNOT_MAKE);
    for (int c = 0; c < 3; ++c)
      taught.Match("c" + std::to_string(g % 6) + "-" + std::to_string((g + c) % kCompanyCount),
                   "gap-" + std::to_string(g), Match::AGREED);
  }
  const std::string namesake = "n" + std::to_string(trade);
  const RankedNames before = RankFor(plain.Build(), wanted), after = RankFor(taught.Build(), wanted);
  EXPECT_GE(after.Rank(namesake), before.Rank(namesake));
  EXPECT_LT(2 * after.probability.at("enterprises/" + namesake), before.probability.at("enterprises/" + namesake));
}

TEST(PotentialOutcomes, TheSameInAnyOrderOfRecords) {
  TestCluster cluster = TwoFaced();
  cluster.Match("n0", "gap-0", Match::REJECTED, Match::CANNOT_MAKE);
  cluster.Match("c0-1", "gap-0", Match::AGREED);
  const RankedNames first = RankFor(cluster.Build(1), "gap-6"), second = RankFor(cluster.Build(2), "gap-6");
  EXPECT_EQ(first.names, second.names);
  EXPECT_EQ(first.probability, second.probability);
}

}  // namespace
}  // namespace bulian::match
