#include "services/risk/systemic_network.h"

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/gap/test_cluster.h"
#include "services/model/industry.h"
#include "services/risk/systemic_essentiality.h"

namespace bulian::risk {
namespace {

using gap::TestCluster;

constexpr model::Day kDay = 20605;  // 2026-06-01

v1::IndustryEssentiality Pair(const std::string& supplier, const std::string& buyer,
                              v1::IndustryEssentiality::Essentiality how) {
  v1::IndustryEssentiality pair;
  pair.set_supplier_industry(supplier);
  pair.set_buyer_industry(buyer);
  pair.set_essentiality(how);
  return pair;
}

TEST(SystemicEssentialityTest, Default) {
  const SystemicEssentiality none{v1::Cluster()};
  EXPECT_EQ(none.digits(), 2);
  for (const char* supplier : {"06", "12", "13", "43", "44", "46", "C", "398"}) {
    EXPECT_EQ(none.Of(supplier, "13"), InputClass::kEssential) << supplier;
    EXPECT_EQ(none.Of(supplier, "4350"), InputClass::kEssential) << supplier;
    for (const char* buyer : {"06", "44", "65", "D", ""})
      EXPECT_EQ(none.Of(supplier, buyer), InputClass::kNonEssential);
  }
  for (const char* supplier : {"01", "05", "47", "65", "A", "I", ""})
    EXPECT_EQ(none.Of(supplier, "39"), InputClass::kNonEssential) << supplier;
}

TEST(SystemicEssentialityTest, NarrowestSupplierThenNarrowestBuyer) {
  using E = v1::IndustryEssentiality;
  v1::Cluster cluster;
  *cluster.add_industry_essentiality() = Pair("C", "C3983", E::ESSENTIAL);
  *cluster.add_industry_essentiality() = Pair("C39", "C", E::NEGLIGIBLE);
  *cluster.add_industry_essentiality() = Pair("C39", "398", E::NON_ESSENTIAL);
  *cluster.add_industry_essentiality() = Pair("nothing", "398", E::ESSENTIAL);
  const SystemicEssentiality stated(cluster);
  EXPECT_EQ(stated.digits(), 4);
  EXPECT_EQ(stated.Of("3911", "3983"), InputClass::kNonEssential);
  EXPECT_EQ(stated.Of("3911", "3913"), InputClass::kNegligible);
  EXPECT_EQ(stated.Of("38", "3983"), InputClass::kEssential);
  EXPECT_EQ(stated.Of("65", "3983"), InputClass::kNonEssential);  // none holds
}

// Every pair of codes against all stated pairs.
TEST(SystemicEssentialityTest, AsBruteForce) {
  const std::vector<std::string> codes = {"C", "D", "I", "06", "39", "398", "3983", "3911", "65", "651", "26", "261"};
  std::mt19937_64 random(5);
  const auto any = [&] { return codes[random() % codes.size()]; };
  for (int round = 0; round < 200; ++round) {
    v1::Cluster cluster;
    std::map<std::pair<std::string, std::string>, int> stated;
    for (std::size_t i = random() % 12; i > 0; --i) {
      const std::string from = any(), to = any();
      const int how = 1 + static_cast<int>(random() % 3);
      if (!stated.emplace(std::pair(from, to), how).second) continue;
      *cluster.add_industry_essentiality() = Pair(from, to, static_cast<v1::IndustryEssentiality::Essentiality>(how));
    }
    const SystemicEssentiality essentiality(cluster);
    for (const std::string& from : codes) {
      for (const std::string& to : codes) {
        std::pair<std::size_t, std::size_t> best{0, 0};
        int how = std::set<char>{'B', 'C', 'D'}.contains(model::SectionOfIndustry(from)) &&
                          model::SectionOfIndustry(to) == 'C'
                      ? 3
                      : 2;
        for (const auto& [pair, value] : stated) {
          if (!model::IndustryContains(pair.first, from) || !model::IndustryContains(pair.second, to)) continue;
          const std::pair width{pair.first.size(), pair.second.size()};
          if (width > best) best = width, how = value;
        }
        EXPECT_EQ(static_cast<int>(essentiality.Of(from, to)), how - 1) << from << " " << to;
      }
    }
  }
}

TEST(SystemicEssentialityTest, Digits) {
  EXPECT_EQ(IndustryToDigits("C3983", 2), "39");
  EXPECT_EQ(IndustryToDigits("3983", 3), "398");
  EXPECT_EQ(IndustryToDigits("39", 4), "39");
  EXPECT_EQ(IndustryToDigits("C", 3), "C");
  EXPECT_EQ(IndustryToDigits("X9", 2), "");
  EXPECT_EQ(IndustryToDigits("", 2), "");
}

class SystemicNetworkTest : public testing::Test {
 protected:
  SystemicNetworkTest() { cluster_->Put("capabilityTypes/p", cluster_->Type("p")); }

