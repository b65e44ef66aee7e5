// AssessSystemicRisk from records to answer against the definition itself: dense matrices over names, levels instead of
// losses, industries compared pair by pair.
#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "bulian/v1/cluster.pb.h"
#include "bulian/v1/enterprise.pb.h"
#include "bulian/v1/risk.pb.h"
#include "bulian/v1/supply_link.pb.h"
#include "bulian/v1/systemic_risk.pb.h"
#include "gtest/gtest.h"
#include "services/model/industry.h"
#include "services/risk/risk_service.h"
#include "services/rpc/call_context.h"
#include "services/rpc/method_table.h"
#include "services/view/memory_store.h"
#include "services/view/view.h"

namespace bulian::risk {
namespace {

using Matrix = std::vector<std::vector<double>>;
using Essentiality = v1::IndustryEssentiality::Essentiality;

std::string NameOf(const std::string& id) { return "clusters/c/enterprises/" + id; }

struct Case {
  v1::Cluster cluster;
  std::map<std::string, std::string> industry;  // by name; empty: none
  std::vector<v1::SupplyLink> links;
};

class Collector final : public rpc::MessageWriter {
 public:
  bool Write(const google::protobuf::Message& message) override {
    const auto& part = static_cast<const v1::AssessSystemicRiskResponse&>(message);
    for (const v1::SystemicRisk& result : part.batch().results()) results.push_back(result);
    if (part.has_header()) header = part.header();
    complete = complete || part.summary().complete();
    return true;
  }
  v1::SystemicRiskHeader header;
  std::vector<v1::SystemicRisk> results;
  bool complete = false;
};

// The definition, of one case and request.
class Oracle {
 public:
  Oracle(const Case& one, const v1::AssessSystemicRiskRequest& request) : case_(one), request_(request) {
    std::map<std::pair<std::string, std::string>, std::map<int, double>> sums;  // CNY by pair and year
    for (const v1::SupplyLink& link : one.links) {
      if (link.value().currency_code() != "CNY" || link.has_valid_until()) continue;
      sums[{link.supplier(), link.buyer()}][link.year()] +=
          static_cast<double>(link.value().units()) + link.value().nanos() * 1e-9;
    }
    std::map<std::pair<std::string, std::string>, double> values;
    for (const auto& [pair, years] : sums) {
      const int year = request.year() == 0 ? years.rbegin()->first : request.year();
      for (const auto& [of, value] : years) {
        if (of == 0 || of == year) values[pair] += value;
      }
    }
    std::set<std::string> firms;
    for (const auto& [pair, value] : values) firms.insert({pair.first, pair.second});
    names.assign(firms.begin(), firms.end());
    sells_.assign(names.size(), std::vector<double>(names.size()));
    for (const auto& [pair, value] : values) sells_[Number(pair.first)][Number(pair.second)] = value;
  }

  // esri, down, up, steps.
  std::vector<double> Run(const std::map<std::string, std::pair<double, double>>& shock) const {
    const std::size_t n = names.size();
    std::vector<double> cap_down(n, 1), cap_up(n, 1);
    for (const auto& [name, loss] : shock) {
      if (!std::binary_search(names.begin(), names.end(), name)) continue;
      cap_down[Number(name)] = 1 - loss.first;
      cap_up[Number(name)] = 1 - loss.second;
    }
    std::vector<double> down = cap_down, up = cap_up;
    for (int steps = 1;; ++steps) {
      std::vector<double> next_down(n), next_up(n);
      double greatest = 0;
      for (std::size_t j = 0; j < n; ++j) {
        next_down[j] = std::max(0.0, std::min(cap_down[j], 1 - InputLoss(j, down)));
        next_up[j] = std::max(0.0, std::min(cap_up[j], 1 - SalesLoss(j, up)));
        greatest = std::max({greatest, down[j] - next_down[j], up[j] - next_up[j]});
      }
      const double before = Index(down, up)[0];
      down = next_down;
      up = next_up;
      std::vector<double> index = Index(down, up);
      const bool goes_on = request_.stopping_rule() == v1::INDEX_GROWTH ? index[0] / before > 1 + request_.threshold()
                                                                        : greatest > request_.threshold();
      if (goes_on && steps < 5000) continue;
      index.push_back(steps);
      return index;
    }
  }

  std::vector<std::string> names;

 private:
  std::size_t Number(const std::string& name) const {
    return static_cast<std::size_t>(std::lower_bound(names.begin(), names.end(), name) - names.begin());
  }

