#include <gtest/gtest.h>

#include "bulian/v1/risk.pb.h"
#include "services/gap/gap_service.h"
#include "services/gap/test_cluster.h"
#include "services/model/error.h"
#include "services/risk/risk_service.h"
#include "services/rpc/call_context.h"
#include "services/rpc/method_table.h"
#include "services/rpc/page_token.h"
#include "services/view/memory_store.h"
#include "services/view/view.h"

namespace bulian::risk {
namespace {

using gap::TestCluster;

constexpr char kEnd[] = "clusters/t/chains/x/segments/end";

// 10 pieces of `end` a year, made by e of 2 parts each, which a (15) and b (10) make, and of a chip nobody makes.
class DisruptionServiceTest : public testing::Test {
 protected:
  DisruptionServiceTest() {
    store_.SetObserver(&views_);
    v1::Cluster record;
    record.add_region_codes("330500");
    *record.mutable_as_of() = TestCluster::Date(2026, 6, 1);
    const std::string bytes = record.SerializeAsString();
    Commit("clusters/t", &bytes);
    cluster_.on_commit = [this](const std::string& name, const std::string* value) { Commit(name, value); };
    for (const char* type : {"p", "q", "chip"}) cluster_.Type(type);
    cluster_.Supplier("a", "p", 15);
    cluster_.Supplier("b", "p", 10);
    cluster_.Supplier("e", "q", 100);
    cluster_.Supplier("idle", "q", 1000);
    v1::Chain chain;
    v1::Segment* end = TestCluster::AddSegment(&chain, "end", "q", 10);
    end->mutable_unit_margin()->set_currency_code("CNY");
    end->mutable_unit_margin()->set_units(3);
    TestCluster::AddInput(end, "part", 2);
    TestCluster::AddInput(end, "chip", 1);
    TestCluster::AddSegment(&chain, "part", "p");
    TestCluster::AddSegment(&chain, "chip", "chip");
    cluster_.Put("chains/x", chain);
    const gap::PatientAnalysisSource source = analyses_.Source();
    RegisterRiskService(table_,
                        {.views = &views_, .page_tokens = &tokens_, .analysis = [this, source](const auto&... asked) {
                           ++computed_;
                           return source(asked...);
                         }});
    request_.set_parent("clusters/t");
  }

  void Commit(const std::string& name, const std::string* value) {
    store::CommitRequest request;
    request.log = "t";
    request.create_log = name == "clusters/t";
    request.writes.push_back({name, *value});
    ASSERT_TRUE(store_.Commit(std::move(request)).ok());
  }

  absl::Status Call() {
    rpc::CallContext call;
    call.caller.name = "partners/a";
    response_.Clear();
    return table_.methods().at("bulian.v1.RiskService/AssessDisruption").unary(call, request_, &response_);
  }