  void Company(const std::string& id, const std::string& industry) {
    v1::Enterprise enterprise = cluster_->Company(id);
    if (!industry.empty()) enterprise.add_industry_codes(industry);
    enterprise.add_industry_codes("A01");  // only the first counts
    if (industry.empty()) enterprise.clear_industry_codes();
    cluster_->Put("enterprises/" + id, enterprise);
  }

  void Link(const std::string& id, const std::string& supplier, const std::string& buyer, long units, int year = 0,
            const std::string& currency = "CNY", int last_year = 0) {
    v1::SupplyLink link = cluster_->Link(supplier, buyer, "p", units);
    if (units >= 0) link.mutable_value()->set_currency_code(currency);
    link.set_year(year);
    if (last_year > 0) *link.mutable_valid_until() = TestCluster::Date(last_year, 12, 31);
    cluster_->Put("supplyLinks/" + id, link);
  }

  SystemicNetwork Build(SystemicQuery query = {}) {
    query.as_of = kDay;
    snapshot_ = cluster_->Snapshot();
    return *BuildSystemicNetwork(*snapshot_, query);
  }

  // By name: "a>b" and the value of each pair.
  std::map<std::string, double> Values(const SystemicNetwork& network) const {
    const auto name = [&](std::int32_t firm) {
      return snapshot_->Name(model::ResourceType::kEnterprise, network.enterprises[firm]).substr(23);
    };
    std::map<std::string, double> values;
    for (const EsriLink& link : network.data.links) values[name(link.supplier) + ">" + name(link.buyer)] += link.value;
    return values;
  }

