// The potential model: the same from the same records, sound on odd clusters, honest and hard to fool.
#include "services/match/potential_model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "services/match/find.h"
#include "services/match/holdout.h"
#include "services/match/potential_reasons.h"
#include "services/match/test_trades.h"
#include "services/match/test_world.h"

namespace bulian::match {
namespace {

using model::ResourceType;
using model::Row;
using model::SnapshotPtr;

TEST(PotentialModel, TheSameRecordsInAnyOrderGiveTheSameRanking) {
  const TestCluster cluster = Trades(true);
  const RankedNames one = RankFor(cluster.Build(), "t2-3"), other = RankFor(cluster.Build(7), "t2-3");
  EXPECT_EQ(one.names, other.names);
  EXPECT_EQ(one.probability, other.probability);
}

TEST(PotentialModel, LearnsFromItsOwnPairs) {
  const auto model = PotentialModel::Build(*Trades(true).Build());
  EXPECT_GT(model->lesson().warm.lectures, 0u);
  EXPECT_GT(model->lesson().cold.lectures, 0u);
}

TEST(PotentialModel, CompaniesOfTheTradeComeFirstForAGap) {
  TestCluster cluster = Trades(true);
  cluster.Type("gap", "轴承辰型");
  const RankedNames ranked = RankFor(cluster.Build(), "gap");
  EXPECT_GE(ranked.OfTrade(1, 15), 12u);
}

// Without a word to go by, what is made together must do.
TEST(PotentialModel, CoOccurrenceIsEnoughWithoutNames) {
  const RankedNames ranked = RankFor(Trades(false).Build(), "t4-2");
  EXPECT_GE(ranked.OfTrade(4, 15), 12u);
}

TEST(PotentialModel, EveryCompanyIsRankedOnceAndProbabilitiesFall) {
  const SnapshotPtr snapshot = Trades(true).Build();
  const auto model = PotentialModel::Build(*snapshot);
  const auto ranking = model->Rank(snapshot->Find(ResourceType::kCapabilityType, "capabilityTypes/t0-0"));
  ASSERT_EQ(ranking->best().size(), static_cast<std::size_t>(kTradeCount * kCompanyCount));
  std::set<Row> seen;
  double before = 1;
  for (const auto& likely : ranking->best()) {
    EXPECT_TRUE(seen.insert(likely.enterprise).second);
    EXPECT_GE(likely.probability, 0);
    EXPECT_LE(likely.probability, before);
    before = likely.probability;
  }
}

// Over held-out pairs of clusters like the ones it learns from, as many come true as were said to.
TEST(PotentialModel, ProbabilitiesAreCalibrated) {
  double said = 0, seen = 0;
  for (std::uint32_t seed = 1; seed <= 4; ++seed) {
    const SnapshotPtr snapshot = Trades(true, seed).Build();
    const PotentialData data = ReadPotentialData(*snapshot, {});
    const TypeLikeness types(data);
    const auto lesson = LearnPotential(data, types, {}, {});
    const std::vector<float> leans = lesson->warm.LeansOf(data.company_keys);
    const Holdout holdout = HoldOut(data.makes, data.outcomes, data.types.size(), 1);
    const PotentialSpace space(data, types, Without(data.makes, holdout), {}, {});
    for (const HeldOut& held : holdout.warm) {
      const TypeSignals of_type(space, held.type);
      const std::size_t makers = of_type.evidence().makers.size();
      const Subjects subjects = SubjectsFor(space, held.type, of_type.evidence());
      RowMatrix signals = of_type.Of(subjects.companies);
      Standard(signals, subjects.stands_for).Apply(&signals);
      Eigen::VectorXf scores = lesson->warm.Score(signals, makers);
      for (std::size_t i = 0; i < subjects.companies.size(); ++i) {
        scores(static_cast<Eigen::Index>(i)) += leans[subjects.companies[i]];
      }
      const float total = LogTotal(scores, subjects.stands_for);
      for (std::size_t i = 0; i < subjects.companies.size(); ++i) {
        const auto score = static_cast<double>(scores(static_cast<Eigen::Index>(i)) - total);
        if (subjects.stands_for[i] > 0) said += lesson->warm.calibration.Probability(score, makers);
      }
      seen += static_cast<double>(held.companies.size());
    }
  }
  EXPECT_NEAR(said / seen, 1, 0.35);
}

// One more alike capability does not set a company back.
TEST(PotentialModel, EvidenceRaisesACompany) {
  TestCluster cluster = Trades(true);
  cluster.Type("gap", "轴承辰型");
  cluster.Type("near", "轴承辰型件");
  cluster.Company("new", "新厂");
  const std::size_t before = RankFor(cluster.Build(), "gap").Rank("new");
  cluster.Makes("new", "near");
  const std::size_t after = RankFor(cluster.Build(), "gap").Rank("new");
  EXPECT_LT(after, before);
}

TEST(PotentialModel, ASupplyLinkOfTheTypeTells) {
  TestCluster cluster = Trades(true);
  cluster.Type("gap", "甲乙丙丁");
  const std::size_t before = RankFor(cluster.Build(), "gap").Rank("c3-7");
  cluster.Sells("c3-7", "c0-1", "gap");
  EXPECT_LT(RankFor(cluster.Build(), "gap").Rank("c3-7"), before);
}

TEST(PotentialModel, ReasonsNameTheEvidenceAndWhatIsMissing) {
  TestCluster cluster = Trades(true);
  cluster.Type("gap", "轴承辰型");
  const SnapshotPtr snapshot = cluster.Build();
  const auto model = PotentialModel::Build(*snapshot);
  const auto ranking = model->Rank(snapshot->Find(ResourceType::kCapabilityType, "capabilityTypes/gap"));
  google::protobuf::RepeatedPtrField<v1::PotentialReason> reasons;
  AddPotentialReasons(*model, *ranking, *snapshot, ranking->best().front().enterprise, &reasons);
  std::map<std::string, v1::PotentialReason> by_kind;
  for (const auto& reason : reasons) by_kind[reason.kind()] = reason;
  EXPECT_FALSE(by_kind["capabilities"].missing());
  EXPECT_GT(by_kind["capabilities"].names_size(), 0);
  EXPECT_NE(by_kind["words"].text().find("轴承"), std::string::npos) << by_kind["words"].text();
  EXPECT_FALSE(by_kind["industry"].missing());
  EXPECT_TRUE(by_kind["links"].missing());
}

TEST(PotentialModel, StopsWhenTold) {
  EXPECT_EQ(PotentialModel::Build(*Trades(true).Build(), [] { return true; }), nullptr);
}

// Pages of Find together are the whole ranking, after the bases that go before it.
TEST(PotentialModel, PagesOfFindGiveTheWholeRanking) {
  TestCluster cluster = Trades(true);
  const SnapshotPtr snapshot = cluster.Build();
  v1::Requirement requirement;
  requirement.set_capability_type(cluster.TypeName("t1-1"));
  model::Violations violations;
  Target target = MakeTarget(*snapshot, requirement, "requirement", &violations);
  target.as_of = kTestDay;
  target.weights = NormaliseWeights(nullptr, {}, "weights", &violations);
  FindQuery query;
  query.target = &target;
  query.snapshot = snapshot;
  query.potential = true;
  query.model = PotentialModel::Build(*snapshot);
  query.model_records = snapshot;
  query.ranking = query.model->Rank(target.type);
  const EnterpriseCensus census = TakeCensus(*snapshot);
  query.census = &census;
  query.size = 7;
  std::vector<Row> paged;
  std::size_t count = 1;
  for (; query.offset < count; query.offset += query.size) {
    const Found found = Find(query);
    count = found.count;
    for (const Entry& entry : found.page) paged.push_back(entry.enterprise);
  }
  query.offset = 0;
  query.size = 1000;
  const Found whole = Find(query);
  EXPECT_EQ(whole.count, static_cast<std::size_t>(kTradeCount * kCompanyCount));
  ASSERT_EQ(whole.page.size(), paged.size());
  std::size_t next = 0;
  const std::set<Row> all(paged.begin(), paged.end());
  EXPECT_EQ(all.size(), whole.count);
  for (std::size_t i = 0; i < paged.size(); ++i) {
    EXPECT_EQ(whole.page[i].enterprise, paged[i]);
    if (BasisOf(whole.page[i].standing) != v1::LIKELY) continue;
    const auto& ranked = query.ranking->best();
    while (next < ranked.size() && ranked[next].enterprise != paged[i]) ++next;
    EXPECT_LT(next, ranked.size()) << "not in the order of the ranking";
  }
}

TEST(Holdout, NoTypeTwiceAndNothingElseGone) {
  const SnapshotPtr snapshot = Trades(true).Build();
  const PotentialData data = ReadPotentialData(*snapshot, {});
  std::set<std::uint32_t> types;
  for (std::size_t round = 0; round < kHoldoutRounds; ++round) {
    const Holdout holdout = HoldOut(data.makes, data.outcomes, data.types.size(), round);
    std::size_t hidden = 0;
    for (const auto* held : {&holdout.warm, &holdout.cold}) {
      for (const HeldOut& one : *held) {
        EXPECT_TRUE(types.insert(one.type).second);
        hidden += one.companies.size();
        for (const std::uint32_t company : one.companies) EXPECT_TRUE(data.makes.Has(company, one.type));
      }
    }
    EXPECT_GT(hidden, 0u);
    EXPECT_EQ(Without(data.makes, holdout).size() + hidden, data.makes.size());
  }
}

}  // namespace
}  // namespace bulian::match
