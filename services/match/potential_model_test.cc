// The potential model: the same from the same records, sound on odd clusters, honest and hard to fool.
#include "services/match/potential_model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "bulian/v1/capability.pb.h"
#include "bulian/v1/enterprise.pb.h"
#include "bulian/v1/supply_link.pb.h"
#include "services/match/find.h"
#include "services/match/holdout.h"
#include "services/match/potential_reasons.h"
#include "services/match/test_world.h"

namespace bulian::match {
namespace {

using model::ResourceType;
using model::Row;
using model::SnapshotPtr;

class Cluster {
 public:
  void Type(const std::string& id, const std::string& name, const std::vector<std::string>& parents = {},
            const std::vector<std::string>& inputs = {}) {
    v1::CapabilityType type;
    type.set_kind(v1::CapabilityType::PRODUCT);
    type.mutable_display_name()->set_zh(name);
    for (const std::string& parent : parents) type.add_parents(TypeName(parent));
    for (const std::string& input : inputs) type.add_typical_inputs()->set_capability_type(TypeName(input));
    world_.Put("capabilityTypes/" + id, type);
  }
  void Company(const std::string& id, const std::string& name, const std::string& industry = "") {
    v1::Enterprise enterprise;
    enterprise.set_kind(v1::Enterprise::COMPANY);
    enterprise.mutable_display_name()->set_zh(name);
    if (!industry.empty()) enterprise.add_industry_codes(industry);
    world_.Put("enterprises/" + id, enterprise);
  }
  void Makes(const std::string& company, const std::string& type) {
    v1::Capability capability;
    capability.set_capability_type(TypeName(type));
    world_.Put("enterprises/" + company + "/capabilities/" + type, capability);
  }
  void Sells(const std::string& supplier, const std::string& buyer, const std::string& type) {
    v1::SupplyLink link;
    link.set_supplier(world_.Name("enterprises/" + supplier));
    link.set_buyer(world_.Name("enterprises/" + buyer));
    link.set_product_type(TypeName(type));
    world_.Put("supplyLinks/" + supplier + "-" + buyer, link);
  }
  std::string TypeName(const std::string& id) const { return world_.Name("capabilityTypes/" + id); }
  SnapshotPtr Build(std::uint32_t shuffle = 0) const { return world_.Build(shuffle); }

 private:
  TestWorld world_{"park"};
};

struct RankedNames {
  std::vector<std::string> names;
  std::map<std::string, double> probability;
  std::size_t Rank(const std::string& id) const {
    return static_cast<std::size_t>(std::find(names.begin(), names.end(), "enterprises/" + id) - names.begin());
  }
};

RankedNames RankFor(const SnapshotPtr& snapshot, const std::string& type) {
  const auto model = PotentialModel::Build(*snapshot);
  const auto ranking = model->Rank(snapshot->Find(ResourceType::kCapabilityType, "capabilityTypes/" + type));
  RankedNames result;
  for (const auto& likely : ranking->ranked()) {
    result.names.emplace_back(snapshot->RelativeName(ResourceType::kEnterprise, likely.enterprise));
    result.probability[result.names.back()] = likely.probability;
  }
  return result;
}

// Trades whose companies make some of the trade's goods: names, industries and co-occurrence all tell the trade.
constexpr int kTrades = 6, kGoods = 14, kCompanies = 20;

Cluster Trades(bool with_names, std::uint32_t seed = 1) {
  static const std::vector<std::string> trades = {"光伏", "轴承", "面料", "药剂", "电缆", "模具"};
  static const std::vector<std::string> goods = {"甲型", "乙型", "丙型", "丁型", "戊型", "己型", "庚型",
                                                 "辛型", "壬型", "癸型", "子型", "丑型", "寅型", "卯型"};
  Cluster cluster;
  std::mt19937 random(seed);
  for (int t = 0; t < kTrades; ++t) {
    const std::string trade = std::to_string(t);
    for (int g = 0; g < kGoods; ++g) {
      cluster.Type("t" + trade + "-" + std::to_string(g),
                   with_names ? trades[t] + goods[g] : "物" + std::to_string((t * 31 + g * 17) % 97));
    }
    for (int c = 0; c < kCompanies; ++c) {
      const std::string id = "c" + trade + "-" + std::to_string(c);
      cluster.Company(id, with_names ? trades[t] + "制造" : "公司", with_names ? "C" + std::to_string(26 + t) : "");
      for (int g = 0; g < kGoods; ++g) {
        if (random() % 100 < 30) cluster.Makes(id, "t" + trade + "-" + std::to_string(g));
      }
    }
  }
  return cluster;
}

std::size_t OfTrade(const RankedNames& ranked, int trade, std::size_t first) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < first; ++i) {
    count += ranked.names[i].starts_with("enterprises/c" + std::to_string(trade) + "-");
  }
  return count;
}

