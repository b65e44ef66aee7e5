// Joint plans with enterprises of other clusters' records, through the calls.
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "bulian/v1/match.pb.h"
#include "services/gap/gap_service.h"
#include "services/gap/test_cluster.h"
#include "services/match/plan_service.h"
#include "services/model/error.h"
#include "services/rpc/call_context.h"
#include "services/rpc/method_table.h"
#include "services/rpc/page_token.h"
#include "services/view/memory_store.h"
#include "services/view/view.h"

namespace bulian::match {
namespace {

using gap::TestCluster;

constexpr char kFar[] = "91110000MA0FARFAR1";

// Cluster t: chain x has s, which wants 60 of p, and w, which wants 40 of p and takes research. Nobody has any; `near`,
// outside, has 10. Cluster u: `far` has 50 of the same in volume. Cluster v, which is closer, has `far` on record too,
// with 80 in research.
class PlanRecruitsTest : public testing::Test {
 protected:
  PlanRecruitsTest() {
    store_.SetObserver(&views_);
    for (const char* id : {"t", "u", "v"}) {
      v1::Cluster record;
      if (*id == 't') record.add_region_codes("330500");
      *record.mutable_as_of() = TestCluster::Date(2026, 6, 1);
      Put(std::string("clusters/") + id, record);
    }
    cluster_.on_commit = [this](const std::string& name, const std::string* value) { Commit(name, *value); };
    v1::CapabilityType type = cluster_.Type("p");
    type.add_equivalents("clusters/t/capabilityTypes/p");
    for (const char* id : {"u", "v"}) Put(std::string("clusters/") + id + "/capabilityTypes/q", type);
    cluster_.Put("enterprises/near", cluster_.Company("near", "110000"));
    cluster_.PutOffer("near", "p", cluster_.Offer("near", "p", 10));
    v1::Chain x;
    TestCluster::AddSegment(&x, "s", "p", 60);
    TestCluster::AddSegment(&x, "w", "p", 40)->mutable_requirement()->set_min_level(v1::RESEARCH);
    cluster_.Put("chains/x", x);
    PutFar("u", "110000", v1::VOLUME, 50);
    PutFar("v", "330100", v1::RESEARCH, 80);
    RegisterPlanService(table_, {&views_, &tokens_, analyses_.Source()});
    request_.set_parent("clusters/t");
    request_.set_include_recruits(true);
    request_.set_score_weight(0);
  }

  void Commit(const std::string& name, const std::string& value) {
    store::CommitRequest request;
    request.log = name.substr(9, 1);
    request.create_log = name.size() == 10;
    request.writes.push_back({name, value});
    ASSERT_TRUE(store_.Commit(std::move(request)).ok());
  }
  void Put(const std::string& name, const google::protobuf::Message& message) {
    Commit(name, message.SerializeAsString());
  }
  void PutFar(const std::string& cluster, const std::string& region, v1::Level level, double pieces) {
    const std::string name = "clusters/" + cluster + "/enterprises/far";
    v1::Enterprise enterprise = cluster_.Company("far", region);
    enterprise.set_uscc(kFar);
    Put(name, enterprise);
    v1::Capability offer = cluster_.Offer("far", "p", pieces);
    offer.set_capability_type("clusters/" + cluster + "/capabilityTypes/q");
    offer.set_site("seat");
    offer.set_level(level);
    Put(name + "/capabilities/q", offer);
  }

  absl::Status Call(v1::PlanMatchesResponse* response) {
    rpc::CallContext call;
    call.caller.name = "partners/a";
    response->Clear();
    return table_.methods().at("bulian.v1.MatchService/PlanMatches").unary(call, request_, response);
  }
  v1::PlanMatchesResponse Answer() {
    v1::PlanMatchesResponse response;
    const absl::Status status = Call(&response);
    EXPECT_TRUE(status.ok()) << status;
    return response;
  }
  // What a cluster's enterprise gives to each segment, as `s 50 w 10`.
  static std::map<std::string, double> GivenBy(const v1::PlanMatchesResponse& plan) {
    std::map<std::string, double> given;
    for (const v1::PlanGap& gap : plan.gaps())
      for (const v1::PlanAssignment& one : gap.assignments())
        given[one.enterprise().substr(9, 1) + one.enterprise().substr(one.enterprise().rfind('/'))] += one.amount();
    return given;
  }

