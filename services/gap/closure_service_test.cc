#include "services/gap/closure_service.h"

#include <gtest/gtest.h>

#include <string>

#include "bulian/v1/gap.pb.h"
#include "services/gap/test_cluster.h"
#include "services/model/error.h"
#include "services/rpc/access_table.h"
#include "services/rpc/call_context.h"
#include "services/rpc/method_table.h"
#include "services/rpc/page_token.h"
#include "services/view/memory_store.h"
#include "services/view/view.h"

namespace bulian::gap {
namespace {

constexpr char kMethod[] = "bulian.v1.GapService/FindClosures";

// Chain x: s wants 100 of p and has 40; t wants 50 of q and has nobody. Outside: a
// brings 30 of p and 30 of q, b 50 of p, c 20 of q. Chain y: v wants 10 of p.
class ClosureServiceTest : public testing::Test {
 protected:
  ClosureServiceTest() {
    store_.SetObserver(&views_);
    v1::Cluster record;
    record.add_region_codes("330500");
    *record.mutable_as_of() = TestCluster::Date(2026, 6, 1);
    const std::string bytes = record.SerializeAsString();
    Commit("clusters/t", &bytes);
    cluster_.on_commit = [this](const std::string& name, const std::string* value) { Commit(name, value); };
    cluster_.Type("p");
    cluster_.Type("q");
    cluster_.Supplier("here", "p", 40);
    for (const char* id : {"a", "b", "c"})
      cluster_.Put(std::string("enterprises/") + id, cluster_.Company(id, "110000"));
    cluster_.PutOffer("a", "p", cluster_.Offer("a", "p", 30));
    cluster_.PutOffer("a", "q", cluster_.Offer("a", "q", 30));
    cluster_.PutOffer("b", "p", cluster_.Offer("b", "p", 50));
    cluster_.PutOffer("c", "q", cluster_.Offer("c", "q", 20));
    v1::Chain x, y;
    TestCluster::AddSegment(&x, "s", "p", 100);
    TestCluster::AddSegment(&x, "t", "q", 50);
    TestCluster::AddSegment(&y, "v", "p", 10);
    cluster_.Put("chains/x", x);
    cluster_.Put("chains/y", y);
    RegisterClosureService(table_, {&views_, &tokens_, &analyses_});
  }

  void Commit(const std::string& name, const std::string* value) {
    store::CommitRequest request;
    request.log = "t";
    request.create_log = name == "clusters/t";
    request.writes.push_back({name, *value});
    ASSERT_TRUE(store_.Commit(std::move(request)).ok());
  }

  absl::Status Call(const v1::FindClosuresRequest& request, v1::FindClosuresResponse* response) {
    rpc::CallContext call;
    call.caller.name = "partners/a";
    if (is_cancelled_) call.is_cancelled = is_cancelled_;
    response->Clear();
    return table_.methods().at(kMethod).unary(call, request, response);
  }
  v1::FindClosuresResponse Answer(const v1::FindClosuresRequest& request) {
    v1::FindClosuresResponse response;
    const absl::Status status = Call(request, &response);
    EXPECT_TRUE(status.ok()) << status;
    return response;
  }