TEST(PotentialModel, TheSameRecordsInAnyOrderGiveTheSameRanking) {
  const Cluster cluster = Trades(true);
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
  Cluster cluster = Trades(true);
  cluster.Type("gap", "轴承辰型");
  const RankedNames ranked = RankFor(cluster.Build(), "gap");
  EXPECT_GE(OfTrade(ranked, 1, 15), 12u);
}

// Without a word to go by, what is made together must do.
TEST(PotentialModel, CoOccurrenceIsEnoughWithoutNames) {
  const RankedNames ranked = RankFor(Trades(false).Build(), "t4-2");
  EXPECT_GE(OfTrade(ranked, 4, 15), 12u);
}

TEST(PotentialModel, EveryCompanyIsRankedOnceAndProbabilitiesFall) {
  const SnapshotPtr snapshot = Trades(true).Build();
  const auto model = PotentialModel::Build(*snapshot);
  const auto ranking = model->Rank(snapshot->Find(ResourceType::kCapabilityType, "capabilityTypes/t0-0"));
  ASSERT_EQ(ranking->ranked().size(), static_cast<std::size_t>(kTrades * kCompanies));
  std::set<Row> seen;
  double before = 1;
  for (const auto& likely : ranking->ranked()) {
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
    const auto lesson = LearnPotential(data, types, {});
    const Holdout holdout = HoldOut(data.makes, data.types.size(), 1);
    const PotentialSpace space(data, types, Without(data.makes, holdout));
    for (const HeldOut& held : holdout.warm) {
      RowMatrix signals;
      Evidence evidence;
      ComputeSignals(space, held.type, &signals, &evidence);
      Standardise(space, evidence, &signals);
      const Eigen::VectorXf shares = LogShares(space, evidence, lesson->warm.Score(signals));
      for (const std::uint32_t company : space.active()) {
        if (std::binary_search(evidence.makers.begin(), evidence.makers.end(), company)) continue;
        said += lesson->warm.calibration.Probability(static_cast<double>(shares(company)), evidence.makers.size());
      }
      seen += static_cast<double>(held.companies.size());
    }
  }
  EXPECT_NEAR(said / seen, 1, 0.35);
}

// One more alike capability does not set a company back.
TEST(PotentialModel, EvidenceRaisesACompany) {
  Cluster cluster = Trades(true);
  cluster.Type("gap", "轴承辰型");
  cluster.Type("near", "轴承辰型件");
  cluster.Company("new", "新厂");
  const std::size_t before = RankFor(cluster.Build(), "gap").Rank("new");
  cluster.Makes("new", "near");
  const std::size_t after = RankFor(cluster.Build(), "gap").Rank("new");
  EXPECT_LT(after, before);
}

TEST(PotentialModel, ASupplyLinkOfTheTypeTells) {
  Cluster cluster = Trades(true);
  cluster.Type("gap", "甲乙丙丁");
  const std::size_t before = RankFor(cluster.Build(), "gap").Rank("c3-7");
  cluster.Sells("c3-7", "c0-1", "gap");
  EXPECT_LT(RankFor(cluster.Build(), "gap").Rank("c3-7"), before);
}

