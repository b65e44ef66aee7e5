#include "services/match/plan_service.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>
#include <string>

#include "bulian/v1/match.pb.h"
#include "services/gap/gap_service.h"
#include "services/gap/test_cluster.h"
#include "services/model/error.h"
#include "services/rpc/access_table.h"
#include "services/rpc/call_context.h"
#include "services/rpc/method_table.h"
#include "services/rpc/page_token.h"
#include "services/view/memory_store.h"
#include "services/view/view.h"

namespace bulian::match {
namespace {

constexpr char kMethod[] = "bulian.v1.MatchService/PlanMatches";
using gap::TestCluster;

// Chain x: s wants 100 of p and has 40, t wants 50 of p and has none of its type beyond those 40. Chain y: u wants 30
// of q and has nobody; v asks for r, of which nobody knows how much. Outside: a has 60 of p, b has 30 of p and 20 of q,
// c has 25 of q and makes r.
class PlanServiceTest : public testing::Test {
 protected:
  PlanServiceTest() {
    store_.SetObserver(&views_);
    v1::Cluster record;
    record.add_region_codes("330500");
    *record.mutable_as_of() = TestCluster::Date(2026, 6, 1);
    const std::string bytes = record.SerializeAsString();
    Commit("clusters/t", &bytes);
    cluster_.on_commit = [this](const std::string& name, const std::string* value) { Commit(name, value); };
    cluster_.Type("p");
    cluster_.Type("q");
    cluster_.Type("r");
    cluster_.Supplier("here", "p", 40);
    for (const char* id : {"a", "b", "c"})
      cluster_.Put(std::string("enterprises/") + id, cluster_.Company(id, "110000"));
    cluster_.PutOffer("a", "p", cluster_.Offer("a", "p", 60));
    cluster_.PutOffer("b", "p", cluster_.Offer("b", "p", 30));
    cluster_.PutOffer("b", "q", cluster_.Offer("b", "q", 20));
    cluster_.PutOffer("c", "q", cluster_.Offer("c", "q", 25));
    cluster_.PutOffer("c", "r", cluster_.Offer("c", "r", 5));
    v1::Chain x, y;
    TestCluster::AddSegment(&x, "s", "p", 100);
    TestCluster::AddSegment(&x, "t", "p", 50);
    TestCluster::AddSegment(&y, "u", "q", 30);
    TestCluster::AddSegment(&y, "v", "r");
    cluster_.Put("chains/x", x);
    cluster_.Put("chains/y", y);
    RegisterPlanService(table_, {&views_, &tokens_, analyses_.Source()});
    request_.set_parent("clusters/t");
  }

  void Commit(const std::string& name, const std::string* value) {
    store::CommitRequest request;
    request.log = "t";
    request.create_log = name == "clusters/t";
    request.writes.push_back({name, *value});
    ASSERT_TRUE(store_.Commit(std::move(request)).ok());
  }

  absl::Status Call(v1::PlanMatchesResponse* response) {
    rpc::CallContext call;
    call.caller.name = "partners/a";
    if (is_cancelled_) call.is_cancelled = is_cancelled_;
    response->Clear();
    return table_.methods().at(kMethod).unary(call, request_, response);
  }
  v1::PlanMatchesResponse Answer() {
    v1::PlanMatchesResponse response;
    const absl::Status status = Call(&response);
    EXPECT_TRUE(status.ok()) << status;
    return response;
  }

