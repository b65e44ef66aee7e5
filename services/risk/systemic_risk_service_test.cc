#include <algorithm>
#include <string>
#include <vector>

#include "bulian/v1/cluster.pb.h"
#include "bulian/v1/enterprise.pb.h"
#include "bulian/v1/risk.pb.h"
#include "bulian/v1/supply_link.pb.h"
#include "bulian/v1/systemic_risk.pb.h"
#include "gtest/gtest.h"
#include "services/model/error.h"
#include "services/risk/risk_service.h"
#include "services/rpc/call_context.h"
#include "services/rpc/method_table.h"
#include "services/view/memory_store.h"
#include "services/view/view.h"

namespace bulian::risk {
namespace {

using Messages = std::vector<v1::AssessSystemicRiskResponse>;

constexpr char kMethod[] = "bulian.v1.RiskService/AssessSystemicRisk";

std::string NameOf(const std::string& id) { return "clusters/c/enterprises/" + id; }

// Takes `most` messages, then the reader is gone.
class Reader final : public rpc::MessageWriter {
 public:
  explicit Reader(std::size_t most) : most_(most) {}
  bool Write(const google::protobuf::Message& message) override {
    if (messages.size() == most_) return false;
    messages.push_back(static_cast<const v1::AssessSystemicRiskResponse&>(message));
    return true;
  }
  Messages messages;

 private:
  const std::size_t most_;
};

// a sells to b and c, b sells to d, all makers of electronics; e trades with nobody that says how much.
class SystemicRiskServiceTest : public testing::Test {
 protected:
  SystemicRiskServiceTest() {
    store_.SetObserver(&views_);
    v1::Cluster cluster;
    cluster.mutable_as_of()->set_year(2026);
    cluster.mutable_as_of()->set_month(6);
    cluster.mutable_as_of()->set_day(1);
    Commit("clusters/c", cluster, true);
    v1::Enterprise enterprise;
    enterprise.add_industry_codes("C3983");
    for (const std::string id : {"a", "b", "c", "d", "e"}) Commit(NameOf(id), enterprise);
    Link("ab", "a", "b", 30);
    Link("ac", "a", "c", 10);
    Link("bd", "b", "d", 60);
    Link("ae", "a", "e", -1);
    RegisterRiskService(table_, {.views = &views_, .threads = 2});
    request_.set_parent("clusters/c");
  }

  void Commit(const std::string& name, const google::protobuf::Message& message, bool create = false) {
    store::CommitRequest request;
    request.log = "c";
    request.create_log = create;
    request.writes.push_back({name, message.SerializeAsString()});
    ASSERT_TRUE(store_.Commit(std::move(request)).ok());
  }

  void Link(const std::string& id, const std::string& supplier, const std::string& buyer, int units) {
    v1::SupplyLink link;
    link.set_supplier(NameOf(supplier));
    link.set_buyer(NameOf(buyer));
    if (units >= 0) {
      link.mutable_value()->set_currency_code("CNY");
      link.mutable_value()->set_units(units);
    }
    Commit("clusters/c/supplyLinks/" + id, link);
  }

  absl::Status Call(std::size_t most = 1000) {
    Reader reader(most);
    const absl::Status status = table_.methods().at(kMethod).server_stream(call_, request_, reader);
    messages_ = reader.messages;
    return status;
  }

  std::vector<v1::SystemicRisk> Results() const {
    std::vector<v1::SystemicRisk> results;
    for (const auto& message : messages_)
      results.insert(results.end(), message.batch().results().begin(), message.batch().results().end());
    return results;
  }

