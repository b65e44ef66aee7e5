#include "services/match/test_trades.h"

#include <algorithm>
#include <random>

#include "bulian/v1/capability.pb.h"
#include "bulian/v1/enterprise.pb.h"
#include "bulian/v1/match_record.pb.h"
#include "bulian/v1/supply_link.pb.h"

namespace bulian::match {

using model::ResourceType;

void TestCluster::Type(const std::string& id, const std::string& name, const std::vector<std::string>& parents,
                       const std::vector<std::string>& inputs) {
  v1::CapabilityType type;
  type.set_kind(v1::CapabilityType::PRODUCT);
  type.mutable_display_name()->set_zh(name);
  for (const std::string& parent : parents) type.add_parents(TypeName(parent));
  for (const std::string& input : inputs) type.add_typical_inputs()->set_capability_type(TypeName(input));
  world_.Put("capabilityTypes/" + id, type);
}

void TestCluster::Company(const std::string& id, const std::string& name, const std::string& industry,
                          const std::string& description) {
  v1::Enterprise enterprise;
  enterprise.set_kind(v1::Enterprise::COMPANY);
  enterprise.mutable_display_name()->set_zh(name);
  if (!industry.empty()) enterprise.add_industry_codes(industry);
  if (!description.empty()) enterprise.mutable_description()->set_zh(description);
  world_.Put("enterprises/" + id, enterprise);
}

void TestCluster::Makes(const std::string& company, const std::string& type) {
  v1::Capability capability;
  capability.set_capability_type(TypeName(type));
  world_.Put("enterprises/" + company + "/capabilities/" + type, capability);
}

void TestCluster::Sells(const std::string& supplier, const std::string& buyer, const std::string& type) {
  v1::SupplyLink link;
  link.set_supplier(world_.Name("enterprises/" + supplier));
  link.set_buyer(world_.Name("enterprises/" + buyer));
  link.set_product_type(TypeName(type));
  world_.Put("supplyLinks/" + supplier + "-" + buyer, link);
}

void TestCluster::Match(const std::string& company, const std::string& type, v1::Match::State state,
                        v1::Match::RejectionReason reason) {
  v1::Match match;
  match.mutable_requirement()->set_capability_type(TypeName(type));
  match.set_enterprise(world_.Name("enterprises/" + company));
  match.set_state(state);
  match.set_rejection_reason(reason);
  world_.Put("matches/" + company + "-" + type, match);
}

std::size_t RankedNames::Rank(const std::string& id) const {
  return static_cast<std::size_t>(std::find(names.begin(), names.end(), "enterprises/" + id) - names.begin());
}

std::size_t RankedNames::OfTrade(int trade, std::size_t first) const {
  return static_cast<std::size_t>(std::count_if(
      names.begin(), names.begin() + static_cast<std::ptrdiff_t>(first),
      [&](const std::string& name) { return name.starts_with("enterprises/c" + std::to_string(trade) + "-"); }));
}

RankedNames RankBy(const PotentialModel& model, const model::Snapshot& snapshot, const std::string& type) {
  const auto ranking = model.Rank(snapshot.Find(ResourceType::kCapabilityType, "capabilityTypes/" + type));
  RankedNames result;
  for (const auto& likely : ranking->best()) {
    result.names.emplace_back(snapshot.RelativeName(ResourceType::kEnterprise, likely.enterprise));
    result.probability[result.names.back()] = likely.probability;
  }
  return result;
}

RankedNames RankFor(const model::SnapshotPtr& snapshot, const std::string& type) {
  return RankBy(*PotentialModel::Build(*snapshot), *snapshot, type);
}

TestCluster Trades(bool with_names, std::uint32_t seed) {
  static const std::vector<std::string> trades = {"光伏", "轴承", "面料", "药剂", "电缆", "模具"};
  static const std::vector<std::string> goods = {"甲型", "乙型", "丙型", "丁型", "戊型", "己型", "庚型",
                                                 "辛型", "壬型", "癸型", "子型", "丑型", "寅型", "卯型"};
  TestCluster cluster;
  std::mt19937 random(seed);
  for (int t = 0; t < kTradeCount; ++t) {
    const std::string trade = std::to_string(t);
    for (int g = 0; g < kGoodCount; ++g) {
      cluster.Type("t" + trade + "-" + std::to_string(g),
                   with_names ? trades[t] + goods[g] : "物" + std::to_string((t * 31 + g * 17) % 97));
    }
    for (int c = 0; c < kCompanyCount; ++c) {
      const std::string id = "c" + trade + "-" + std::to_string(c);
      cluster.Company(id, with_names ? trades[t] + "制造" : "公司", with_names ? "C" + std::to_string(26 + t) : "");
      for (int g = 0; g < kGoodCount; ++g) {
        if (random() % 100 < 30) cluster.Makes(id, "t" + trade + "-" + std::to_string(g));
      }
    }
  }
  return cluster;
}

}  // namespace bulian::match