  view::MemoryStore store_;
  view::Views views_{&store_, {}};
  rpc::PageTokens tokens_{"0123456789abcdef"};
  gap::GapAnalyses analyses_{&views_};
  rpc::MethodTable table_;
  TestCluster cluster_;
  v1::PlanMatchesRequest request_;
};

TEST_F(PlanRecruitsTest, OnlyWhenAskedAndAtOneRevision) {
  request_.add_recruit_clusters("clusters/u");
  const v1::PlanMatchesResponse with = Answer();
  ASSERT_EQ(with.clusters_size(), 2);
  EXPECT_EQ(with.clusters(0).cluster(), "clusters/t");
  EXPECT_EQ(with.clusters(1).cluster(), "clusters/u");
  EXPECT_EQ(with.clusters(1).revision().number(), (*views_.Current("u"))->position().revision);
  auto given = GivenBy(with);
  EXPECT_NEAR(given["u/far"], 50, 1e-6);
  EXPECT_NEAR(given["t/near"], 10, 1e-6);
  for (const v1::PlanGap& gap : with.gaps())
    for (const v1::PlanAssignment& one : gap.assignments()) {
      EXPECT_TRUE(one.recruit());
      EXPECT_EQ(one.display_name().en(), one.enterprise().substr(one.enterprise().rfind('/') + 1));
      EXPECT_EQ(one.capacity(), one.capability());
    }
  request_.set_include_recruits(false);
  request_.clear_recruit_clusters();
  const v1::PlanMatchesResponse without = Answer();
  EXPECT_EQ(without.clusters_size(), 1);
  EXPECT_EQ(GivenBy(without).size(), 1);
}

TEST_F(PlanRecruitsTest, OneEnterpriseIsOneCapacityWhicheverRecordAGapPrefers) {
  request_.set_include_candidates(true);
  const v1::PlanMatchesResponse plan = Answer();
  EXPECT_EQ(plan.clusters_size(), 3);
  ASSERT_EQ(plan.gaps_size(), 2);
  std::string capacity;
  std::map<std::string, int> records;
  double given = 0;
  for (const v1::PlanGap& gap : plan.gaps()) {
    for (const v1::PlanAssignment& one : gap.assignments()) {
      if (!one.enterprise().ends_with("/far")) continue;
      ++records[one.enterprise()];
      given += one.amount();
      EXPECT_TRUE(capacity.empty() || capacity == one.capacity());
      capacity = one.capacity();
    }
  }
  // s takes volume only, of u; w prefers the closer record, of v. Between them they give what u has.
  EXPECT_EQ(records.size(), 2);
  EXPECT_NEAR(given, 50, 1e-6);
  EXPECT_EQ(capacity, "clusters/u/enterprises/far/capabilities/q");
}

TEST_F(PlanRecruitsTest, AnotherEnterpriseIsAnotherCapacity) {
  v1::Enterprise enterprise = cluster_.Company("far", "330100");
  Put("clusters/v/enterprises/far", enterprise);  // without the number
  auto given = GivenBy(Answer());
  EXPECT_NEAR(given["u/far"] + given["v/far"] + given["t/near"], 100, 1e-6);
  EXPECT_GT(given["v/far"], 30 - 1e-6);
}

TEST_F(PlanRecruitsTest, WhoIsOnRecordHereCountsWithTheOwnersKnownHere) {
  // Both are of one owner by the records here, so that together they may give half.
  request_.add_recruit_clusters("clusters/u");
  request_.add_targets("clusters/t/chains/x/segments/s");
  request_.mutable_constraints()->set_max_supplier_share(0.5);
  cluster_.PutOffer("near", "p", cluster_.Offer("near", "p", 25));
  EXPECT_NEAR(Answer().gaps(0).assigned(), 55, 1e-6);
  v1::Enterprise here = cluster_.Company("far", "110000"), near = cluster_.Company("near", "110000");
  here.set_uscc(kFar);
  cluster_.OwnedBy(&here, "ext:group", 0.9);
  cluster_.OwnedBy(&near, "ext:group", 0.9);
  cluster_.Put("enterprises/far", here);
  cluster_.Put("enterprises/near", near);
  EXPECT_NEAR(Answer().gaps(0).assigned(), 30, 1e-6);
}

TEST_F(PlanRecruitsTest, PoolsAreOfTheOtherClustersEnterprise) {
  request_.add_recruit_clusters("clusters/u");
  v1::Enterprise far = cluster_.Company("far", "110000");
  v1::Pool* const pool = far.add_pools();
  pool->set_pool_id("oven");
  pool->mutable_capacity()->set_value(35);
  pool->mutable_capacity()->set_unit("HUR");
  pool->mutable_capacity()->set_period(v1::YEAR);
  Put("clusters/u/enterprises/far", far);
  v1::Capability offer = cluster_.Offer("far", "p", 50);
  offer.set_capability_type("clusters/u/capabilityTypes/q");
  offer.add_pool_loads()->set_pool("oven");
  offer.mutable_pool_loads(0)->set_load_per_unit(1);
  Put("clusters/u/enterprises/far/capabilities/q", offer);
  const v1::PlanMatchesResponse plan = Answer();
  EXPECT_NEAR(GivenBy(plan)["u/far"], 35, 1e-6);
  bool told = false;
  for (const v1::PlanCapacity& one : plan.capacities())
    told = told || (one.pool() && one.capacity() == "clusters/u/enterprises/far#oven");
  EXPECT_TRUE(told);
}

TEST_F(PlanRecruitsTest, PagesKeepToTheStatesOfTheFirst) {
  request_.add_recruit_clusters("clusters/u");
  request_.add_recruit_clusters("clusters/none");
  const v1::PlanMatchesResponse all = Answer();
  ASSERT_EQ(all.unreachable_size(), 1);
  EXPECT_EQ(all.unreachable(0).rfind("clusters/none: ", 0), 0);
  request_.set_page_size(1);
  v1::PlanMatchesResponse page = Answer();
  ASSERT_EQ(page.gaps_size(), 1);
  PutFar("u", "110000", v1::VOLUME, 1);
  request_.set_page_token(page.next_page_token());
  page = Answer();
  EXPECT_EQ(page.gaps(0).DebugString(), all.gaps(1).DebugString());
  EXPECT_EQ(page.clusters(1).DebugString(), all.clusters(1).DebugString());
  EXPECT_EQ(page.unreachable_size(), 1);
  EXPECT_EQ(page.objective(), all.objective());
  request_.clear_page_token();
  request_.set_page_size(0);
  EXPECT_NEAR(GivenBy(Answer())["u/far"], 1, 1e-6);
}

TEST_F(PlanRecruitsTest, ChoicesMayNameRecruits) {
  v1::FixedPlanChoice* const choice = request_.add_fixed_choices();
  choice->set_segment("clusters/t/chains/x/segments/w");
  choice->set_enterprise("clusters/u/enterprises/far");
  request_.add_recruit_clusters("clusters/u");
  choice->set_min_amount(30);
  const v1::PlanMatchesResponse plan = Answer();
  for (const v1::PlanGap& gap : plan.gaps())
    for (const v1::PlanAssignment& one : gap.assignments())
      if (gap.segment().ends_with("/w") && one.enterprise() == choice->enterprise()) {
        EXPECT_GE(one.amount(), 30 - 1e-6);
        choice->clear_min_amount();
      }
  EXPECT_EQ(choice->min_amount(), 0) << "found";
  choice->set_enterprise("clusters/v/enterprises/far");  // takes no part
  v1::PlanMatchesResponse response;
  EXPECT_EQ(model::ReasonOf(Call(&response)), v1::INVALID_FIELDS);
}

TEST_F(PlanRecruitsTest, RefusesWhatMakesNoSense) {
  v1::PlanMatchesResponse response;
  request_.set_local_only(true);
  EXPECT_NE(Call(&response).message().find("include_recruits"), absl::string_view::npos);
  request_.set_local_only(false);
  request_.add_recruit_clusters("u");
  EXPECT_NE(Call(&response).message().find("recruit_clusters[0]"), absl::string_view::npos);
  request_.set_include_recruits(false);
  request_.set_recruit_clusters(0, "clusters/u");
  EXPECT_NE(Call(&response).message().find("recruit_clusters"), absl::string_view::npos);
  request_.set_include_recruits(true);
  request_.clear_recruit_clusters();
  request_.set_page_token("x");
  EXPECT_EQ(model::ReasonOf(Call(&response)), v1::PAGE_TOKEN_INVALID);
}

}  // namespace
}  // namespace bulian::match