  std::string Code(std::size_t firm) const {
    const std::string code = model::NormalizeIndustryCode(case_.industry.at(names[firm]));
    return code.substr(0, static_cast<std::size_t>(request_.industry_digits()));
  }

  bool SameIndustry(std::size_t a, std::size_t b) const { return a == b || (!Code(a).empty() && Code(a) == Code(b)); }

  Essentiality Between(std::size_t supplier, std::size_t buyer) const {
    const std::string from = Code(supplier), to = Code(buyer);
    const char section = model::SectionOfIndustry(from);
    const bool makes = model::SectionOfIndustry(to) == 'C' && section >= 'B' && section <= 'D';
    Essentiality found = makes ? v1::IndustryEssentiality::ESSENTIAL : v1::IndustryEssentiality::NON_ESSENTIAL;
    std::pair<std::size_t, std::size_t> narrowest{0, 0};
    for (const v1::IndustryEssentiality& pair : case_.cluster.industry_essentiality()) {
      if (!model::IndustryContains(pair.supplier_industry(), from)) continue;
      if (!model::IndustryContains(pair.buyer_industry(), to)) continue;
      const std::pair width{pair.supplier_industry().size(), pair.buyer_industry().size()};
      if (width > narrowest) narrowest = width, found = pair.essentiality();
    }
    return found;
  }

  double Sold(std::size_t i) const {
    double sum = 0;
    for (std::size_t j = 0; j < names.size(); ++j) sum += sells_[i][j];
    return sum;
  }

  double Replaceable(std::size_t i, const std::vector<double>& down) const {
    if (request_.no_replacement()) return 1;
    double remains = 0;
    for (std::size_t k = 0; k < names.size(); ++k) {
      if (SameIndustry(i, k)) remains += down[k] * Sold(k);
    }
    return std::min(1.0, Sold(i) / (remains <= 1e-10 ? 1 : remains));
  }

  double InputLoss(std::size_t j, const std::vector<double>& down) const {
    double bought = 0, linear = 0, worst = 0;
    for (std::size_t i = 0; i < names.size(); ++i) bought += sells_[i][j];
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (sells_[i][j] == 0) continue;
      const Essentiality how = Between(i, j);
      if (how == v1::IndustryEssentiality::NON_ESSENTIAL)
        linear += Replaceable(i, down) * sells_[i][j] / bought * (1 - down[i]);
      if (how != v1::IndustryEssentiality::ESSENTIAL) continue;
      double of_industry = 0, lost = 0;
      for (std::size_t k = 0; k < names.size(); ++k) {
        if (!SameIndustry(i, k)) continue;
        of_industry += sells_[k][j];
        lost += Replaceable(k, down) * sells_[k][j] * (1 - down[k]);
      }
      worst = std::max(worst, lost / of_industry);
    }
    return std::max(linear, worst);
  }

  double SalesLoss(std::size_t i, const std::vector<double>& up) const {
    double lost = 0;
    for (std::size_t j = 0; j < names.size(); ++j) lost += sells_[i][j] * (1 - up[j]);
    return Sold(i) > 0 ? lost / Sold(i) : 0;
  }

  std::vector<double> Index(const std::vector<double>& down, const std::vector<double>& up) const {
    double all = 0, esri = 0, of_down = 0, of_up = 0;
    for (std::size_t i = 0; i < names.size(); ++i) {
      all += Sold(i);
      esri += Sold(i) * (1 - std::min(down[i], up[i]));
      of_down += Sold(i) * (1 - down[i]);
      of_up += Sold(i) * (1 - up[i]);
    }
    if (all == 0) return {0, 0, 0};
    return {esri / all, of_down / all, of_up / all};
  }

  const Case& case_;
  const v1::AssessSystemicRiskRequest& request_;
  Matrix sells_;
};

class Random {
 public:
  explicit Random(unsigned seed) : random_(seed) {}
  int Pick(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }

  Case Make() {
    static const std::vector<std::string> codes = {"C39", "3983", "3911", "C2614", "26", "06", "I65", "651", "D", ""};
    Case one;
    one.cluster.mutable_as_of()->set_year(2026);
    one.cluster.mutable_as_of()->set_month(6);
    one.cluster.mutable_as_of()->set_day(1);
    std::set<std::pair<std::string, std::string>> stated;
    const std::vector<std::string> stating = {"C", "39", "398", "3983", "26", "65", "D"};
    for (int i = Pick(8); i > 0; --i) {
      const std::string from = stating[Pick(7)], to = stating[Pick(7)];
      if (!stated.emplace(from, to).second) continue;
      v1::IndustryEssentiality& pair = *one.cluster.add_industry_essentiality();
      pair.set_supplier_industry(from);
      pair.set_buyer_industry(to);
      pair.set_essentiality(static_cast<Essentiality>(1 + Pick(3)));
    }
    const int firms = 1 + Pick(12);
    for (int i = 0; i < firms; ++i) one.industry[NameOf("e" + std::to_string(i))] = codes[Pick(10)];
    for (int i = Pick(3 * firms); i > 0; --i) {
      v1::SupplyLink& link = one.links.emplace_back();
      link.set_supplier(NameOf("e" + std::to_string(Pick(firms))));
      link.set_buyer(NameOf("e" + std::to_string(Pick(firms))));  // also itself
      link.set_year(Pick(3) == 0 ? 0 : 2023 + Pick(3));
      link.mutable_value()->set_currency_code(Pick(8) == 0 ? "USD" : "CNY");
      link.mutable_value()->set_units(Pick(6) == 0 ? 0 : Pick(1000));
      link.mutable_value()->set_nanos(Pick(1'000'000'000));
      if (Pick(10) == 0) link.clear_value();
      if (Pick(10) == 0) {
        link.mutable_valid_until()->set_year(2025);
        link.mutable_valid_until()->set_month(5);
        link.mutable_valid_until()->set_day(1);
      }
    }
    return one;
  }

  v1::AssessSystemicRiskRequest Ask(const Case& one) {
    v1::AssessSystemicRiskRequest request;
    request.set_parent("clusters/c");
    request.set_currency("CNY");
    request.set_year(Pick(3) == 0 ? 2024 : 0);
    request.set_industry_digits(2 + Pick(3));
    request.set_threshold(Pick(2) == 0 ? 0.0123457 : 0.000987654);
    request.set_no_replacement(Pick(3) == 0);
    if (Pick(3) == 0) request.set_stopping_rule(v1::INDEX_GROWTH);
    for (const auto& [name, code] : one.industry) request.add_enterprises(name);
    for (int i = 0; i < 3; ++i) {
      v1::ShockScenario& scenario = *request.add_scenarios();
      for (const auto& [name, code] : one.industry) {
        if (Pick(3) != 0) continue;
        v1::EnterpriseShock& loss = *scenario.add_losses();
        loss.set_enterprise(name);
        if (Pick(4) != 0) loss.set_downstream_share(Pick(1001) / 1000.0);
        if (Pick(2) != 0) loss.set_upstream_share(Pick(1001) / 1000.0);
      }
      if (scenario.losses().empty()) scenario.add_losses()->set_enterprise(one.industry.begin()->first);
    }
    return request;
  }

 private:
  std::mt19937_64 random_;
};

class Server {
 public:
  explicit Server(const Case& one) {
    store_.SetObserver(&views_);
    Commit("clusters/c", one.cluster, true);
    for (const auto& [name, code] : one.industry) {
      v1::Enterprise enterprise;
      if (!code.empty()) enterprise.add_industry_codes(code);
      Commit(name, enterprise);
    }
    for (std::size_t i = 0; i < one.links.size(); ++i)
      Commit("clusters/c/supplyLinks/l" + std::to_string(i), one.links[i]);
    RegisterRiskService(table_, {.views = &views_, .threads = 2});
  }

  Collector Call(const v1::AssessSystemicRiskRequest& request) {
    Collector answer;
    rpc::CallContext call;
    const absl::Status status =
        table_.methods().at("bulian.v1.RiskService/AssessSystemicRisk").server_stream(call, request, answer);
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_TRUE(answer.complete);
    return answer;
  }

 private:
  void Commit(const std::string& name, const google::protobuf::Message& message, bool create = false) {
    store::CommitRequest request;
    request.log = "c";
    request.create_log = create;
    request.writes.push_back({name, message.SerializeAsString()});
    EXPECT_TRUE(store_.Commit(std::move(request)).ok());
  }

  view::MemoryStore store_;
  view::Views views_{&store_, {}};
  rpc::MethodTable table_;
};

void ExpectResult(const v1::SystemicRisk& got, const Oracle& oracle,
                  const std::map<std::string, std::pair<double, double>>& shock) {
  std::vector<std::string> unlinked;
  for (const auto& [name, loss] : shock) {
    if (!std::binary_search(oracle.names.begin(), oracle.names.end(), name)) unlinked.push_back(name);
  }
  EXPECT_EQ(std::vector<std::string>(got.unlinked_enterprises().begin(), got.unlinked_enterprises().end()), unlinked);
  EXPECT_EQ(got.has_esri(), unlinked.size() < shock.size());
  if (!got.has_esri()) return;
  const std::vector<double> want = oracle.Run(shock);
  EXPECT_NEAR(got.esri(), want[0], 1e-9);
  EXPECT_NEAR(got.esri_downstream(), want[1], 1e-9);
  EXPECT_NEAR(got.esri_upstream(), want[2], 1e-9);
  EXPECT_EQ(got.steps(), static_cast<int>(want[3]));
}

TEST(SystemicBruteForceTest, RandomClustersAsTheDefinition) {
  Random random(2026);
  int known = 0;
  for (int round = 0; round < 150 && !testing::Test::HasFailure(); ++round) {
    const Case one = random.Make();
    const v1::AssessSystemicRiskRequest request = random.Ask(one);
    const Collector answer = Server(one).Call(request);
    const Oracle oracle(one, request);
    EXPECT_EQ(answer.header.firm_count(), static_cast<std::int64_t>(oracle.names.size()));
    ASSERT_EQ(answer.results.size(), static_cast<std::size_t>(request.enterprises_size() + request.scenarios_size()));
    std::vector<std::string> names(request.enterprises().begin(), request.enterprises().end());
    std::sort(names.begin(), names.end());
    std::size_t at = 0;
    for (const std::string& name : names) {
      SCOPED_TRACE(name + " in " + std::to_string(round) + " " + request.ShortDebugString());
      EXPECT_EQ(answer.results[at].enterprise(), name);
      known += answer.results[at].has_esri() ? 1 : 0;
      ExpectResult(answer.results[at++], oracle, {{name, {1, 1}}});
    }
    for (const v1::ShockScenario& scenario : request.scenarios()) {
      SCOPED_TRACE(std::to_string(round) + " " + request.ShortDebugString());
      std::map<std::string, std::pair<double, double>> shock;
      for (const v1::EnterpriseShock& loss : scenario.losses()) {
        const double down = loss.has_downstream_share() ? loss.downstream_share() : 1;
        shock[loss.enterprise()] = {down, loss.has_upstream_share() ? loss.upstream_share() : down};
      }
      ExpectResult(answer.results[at++], oracle, shock);
    }
  }
  EXPECT_GT(known, 300);
}

// By hand: three equal suppliers of b, which sells all to c; each stage an industry, all essential.
TEST(SystemicBruteForceTest, ChainByHand) {
  Case one;
  for (const char* id : {"a1", "a2", "a3"}) one.industry[NameOf(id)] = "26";
  one.industry[NameOf("b")] = "38";
  one.industry[NameOf("c")] = "39";
  for (const auto& [from, to, units] : {std::tuple("a1", "b", 30), {"a2", "b", 30}, {"a3", "b", 30}, {"b", "c", 90}}) {
    v1::SupplyLink& link = one.links.emplace_back();
    link.set_supplier(NameOf(from));
    link.set_buyer(NameOf(to));
    link.mutable_value()->set_currency_code("CNY");
    link.mutable_value()->set_units(units);
  }
  v1::AssessSystemicRiskRequest request;
  request.set_parent("clusters/c");
  Server server(one);
  const auto expect = [&](const std::string& id, double esri, double down, double up, int steps) {
    request.clear_enterprises();
    request.add_enterprises(NameOf(id));
    const Collector answer = server.Call(request);
    ASSERT_EQ(answer.results.size(), 1U);
    EXPECT_NEAR(answer.results[0].esri(), esri, 1e-12);
    EXPECT_NEAR(answer.results[0].esri_downstream(), down, 1e-12);
    EXPECT_NEAR(answer.results[0].esri_upstream(), up, 1e-12);
    EXPECT_EQ(answer.results[0].steps(), steps);
  };
  expect("a1", 1.0 / 4, 1.0 / 4, 1.0 / 6, 3);
  expect("b", 1, 1.0 / 2, 1, 2);
  expect("c", 1, 0, 1, 3);
  request.set_no_replacement(true);
  expect("a1", 1.0 / 3, 1.0 / 3, 1.0 / 6, 3);
}

}  // namespace
}  // namespace bulian::risk