  std::unique_ptr<TestCluster> cluster_ = std::make_unique<TestCluster>();
  model::SnapshotPtr snapshot_;
};

TEST_F(SystemicNetworkTest, CountsEveryLinkOnce) {
  for (const std::string id : {"a", "b", "c", "d"}) Company(id, "C3983");
  Link("l1", "a", "b", 10, 2024);
  Link("l2", "a", "b", 20, 2025);
  Link("l3", "a", "b", 1);  // of no year
  Link("l4", "b", "c", 5, 2023);
  Link("l5", "b", "c", -1, 2025);
  Link("l6", "c", "d", 7, 2025, "USD");
  Link("l7", "a", "d", 7, 2025, "CNY", 2025);
  Link("l8", "a", "gone", 7, 2025);
  SystemicNetwork network = Build();
  EXPECT_EQ(network.currency, "CNY");
  EXPECT_EQ(Values(network), (std::map<std::string, double>{{"a>b", 21}, {"b>c", 5}}));
  EXPECT_EQ(network.left_out.not_valid, 1);
  EXPECT_EQ(network.left_out.enterprise_missing, 1);
  EXPECT_EQ(network.left_out.no_value, 1);
  EXPECT_EQ(network.left_out.other_currency, 1);
  EXPECT_EQ(network.left_out.other_year, 1);
  EXPECT_EQ(network.links, 3);
  EXPECT_EQ(network.pairs, 2);
  EXPECT_EQ(network.value, 26);
  EXPECT_EQ(network.data.firms, 3);
  network = Build({.year = 2024});
  EXPECT_EQ(Values(network), (std::map<std::string, double>{{"a>b", 11}}));
  network = Build({.currency = "USD"});
  EXPECT_EQ(Values(network), (std::map<std::string, double>{{"c>d", 7}}));
  network = Build({.currency = "ZZZ"});
  EXPECT_EQ(network.data.firms, 0);
  EXPECT_EQ(network.left_out.other_currency, 5);
}

TEST_F(SystemicNetworkTest, Industries) {
  v1::Cluster record;
  *record.add_industry_essentiality() = Pair("398", "261", v1::IndustryEssentiality::NEGLIGIBLE);
  cluster_->Put("", record);
  Company("a", "C3983");
  Company("b", "3981");
  Company("c", "2614");
  Company("x", "");
  Company("y", "");
  int id = 0;
  for (const char* buyer : {"b", "c", "x", "y"}) Link("l" + std::to_string(++id), "a", buyer, 5);
  const SystemicNetwork network = Build();
  EXPECT_EQ(network.without_industry, 2);
  const EsriData& data = network.data;
  ASSERT_TRUE(EsriNetwork::Compile(data).ok());
  std::set<std::int32_t> industries(data.industry.begin(), data.industry.end());
  ASSERT_EQ(network.industry_digits, 3);
  EXPECT_EQ(data.industry[0], data.industry[1]);
  EXPECT_EQ(industries.size(), 4U);  // 398, 261, x alone, y alone
  EXPECT_EQ(Build({.industry_digits = 4}).data.industries, 5);
  EXPECT_EQ(Build({.industry_digits = 2}).data.industries, 4);
  const std::size_t kinds = 3;
  ASSERT_EQ(Build({.industry_digits = 3}).data.essentiality.size(), kinds * kinds);
}

// Against sums made by name; and whatever order the records came in, the network is the same.
TEST_F(SystemicNetworkTest, RandomLinksAsSumsByName) {
  std::mt19937_64 random(23);
  for (int round = 0; round < 20; ++round) {
    struct One {
      std::string id, supplier, buyer;
      long units;
      int year;
    };
    std::vector<One> links;
    std::set<std::string> firms;
    for (int i = 0; i < 30; ++i) {
      const std::string supplier(1, static_cast<char>('a' + random() % 6)),
          buyer(1, static_cast<char>('h' + random() % 6));
      links.push_back({"l" + std::to_string(i), supplier, buyer, static_cast<long>(random() % 50),
                       random() % 3 == 0 ? 0 : 2020 + static_cast<int>(random() % 4)});
    }
    std::map<std::string, std::map<int, double>> sums;
    for (const One& one : links) sums[one.supplier + ">" + one.buyer][one.year] += static_cast<double>(one.units);
    std::map<std::string, double> newest, of_2021;
    for (const auto& [pair, years] : sums) {
      const int last = years.rbegin()->first;
      newest[pair] = years.at(last) + (last != 0 && years.contains(0) ? years.at(0) : 0);
      if (years.contains(0)) of_2021[pair] += years.at(0);
      if (years.contains(2021)) of_2021[pair] += years.at(2021);
    }
    EsriData before;
    for (const bool again : {false, true}) {
      cluster_ = std::make_unique<TestCluster>();
      cluster_->Put("capabilityTypes/p", cluster_->Type("p"));
      std::shuffle(links.begin(), links.end(), random);
      for (const One& one : links) Link(one.id, one.supplier, one.buyer, one.units, one.year);
      std::string all = "abcdefhijklm";
      std::shuffle(all.begin(), all.end(), random);
      for (const char id : all) Company(std::string(1, id), id < 'd' ? "39" : "");
      EXPECT_EQ(Values(Build({.year = 2021})), of_2021);
      const SystemicNetwork network = Build();
      EXPECT_EQ(Values(network), newest);
      if (again) {
        EXPECT_EQ(network.data.industry, before.industry);
        ASSERT_EQ(network.data.links.size(), before.links.size());
        for (std::size_t i = 0; i < before.links.size(); ++i) {
          EXPECT_EQ(network.data.links[i].supplier, before.links[i].supplier);
          EXPECT_EQ(network.data.links[i].value, before.links[i].value);
        }
      }
      before = network.data;
    }
  }
}

TEST_F(SystemicNetworkTest, StopAndEmptyCluster) {
  EXPECT_EQ(Build().data.firms, 0);
  EXPECT_FALSE(BuildSystemicNetwork(*snapshot_, {}, [] { return true; }));
}

}  // namespace
}  // namespace bulian::risk