  view::MemoryStore store_;
  view::Views views_{&store_, {}};
  rpc::MethodTable table_;
  rpc::CallContext call_;
  v1::AssessSystemicRiskRequest request_;
  Messages messages_;
};

TEST_F(SystemicRiskServiceTest, AllEnterprisesByNameThenTheGreatest) {
  request_.set_loser_count(2);
  ASSERT_TRUE(Call().ok());
  ASSERT_GE(messages_.size(), 3U);
  const v1::SystemicRiskHeader& header = messages_.front().header();
  EXPECT_EQ(header.firm_count(), 4);
  EXPECT_EQ(header.link_count(), 3);
  EXPECT_EQ(header.total_value(), 100);
  EXPECT_EQ(header.currency(), "CNY");
  EXPECT_EQ(header.links_not_counted().no_value(), 1);
  EXPECT_EQ(header.result_count(), 4);
  EXPECT_EQ(header.threshold(), 0.01);
  EXPECT_EQ(header.industry_digits(), 2);
  EXPECT_TRUE(header.replacement());
  EXPECT_FALSE(header.algorithm_version().empty());
  EXPECT_EQ(header.revision().number(), views_.Current("c").value()->position().revision);
  const auto results = Results();
  ASSERT_EQ(results.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i)
    EXPECT_EQ(results[i].enterprise(), NameOf(std::string(1, static_cast<char>('a' + i))));
  // a falls: of industry 39 (sold 40 and 60) 60 remain, so that b loses 40/60; then 20 remain, less than a sold, and b
  // loses all.
  EXPECT_NEAR(results[0].esri(), 1, 1e-12);
  // b falls, and a loses three quarters of its sales.
  EXPECT_NEAR(results[1].esri(), 0.6 + 0.4 * 0.75, 1e-12);
  EXPECT_NEAR(results[1].esri_upstream(), 0.9, 1e-12);
  EXPECT_EQ(results[1].losers(0).enterprise(), NameOf("b"));
  EXPECT_NEAR(results[1].losers(1).index_part(), 0.3, 1e-12);
  // d falls, b loses all its sales, then a three quarters.
  EXPECT_NEAR(results[3].esri(), 0.9, 1e-12);
  const v1::SystemicRiskSummary& summary = messages_.back().summary();
  EXPECT_TRUE(summary.complete());
  ASSERT_EQ(summary.top_size(), 4);
  EXPECT_EQ(summary.top(0).enterprise(), NameOf("a"));
  EXPECT_EQ(summary.top(1).enterprise(), NameOf("b"));
  // as much as b, but later by name
  EXPECT_EQ(summary.top(2).enterprise(), NameOf("d"));
}

TEST_F(SystemicRiskServiceTest, ListedEnterprisesAndScenarios) {
  for (const std::string id : {"e", "b", "b"}) request_.add_enterprises(NameOf(id));
  auto* scenario = request_.add_scenarios();
  scenario->set_label("half");
  auto* loss = scenario->add_losses();
  loss->set_enterprise(NameOf("d"));
  loss->set_downstream_share(0.5);
  scenario->add_losses()->set_enterprise(NameOf("e"));
  ASSERT_TRUE(Call().ok());
  const auto results = Results();
  ASSERT_EQ(results.size(), 3U);
  EXPECT_EQ(results[0].enterprise(), NameOf("b"));
  EXPECT_FALSE(results[1].has_esri());  // e is in no counted link: not known, not nothing
  EXPECT_EQ(results[1].unlinked_enterprises(0), NameOf("e"));
  EXPECT_EQ(results[2].scenario(), 0);
  EXPECT_EQ(results[2].label(), "half");
  EXPECT_NEAR(results[2].esri(), 0.45, 1e-12);
  EXPECT_EQ(results[2].unlinked_enterprises_size(), 1);
  EXPECT_EQ(messages_.back().summary().top(2).enterprise(), NameOf("e"));
}

TEST_F(SystemicRiskServiceTest, TopOnly) {
  request_.set_top_only(true);
  request_.set_top_count(1);
  ASSERT_TRUE(Call().ok());
  EXPECT_TRUE(Results().empty());
  ASSERT_EQ(messages_.back().summary().top_size(), 1);
  EXPECT_EQ(messages_.back().summary().result_count(), 4);
}

TEST_F(SystemicRiskServiceTest, EmptyNetworkIsAnAnswer) {
  request_.set_currency("USD");
  ASSERT_TRUE(Call().ok());
  ASSERT_EQ(messages_.size(), 2U);
  EXPECT_EQ(messages_[0].header().firm_count(), 0);
  EXPECT_EQ(messages_[0].header().links_not_counted().other_currency(), 3);
  EXPECT_TRUE(messages_[1].summary().complete());
}

TEST_F(SystemicRiskServiceTest, EveryViolationAtOnce) {
  request_.set_parent("clusters");
  request_.add_enterprises("e");
  request_.set_threshold(0);
  request_.set_currency("yuan");
  request_.set_year(1);
  request_.set_industry_digits(5);
  request_.set_loser_count(-1);
  request_.set_top_count(1001);
  request_.mutable_as_of()->set_year(2026);
  auto* loss = request_.add_scenarios()->add_losses();
  loss->set_downstream_share(2);
  loss->set_upstream_share(-1);
  request_.add_scenarios();
  const absl::Status status = Call();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(model::ReasonOf(status), v1::INVALID_FIELDS);
  for (const char* field :
       {"parent", "enterprises[0]", "threshold", "currency", "year", "industry_digits", "loser_count", "top_count",
        "as_of", "scenarios[0].losses[0].enterprise", "scenarios[0].losses[0].downstream_share",
        "scenarios[0].losses[0].upstream_share", "scenarios[1].losses"}) {
    bool found = false;
    status.ForEachPayload([&](absl::string_view, const absl::Cord& payload) {
      found = found || std::string(payload).find(field) != std::string::npos;
    });
    EXPECT_TRUE(found) << field;
  }
  EXPECT_TRUE(messages_.empty());
}

// The summary is one message, and what it lists is bounded before any work is done.
TEST_F(SystemicRiskServiceTest, ListOfTheSummaryFitsAMessage) {
  request_.set_loser_count(100);
  EXPECT_TRUE(Call().ok());  // with the list's default length
  request_.set_top_count(163);
  EXPECT_TRUE(Call().ok());
  request_.set_top_count(164);
  EXPECT_EQ(Call().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(messages_.empty());
  request_.set_loser_count(16);
  request_.set_top_count(1000);
  EXPECT_TRUE(Call().ok());
}

TEST_F(SystemicRiskServiceTest, UnknownNames) {
  request_.add_enterprises(NameOf("gone"));
  EXPECT_EQ(Call().code(), absl::StatusCode::kNotFound);
  request_.Clear();
  request_.set_parent("clusters/gone");
  EXPECT_EQ(Call().code(), absl::StatusCode::kNotFound);
}

TEST_F(SystemicRiskServiceTest, EndsWhenTheReaderGoesOrTheCallIsCancelled) {
  EXPECT_EQ(Call(1).code(), absl::StatusCode::kCancelled);
  call_.is_cancelled = [] { return true; };
  EXPECT_EQ(Call().code(), absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace bulian::risk