// A name stuffed with the words of everything does not pass those who make alike things.
TEST(PotentialModel, StuffedNamesAreDamped) {
  Cluster cluster = Trades(true);
  cluster.Type("gap", "轴承辰型");
  std::string stuffed;
  for (int i = 0; i < 30; ++i) stuffed += "轴承辰型光伏";
  cluster.Company("stuffed", stuffed.substr(0, 180 * 3));
  const RankedNames ranked = RankFor(cluster.Build(), "gap");
  EXPECT_GE(ranked.Rank("stuffed"), 5u);
}

TEST(PotentialModel, OneCompanyIsRankedAlone) {
  Cluster cluster;
  cluster.Type("gap", "轴承");
  cluster.Company("only", "唯一");
  EXPECT_EQ(RankFor(cluster.Build(), "gap").names, std::vector<std::string>{"enterprises/only"});
}

TEST(PotentialModel, NoCompaniesNoRanking) {
  Cluster cluster;
  cluster.Type("gap", "轴承");
  EXPECT_TRUE(RankFor(cluster.Build(), "gap").names.empty());
}

TEST(PotentialModel, WithoutCapabilitiesNamesAreAllThereIs) {
  Cluster cluster;
  cluster.Type("gap", "轴承");
  cluster.Company("a", "面料公司");
  cluster.Company("b", "轴承公司");
  cluster.Company("c", "电缆公司");
  const RankedNames ranked = RankFor(cluster.Build(), "gap");
  EXPECT_EQ(ranked.names.size(), 3u);
  for (const auto& [name, probability] : ranked.probability) EXPECT_TRUE(std::isfinite(probability)) << name;
}

TEST(PotentialModel, OddNamesAndHugeCompaniesAreSound) {
  Cluster cluster = Trades(true);
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
    ASSERT_EQ(ranking->ranked().size(), static_cast<std::size_t>(kTrades * kCompanies + 1)) << type;
    for (const auto& likely : ranking->ranked()) ASSERT_TRUE(std::isfinite(likely.probability)) << type;
  }
  // Making everything is no ground to come first for a trade's own goods.
  const auto ranking = model->Rank(snapshot->Find(ResourceType::kCapabilityType, "capabilityTypes/t1-1"));
  EXPECT_NE(snapshot->RelativeName(ResourceType::kEnterprise, ranking->ranked().front().enterprise),
            "enterprises/everything");
}

TEST(PotentialModel, ReasonsNameTheEvidenceAndWhatIsMissing) {
  Cluster cluster = Trades(true);
  cluster.Type("gap", "轴承辰型");
  const SnapshotPtr snapshot = cluster.Build();
  const auto model = PotentialModel::Build(*snapshot);
  const auto ranking = model->Rank(snapshot->Find(ResourceType::kCapabilityType, "capabilityTypes/gap"));
  google::protobuf::RepeatedPtrField<v1::PotentialReason> reasons;
  AddPotentialReasons(*model, *ranking, *snapshot, ranking->ranked().front().enterprise, &reasons);
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
  Cluster cluster = Trades(true);
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
  query.ranking = query.model->Rank(target.type);
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
  EXPECT_EQ(whole.count, static_cast<std::size_t>(kTrades * kCompanies));
  ASSERT_EQ(whole.page.size(), paged.size());
  std::size_t next = 0;
  const std::set<Row> all(paged.begin(), paged.end());
  EXPECT_EQ(all.size(), whole.count);
  for (std::size_t i = 0; i < paged.size(); ++i) {
    EXPECT_EQ(whole.page[i].enterprise, paged[i]);
    if (BasisOf(whole.page[i].standing) != v1::LIKELY) continue;
    const auto& ranked = query.ranking->ranked();
    while (next < ranked.size() && ranked[next].enterprise != paged[i]) ++next;
    EXPECT_LT(next, ranked.size()) << "not in the order of the ranking";
  }
}

TEST(Holdout, NoTypeTwiceAndNothingElseGone) {
  const SnapshotPtr snapshot = Trades(true).Build();
  const PotentialData data = ReadPotentialData(*snapshot, {});
  std::set<std::uint32_t> types;
  for (std::size_t round = 0; round < kHoldoutRounds; ++round) {
    const Holdout holdout = HoldOut(data.makes, data.types.size(), round);
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