  view::MemoryStore store_;
  view::Views views_{&store_, {}};
  rpc::PageTokens tokens_{"0123456789abcdef"};
  GapAnalyses analyses_{&views_};
  rpc::MethodTable table_;
  TestCluster cluster_;
  std::function<bool()> is_cancelled_;
};

TEST_F(ClosureServiceTest, RanksAndFindsTheBestSet) {
  v1::FindClosuresRequest request;
  request.set_parent("clusters/t/chains/x");
  request.set_set_size(2);
  const v1::FindClosuresResponse response = Answer(request);
  EXPECT_EQ(response.segment_count(), 2);
  EXPECT_EQ(response.missing_count(), 1);
  EXPECT_NEAR(response.unmet_share(), 1.6, 1e-12);
  EXPECT_EQ(response.algorithm_version(), "closure-1");
  EXPECT_EQ(response.as_of().year(), 2026);
  EXPECT_GT(response.revision().number(), 0);
  ASSERT_EQ(response.segments_size(), 2);
  EXPECT_TRUE(response.segments_complete());
  EXPECT_EQ(response.segments(0).demand(), 100);
  EXPECT_EQ(response.segments(0).capacity(), 40);
  EXPECT_EQ(response.segments(0).unmet(), 60);
  EXPECT_EQ(response.segments(0).unit(), "H87");
  EXPECT_TRUE(response.segments(1).missing());
  // a: 0.3 + 0.6; b: 0.5; c: 0.4; then what a brings one by one.
  ASSERT_EQ(response.options_size(), 5);
  EXPECT_EQ(response.options(0).name(), "clusters/t/enterprises/a");
  EXPECT_NEAR(response.options(0).closed_share(), 0.9, 1e-12);
  EXPECT_EQ(response.options(0).subject(), v1::CLOSE_BY_ENTERPRISE);
  EXPECT_EQ(response.options(0).change(), v1::MOVE_IN);
  EXPECT_EQ(response.options(0).sources_size(), 2);
  EXPECT_EQ(response.options(0).closes_missing(), 1);
  EXPECT_EQ(response.options(1).name(), "clusters/t/enterprises/a/capabilities/q");
  EXPECT_EQ(response.options(1).enterprise(), "clusters/t/enterprises/a");
  // Of two: a and c close 0.3 + 1.0, a and b 0.6 + 0.6.
  const v1::ClosurePlan& best = response.best();
  ASSERT_EQ(best.options_size(), 2);
  EXPECT_EQ(best.options(0).name(), "clusters/t/enterprises/a");
  EXPECT_EQ(best.options(1).name(), "clusters/t/enterprises/c");
  EXPECT_NEAR(best.closed_share(), 1.3, 1e-9);
  EXPECT_EQ(best.closes_missing(), 1);
  EXPECT_TRUE(best.optimal());
  EXPECT_EQ(best.bound(), best.closed_share());
  ASSERT_TRUE(best.has_lp_bound());
  EXPECT_GE(best.lp_bound(), best.closed_share() - 1e-9);
  ASSERT_EQ(best.effects_size(), 2);
  EXPECT_NEAR(best.effects(1).added(), 50, 1e-9);
  EXPECT_EQ(best.effects(1).flows_size(), 2);
}

TEST_F(ClosureServiceTest, AnswersForSegmentsGapsAndClusters) {
  v1::FindClosuresRequest request;
  request.set_parent("clusters/t/chains/x/segments/s");
  v1::FindClosuresResponse response = Answer(request);
  EXPECT_EQ(response.segment_count(), 1);
  ASSERT_EQ(response.best().options_size(), 1);
  EXPECT_EQ(response.best().options(0).name(), "clusters/t/enterprises/b");
  EXPECT_EQ(response.best().options(0).effects(0).added(), 50);
  EXPECT_FALSE(response.best().has_lp_bound());
  request.set_parent("clusters/t/chains/x/segments/s/gaps/under-capacity");
  EXPECT_EQ(Answer(request).option_count(), 2);
  request.set_parent("clusters/t");
  response = Answer(request);
  EXPECT_EQ(response.segment_count(), 3);
  EXPECT_EQ(response.segments_size(), 2);  // v has enough
}

TEST_F(ClosureServiceTest, NarrowsSubjectsAndChanges) {
  v1::FindClosuresRequest request;
  request.set_parent("clusters/t");
  request.add_subjects(v1::CLOSE_BY_CAPABILITY);
  EXPECT_EQ(Answer(request).option_count(), 4);
  request.add_changes(v1::RAISE_LEVEL);
  const v1::FindClosuresResponse response = Answer(request);
  EXPECT_EQ(response.option_count(), 0);
  EXPECT_TRUE(response.best().optimal());
  EXPECT_EQ(response.best().options_size(), 0);
}

TEST_F(ClosureServiceTest, Pages) {
  v1::FindClosuresRequest request;
  request.set_parent("clusters/t");
  const v1::FindClosuresResponse all = Answer(request);
  request.set_page_size(2);
  v1::FindClosuresResponse pages;
  int count = 0;
  do {
    const v1::FindClosuresResponse page = Answer(request);
    EXPECT_EQ(page.has_best(), count == 0);
    EXPECT_EQ(page.option_count(), all.options_size());
    for (const v1::ClosureOption& option : page.options())
      EXPECT_EQ(option.DebugString(), all.options(count++).DebugString());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(count, all.options_size());
}

TEST_F(ClosureServiceTest, RefusesWithEveryViolation) {
  v1::FindClosuresRequest request;
  request.set_parent("clusters/t/chains/x/segments/s/gaps/nothing");
  request.mutable_as_of()->set_year(2026);
  request.set_set(static_cast<v1::SupplierSet>(9));
  request.add_subjects(v1::CLOSURE_SUBJECT_UNSPECIFIED);
  request.add_changes(static_cast<v1::ClosureChange>(77));
  request.set_set_size(11);
  request.set_page_size(-1);
  v1::FindClosuresResponse response;
  const absl::Status status = Call(request, &response);
  EXPECT_EQ(model::ReasonOf(status), v1::INVALID_FIELDS);
  EXPECT_NE(status.message().find("6 more"), absl::string_view::npos) << status;
}

TEST_F(ClosureServiceTest, WhatIsNotThereIsNotFound) {
  v1::FindClosuresRequest request;
  v1::FindClosuresResponse response;
  for (const char* parent : {"clusters/none", "clusters/t/chains/none", "clusters/t/chains/x/segments/none",
                             "clusters/t/chains/none/segments/s", "clusters/t/chains/x/segments/s/gaps/missing"}) {
    request.set_parent(parent);
    EXPECT_EQ(model::ReasonOf(Call(request, &response)), v1::RESOURCE_NOT_FOUND) << parent;
  }
}

TEST_F(ClosureServiceTest, EndsWhenTheCallerHasGone) {
  v1::FindClosuresRequest request;
  request.set_parent("clusters/t");
  v1::FindClosuresResponse response;
  ASSERT_TRUE(Call(request, &response).ok());  // the analysis is there
  is_cancelled_ = [] { return true; };
  EXPECT_TRUE(absl::IsCancelled(Call(request, &response)));
}

TEST_F(ClosureServiceTest, ReadersMayAsk) { EXPECT_EQ(rpc::RoleFor(kMethod), rpc::Role::kReader); }

}  // namespace
}  // namespace bulian::gap