  view::MemoryStore store_;
  view::Views views_{&store_, {}};
  rpc::PageTokens tokens_{"0123456789abcdef"};
  gap::GapAnalyses analyses_{&views_};
  rpc::MethodTable table_;
  TestCluster cluster_;
  v1::PlanMatchesRequest request_;
  std::function<bool()> is_cancelled_;
};

const v1::PlanGap& GapOf(const v1::PlanMatchesResponse& response, const std::string& segment) {
  for (const v1::PlanGap& gap : response.gaps()) {
    if (gap.segment() == "clusters/t/chains/" + segment) return gap;
  }
  ADD_FAILURE() << segment;
  return v1::PlanGap::default_instance();
}

// The bound of the answer, from what it tells alone.
double Recomputed(const v1::PlanMatchesResponse& response) {
  std::map<std::string, const v1::PlanCapacity*> capacities;
  std::map<std::string, double> pool_price;  // of a unit of a capacity, of all its pools
  double bound = 0;
  for (const v1::PlanCapacity& capacity : response.capacities()) {
    capacities[capacity.capacity()] = &capacity;
    bound += capacity.usable() * capacity.price();
    for (const v1::PlanPoolDraw& draw : capacity.draws()) pool_price[draw.capacity()] += draw.load() * capacity.price();
  }
  for (const v1::PlanGap& gap : response.gaps()) {
    bound += gap.usable_need() * gap.price();
    std::map<int, double> limits;
    for (const v1::PlanSupplierLimit& limit : gap.supplier_limits()) {
      limits[limit.supplier()] = limit.price();
      bound += gap.supplier_limit() * limit.price();
    }
    for (const v1::PlanAssignment& candidate : gap.assignments()) {
      double reduced = candidate.value() - gap.price() - limits[candidate.supplier()];
      if (const auto at = capacities.find(candidate.capacity()); at != capacities.end()) {
        const double taken = gap.unit_factor() / at->second->unit_factor();
        reduced -= taken * (at->second->price() + pool_price[candidate.capacity()]);
      }
      bound += std::max(candidate.floor() * reduced, candidate.limit() * reduced);
    }
  }
  return bound;
}

TEST_F(PlanServiceTest, PlansAllGapsAtOnce) {
  request_.set_include_candidates(true);
  const v1::PlanMatchesResponse response = Answer();
  EXPECT_EQ(response.method(), v1::PLAN_FLOW);
  EXPECT_TRUE(response.optimal());
  EXPECT_EQ(response.gap_count(), 4);
  EXPECT_GT(response.revision().number(), 0);
  EXPECT_EQ(response.as_of().year(), 2026);
  EXPECT_EQ(response.algorithm_version(), "plan-1");
  // p: 60 + 10 lack, a and b have 90; q: 30 lacks, b and c have 45; two suppliers of r lack, there is one.
  EXPECT_NEAR(GapOf(response, "x/segments/s").need(), 60, 1e-9);
  EXPECT_NEAR(GapOf(response, "x/segments/s").assigned(), 60, 1e-6);
  EXPECT_NEAR(GapOf(response, "x/segments/t").assigned(), 10, 1e-6);
  EXPECT_NEAR(GapOf(response, "y/segments/u").assigned(), 30, 1e-6);
  const v1::PlanGap& presence = GapOf(response, "y/segments/v");
  EXPECT_TRUE(presence.counts_suppliers());
  EXPECT_EQ(presence.need(), 2);
  EXPECT_EQ(presence.assigned(), 1);
  EXPECT_EQ(presence.unmet(), 1);
  EXPECT_EQ(presence.price(), 0);
  EXPECT_GT(presence.worth(), 0);
  EXPECT_NEAR(Recomputed(response), response.relaxation_bound(), 1e-6);
  EXPECT_GE(response.bound(), response.objective());
}

TEST_F(PlanServiceTest, WhatIsScarceHasAPrice) {
  v1::Chain z;
  TestCluster::AddSegment(&z, "w", "p", 200);
  cluster_.Put("chains/z", z);
  request_.set_include_candidates(true);
  request_.set_score_weight(0);
  const v1::PlanMatchesResponse response = Answer();
  // 90 of p for 230 that lack: all is given, each capacity has a price, and no need of p that is left has one.
  double given = 0;
  for (const v1::PlanCapacity& capacity : response.capacities()) {
    if (capacity.capacity().ends_with("/p")) {
      EXPECT_GT(capacity.price(), 0) << capacity.capacity();
      given += capacity.used();
    }
  }
  EXPECT_NEAR(given, 90, 1e-6);
  EXPECT_EQ(GapOf(response, "z/segments/w").price(), 0);
  EXPECT_NEAR(GapOf(response, "z/segments/w").worth(), 1 / GapOf(response, "z/segments/w").need(), 1e-12);
  EXPECT_NEAR(Recomputed(response), response.objective(), 1e-6);
}

TEST_F(PlanServiceTest, KeepsConstraints) {
  request_.add_targets("clusters/t/chains/x/segments/s");
  request_.mutable_constraints()->set_max_supplier_share(0.4);
  v1::PlanMatchesResponse response = Answer();
  ASSERT_EQ(response.gaps_size(), 1);
  for (const v1::PlanAssignment& one : response.gaps(0).assignments()) EXPECT_LE(one.share(), 0.4 + 1e-9);
  EXPECT_NEAR(response.gaps(0).assigned(), 48, 1e-6);
  // One of two is there already: with three wanted both others have to give.
  request_.mutable_constraints()->clear_max_supplier_share();
  request_.mutable_constraints()->set_min_suppliers(3);
  request_.mutable_constraints()->set_lot_share(0.25);
  response = Answer();
  EXPECT_EQ(response.method(), v1::PLAN_INTEGER);
  EXPECT_EQ(response.gaps(0).new_suppliers(), 2);
  for (const v1::PlanAssignment& one : response.gaps(0).assignments())
    EXPECT_NEAR(one.amount() / 15, std::round(one.amount() / 15), 1e-9);
  EXPECT_NEAR(response.gaps(0).assigned(), 60, 1e-6);
  // Four cannot be had.
  request_.mutable_constraints()->set_min_suppliers(4);
  response = Answer();
  EXPECT_EQ(response.gaps(0).assigned(), 0);
  EXPECT_EQ(response.gaps(0).usable_need(), 0);
  EXPECT_TRUE(response.optimal());
}

TEST_F(PlanServiceTest, KeepsFixedChoicesOrSaysWhyNot) {
  v1::FixedPlanChoice* const choice = request_.add_fixed_choices();
  choice->set_segment("clusters/t/chains/x/segments/s");
  choice->set_enterprise("clusters/t/enterprises/b");
  choice->set_min_amount(25);
  v1::PlanMatchesResponse response = Answer();
  bool found = false;
  for (const v1::PlanAssignment& one : GapOf(response, "x/segments/s").assignments()) {
    if (!one.enterprise().ends_with("/b")) continue;
    found = true;
    EXPECT_GE(one.amount(), 25 - 1e-9);
  }
  EXPECT_TRUE(found);
  choice->set_min_amount(31);
  EXPECT_EQ(model::ReasonOf(Call(&response)), v1::INVALID_FIELDS);
  choice->set_min_amount(0);
  choice->set_max_amount(0);
  response = Answer();
  for (const v1::PlanAssignment& one : GapOf(response, "x/segments/s").assignments())
    EXPECT_FALSE(one.enterprise().ends_with("/b"));
}

TEST_F(PlanServiceTest, PoolsAreShared) {
  v1::Enterprise b = cluster_.Company("b", "110000");
  v1::Pool* const pool = b.add_pools();
  pool->set_pool_id("oven");
  pool->mutable_capacity()->set_value(35);
  pool->mutable_capacity()->set_unit("HUR");
  pool->mutable_capacity()->set_period(v1::YEAR);
  cluster_.Put("enterprises/b", b);
  for (const char* type : {"p", "q"}) {
    v1::Capability offer = cluster_.Offer("b", type, type[0] == 'p' ? 30 : 20);
    v1::PoolLoad* const load = offer.add_pool_loads();
    load->set_pool("oven");
    load->set_load_per_unit(1);
    cluster_.PutOffer("b", type, offer);
  }
  cluster_.PutOffer("c", "q", cluster_.Offer("c", "q", 5));
  cluster_.PutOffer("a", "p", cluster_.Offer("a", "p", 40));
  request_.set_include_candidates(true);
  const v1::PlanMatchesResponse response = Answer();
  EXPECT_EQ(response.method(), v1::PLAN_LINEAR);
  double drawn = 0;
  for (const v1::PlanCapacity& capacity : response.capacities()) {
    if (!capacity.pool()) continue;
    EXPECT_EQ(capacity.capacity(), "clusters/t/enterprises/b#oven");
    EXPECT_EQ(capacity.draws_size(), 2);
    EXPECT_GT(capacity.price(), 0);
    drawn = capacity.used();
  }
  EXPECT_NEAR(drawn, 35, 1e-6);
  EXPECT_NEAR(Recomputed(response), response.objective(), 1e-6);
}

TEST_F(PlanServiceTest, Pages) {
  const v1::PlanMatchesResponse all = Answer();
  request_.set_page_size(2);
  int gaps = 0, capacities = 0;
  do {
    const v1::PlanMatchesResponse page = Answer();
    EXPECT_EQ(page.objective(), all.objective());
    for (const v1::PlanGap& gap : page.gaps()) EXPECT_EQ(gap.DebugString(), all.gaps(gaps++).DebugString());
    for (const v1::PlanCapacity& one : page.capacities())
      EXPECT_EQ(one.DebugString(), all.capacities(capacities++).DebugString());
    request_.set_page_token(page.next_page_token());
  } while (!request_.page_token().empty());
  EXPECT_EQ(gaps, all.gap_count());
  EXPECT_EQ(capacities, all.capacity_count());
}

TEST_F(PlanServiceTest, RefusesWithEveryViolation) {
  request_.add_targets("clusters/t/enterprises/a");
  request_.add_targets("clusters/other/chains/x");
  request_.mutable_constraints()->set_min_suppliers(11);
  request_.mutable_constraints()->set_max_supplier_share(0);
  request_.mutable_constraints()->set_lot_share(std::nan(""));
  request_.add_segment_constraints()->set_segment("x");
  request_.set_score_weight(2);
  request_.set_node_limit(-1);
  request_.add_fixed_choices()->set_min_amount(-1);
  request_.set_page_size(-1);
  v1::PlanMatchesResponse response;
  const absl::Status status = Call(&response);
  EXPECT_EQ(model::ReasonOf(status), v1::INVALID_FIELDS);
  EXPECT_NE(status.message().find("11 more"), absl::string_view::npos) << status;
}

TEST_F(PlanServiceTest, WhatIsNotThereIsNotFound) {
  v1::PlanMatchesResponse response;
  for (const char* target : {"clusters/t/chains/none", "clusters/t/chains/x/segments/none",
                             "clusters/t/chains/none/segments/s/gaps/missing"}) {
    request_.clear_targets();
    request_.add_targets(target);
    EXPECT_EQ(model::ReasonOf(Call(&response)), v1::RESOURCE_NOT_FOUND) << target;
  }
  request_.clear_targets();
  request_.set_parent("clusters/none");
  EXPECT_EQ(model::ReasonOf(Call(&response)), v1::RESOURCE_NOT_FOUND);
}

TEST_F(PlanServiceTest, EndsWhenTheCallerHasGone) {
  Answer();  // the analysis is there
  request_.set_score_weight(0.25);
  is_cancelled_ = [] { return true; };
  v1::PlanMatchesResponse response;
  EXPECT_TRUE(absl::IsCancelled(Call(&response)));
}

TEST_F(PlanServiceTest, ReadersMayAsk) { EXPECT_EQ(rpc::RoleFor(kMethod), rpc::Role::kReader); }

}  // namespace
}  // namespace bulian::match