  view::MemoryStore store_;
  view::Views views_{&store_, {}};
  rpc::PageTokens tokens_{"0123456789abcdef"};
  gap::GapAnalyses analyses_{&views_};
  rpc::MethodTable table_;
  TestCluster cluster_;
  v1::AssessDisruptionRequest request_;
  v1::AssessDisruptionResponse response_;
  int computed_ = 0;  // answers
};

TEST_F(DisruptionServiceTest, RanksSingleFailuresInPages) {
  request_.set_page_size(1);
  request_.set_recovery(true);
  ASSERT_TRUE(Call().ok());
  ASSERT_EQ(response_.products_size(), 1);
  EXPECT_EQ(response_.products(0).segment(), kEnd);
  EXPECT_NEAR(response_.products(0).delivered().verified().lower(), 10, 1e-6);
  EXPECT_EQ(response_.products(0).unit(), "H87");
  ASSERT_EQ(response_.products(0).certificates_size(), 1);
  ASSERT_EQ(response_.products(0).certificates(0).limits_size(), 1);
  EXPECT_TRUE(response_.products(0).certificates(0).limits(0).demand());
  EXPECT_EQ(response_.bought_outside_size(), 1);
  EXPECT_EQ(response_.failure_count(), 4);
  EXPECT_EQ(response_.result_count(), 2);  // e is replaced by idle
  ASSERT_EQ(response_.results_size(), 1);
  const v1::FailureResult worst = response_.results(0);
  EXPECT_EQ(worst.failure().enterprises(0), "clusters/t/enterprises/a");
  EXPECT_NEAR(worst.greatest_share(), 0.5, 1e-9);
  EXPECT_NEAR(worst.losses(0).loss().possible().upper(), 5, 1e-6);
  EXPECT_EQ(worst.value_loss().currency(), "CNY");
  EXPECT_NEAR(worst.value_loss().loss().claimed().lower(), 15, 1e-6);
  EXPECT_FALSE(worst.recovery().has_recovery_days());
  EXPECT_EQ(worst.recovery().survival_days().lower(), 0);
  EXPECT_TRUE(worst.recovery().survival_days().unbounded());
  request_.set_page_token(response_.next_page_token());
  ASSERT_TRUE(Call().ok());
  EXPECT_EQ(response_.results(0).failure().enterprises(0), "clusters/t/enterprises/b");
  EXPECT_NEAR(response_.results(0).greatest_share(), 0.25, 1e-9);
  EXPECT_EQ(response_.next_page_token(), "");
}

TEST_F(DisruptionServiceTest, PagesOfOneAnswerAreComputedOnceForTheirRevision) {
  request_.set_recovery(true);
  request_.set_certificates(true);
  ASSERT_TRUE(Call().ok());
  v1::AssessDisruptionResponse whole = response_;
  EXPECT_EQ(computed_, 1);
  ASSERT_EQ(whole.results_size(), 2);
  request_.set_page_size(1);
  ASSERT_TRUE(Call().ok());
  v1::AssessDisruptionResponse pages = response_;
  request_.set_page_token(response_.next_page_token());
  cluster_.Supplier("c", "p", 100);  // the second page is of the first one's revision all the same
  ASSERT_TRUE(Call().ok());
  EXPECT_EQ(computed_, 1);
  EXPECT_EQ(response_.products_size(), 0);
  EXPECT_EQ(response_.result_count(), 2);
  EXPECT_EQ(response_.next_page_token(), "");
  pages.MergeFrom(response_);
  pages.clear_next_page_token();
  EXPECT_EQ(pages.SerializeAsString(), whole.SerializeAsString());
  // Another revision, date or request is another answer.
  request_.clear_page_token();
  ASSERT_TRUE(Call().ok());
  EXPECT_EQ(computed_, 2);
  EXPECT_EQ(response_.result_count(), 0);  // c has enough
  *request_.mutable_as_of() = TestCluster::Date(2026, 6, 2);
  ASSERT_TRUE(Call().ok());
  EXPECT_EQ(computed_, 3);
  request_.clear_certificates();
  ASSERT_TRUE(Call().ok());
  EXPECT_EQ(computed_, 4);
  ASSERT_TRUE(Call().ok());
  EXPECT_EQ(computed_, 4);
}

TEST_F(DisruptionServiceTest, GivenFailuresAreAnsweredInOrderWithCertificates) {
  v1::Failure* nothing = request_.add_failures();
  nothing->set_label("idle alone");
  nothing->add_enterprises("clusters/t/enterprises/idle");
  v1::Failure* both = request_.add_failures();
  both->set_label("a and, for the end, e and idle");
  both->add_enterprises("clusters/t/enterprises/a");
  v1::SegmentSupplierFailure* supplier = both->add_segment_suppliers();
  supplier->set_segment(kEnd);
  supplier->add_enterprises("clusters/t/enterprises/e");
  v1::Failure* region = request_.add_failures();
  region->add_region_codes("330000");
  request_.set_certificates(true);
  ASSERT_TRUE(Call().ok());
  ASSERT_EQ(response_.results_size(), 3);
  EXPECT_EQ(response_.results(0).failure().label(), "idle alone");
  EXPECT_EQ(response_.results(0).capabilities(), 1);
  EXPECT_EQ(response_.results(0).losses_size(), 0);
  ASSERT_EQ(response_.results(1).losses_size(), 1);
  const v1::ProductLoss& loss = response_.results(1).losses(0);
  EXPECT_NEAR(loss.loss().claimed().lower(), 5, 1e-6);
  ASSERT_EQ(loss.certificates_size(), 1);
  EXPECT_NEAR(loss.certificates(0).value(), 5, 1e-6);
  ASSERT_EQ(loss.certificates(0).limits_size(), 1);
  EXPECT_NEAR(loss.certificates(0).limits(0).amount(), 10, 1e-6);  // b alone
  EXPECT_NEAR(loss.certificates(0).limits(0).worth(), 0.5, 1e-9);
  EXPECT_EQ(loss.certificates(0).limits(0).capabilities(), 1);
  EXPECT_EQ(response_.results(2).capabilities(), 4);
  EXPECT_NEAR(response_.results(2).losses(0).share().claimed().lower(), 1, 1e-9);
  EXPECT_EQ(response_.results(2).losses(0).certificates(0).stopped_segments_size(), 2);
}

TEST_F(DisruptionServiceTest, TheClusterAloneDeliversNothingWithoutTheChip) {
  request_.set_sourcing(v1::CLUSTER_ALONE);
  ASSERT_TRUE(Call().ok());
  EXPECT_EQ(response_.products(0).delivered().possible().upper(), 0);
  EXPECT_EQ(response_.result_count(), 0);
  EXPECT_EQ(response_.bought_outside_size(), 0);
}

TEST_F(DisruptionServiceTest, RefusesWrongRequestsWithEveryViolation) {
  request_.set_parent("clusters/t/chains/x");
  v1::Failure* failure = request_.add_failures();
  failure->set_label(std::string(257, 'x'));
  failure->add_enterprises("nonsense");
  failure->add_enterprises("clusters/other/enterprises/a");
  failure->add_region_codes("99");
  failure->add_segment_suppliers()->set_segment("x");
  request_.add_failures();  // of nothing
  request_.set_unit(v1::REGIONS);
  request_.set_sourcing(static_cast<v1::Sourcing>(77));
  request_.set_page_size(-1);
  const absl::Status status = Call();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(model::ReasonOf(status), v1::INVALID_FIELDS);
  EXPECT_NE(status.message().find("9 more"), absl::string_view::npos) << status;
}

TEST_F(DisruptionServiceTest, WhatIsNotThereIsNotFound) {
  request_.add_failures()->add_enterprises("clusters/t/enterprises/nobody");
  EXPECT_EQ(Call().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Call().code(), absl::StatusCode::kNotFound);
  request_.Clear();
  request_.set_parent("clusters/t/chains/none");
  EXPECT_EQ(Call().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace bulian::risk
