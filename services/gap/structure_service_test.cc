#include "services/gap/structure_service.h"

#include <gtest/gtest.h>

#include "bulian/v1/structure.pb.h"
#include "services/gap/test_cluster.h"
#include "services/model/error.h"
#include "services/rpc/call_context.h"
#include "services/rpc/method_table.h"
#include "services/rpc/page_token.h"
#include "services/view/memory_store.h"
#include "services/view/view.h"

namespace bulian::gap {
namespace {

constexpr char kEnd[] = "clusters/t/chains/x/segments/end";

// Chain x: raw feeds mid, mid feeds end (10 a year, with nobody who makes it) and side. Chain y: solo.
class StructureServiceTest : public testing::Test {
 protected:
  StructureServiceTest() {
    store_.SetObserver(&views_);
    v1::Cluster record;
    record.add_region_codes("330500");
    *record.mutable_as_of() = TestCluster::Date(2026, 6, 1);
    const std::string bytes = record.SerializeAsString();
    Commit("clusters/t", &bytes);
    cluster_.on_commit = [this](const std::string& name, const std::string* value) { Commit(name, value); };
    cluster_.Type("p");
    cluster_.Type("q");
    cluster_.Supplier("a", "p", 30);
    cluster_.Supplier("b", "p", 10);
    v1::Chain x, y;
    TestCluster::AddSegment(&x, "raw", "p");
    TestCluster::AddInput(TestCluster::AddSegment(&x, "mid", "p"), "raw", 2);
    TestCluster::AddInput(TestCluster::AddSegment(&x, "end", "q", 10), "mid", 1);
    TestCluster::AddInput(TestCluster::AddSegment(&x, "side", "p", 10), "mid", 1);
    TestCluster::AddSegment(&y, "solo", "p");
    cluster_.Put("chains/x", x);
    cluster_.Put("chains/y", y);
    RegisterStructureService(table_, {&views_, &tokens_, &analyses_});
  }

  void Commit(const std::string& name, const std::string* value) {
    store::CommitRequest request;
    request.log = "t";
    request.create_log = name == "clusters/t";
    request.writes.push_back({name, *value});
    ASSERT_TRUE(store_.Commit(std::move(request)).ok());
  }

  template <class Request, class Response>
  absl::Status Call(const std::string& method, const Request& request, Response* response) {
    rpc::CallContext call;
    call.caller.name = "partners/a";
    response->Clear();
    return table_.methods().at("bulian.v1.StructureService/" + method).unary(call, request, response);
  }

  view::MemoryStore store_;
  view::Views views_{&store_, {}};
  rpc::PageTokens tokens_{"0123456789abcdef"};
  GapAnalyses analyses_{&views_};
  rpc::MethodTable table_;
  TestCluster cluster_;
};

TEST_F(StructureServiceTest, AssessesSegmentsInPages) {
  v1::AssessStructureRequest request;
  request.set_parent("clusters/t/chains/x");
  request.set_page_size(3);
  v1::AssessStructureResponse response;
  ASSERT_TRUE(Call("AssessStructure", request, &response).ok());
  ASSERT_EQ(response.segments_size(), 3);
  EXPECT_EQ(response.segment_count(), 4);
  EXPECT_EQ(response.algorithm_version(), "structure-1");
  EXPECT_EQ(response.as_of().year(), 2026);
  const v1::SegmentStructure& mid = response.segments(1);
  EXPECT_NEAR(mid.effective_suppliers().verified().lower(), 1 / 0.625, 1e-9);
  EXPECT_EQ(mid.independent_suppliers().claimed().upper(), 2);
  ASSERT_EQ(mid.feeds().count(), 2);
  EXPECT_TRUE(mid.feeds().complete());
  EXPECT_EQ(mid.feeds().segments(0), kEnd);
  EXPECT_EQ(mid.dominates().count(), 2);
  EXPECT_EQ(mid.immediate_dominator(), "clusters/t/chains/x/segments/raw");
  EXPECT_TRUE(mid.articulation_point());
  EXPECT_NEAR(mid.upstreamness().value(), 2, 1e-12);
  EXPECT_NEAR(mid.backward_linkage().sum(), 3, 1e-12);
  EXPECT_EQ(mid.dependency().dependent(), v1::UNDECIDED);
  EXPECT_FALSE(response.segments(0).articulation_point());
  EXPECT_EQ(response.segments(2).feeds().count(), 1);
  EXPECT_EQ(response.segments(2).dominates().count(), 0);
  request.set_page_token(response.next_page_token());
  ASSERT_TRUE(Call("AssessStructure", request, &response).ok());
  EXPECT_EQ(response.segments_size(), 1);
  EXPECT_TRUE(response.next_page_token().empty());
}

TEST_F(StructureServiceTest, SaysWhatCanBeMade) {
  v1::AssessFeasibilityRequest request;
  request.set_parent("clusters/t");
  v1::AssessFeasibilityResponse response;
  ASSERT_TRUE(Call("AssessFeasibility", request, &response).ok());
  ASSERT_EQ(response.end_product_count(), 3);
  const v1::EndProductFeasibility& end = response.end_products(0);
  EXPECT_EQ(end.segment(), kEnd);
  ASSERT_EQ(end.on_sets_size(), 3);
  EXPECT_FALSE(end.on_sets(1).feasible());
  ASSERT_EQ(end.on_sets(1).missing_size(), 1);
  EXPECT_EQ(end.on_sets(1).missing(0), kEnd);
  EXPECT_TRUE(response.end_products(1).on_sets(0).feasible());
  EXPECT_EQ(response.end_products(1).on_sets(0).route_size(), 3);
  request.add_end_products("clusters/t/chains/x/segments/raw");
  ASSERT_TRUE(Call("AssessFeasibility", request, &response).ok());
  ASSERT_EQ(response.end_products_size(), 1);
  EXPECT_TRUE(response.end_products(0).on_sets(2).feasible());
}

TEST_F(StructureServiceTest, RefusesWithEveryViolation) {
  v1::AssessFeasibilityRequest request;
  request.set_parent("clusters/t/chains/x");
  request.set_page_size(-1);
  request.add_end_products("clusters/t/chains/y/segments/solo");
  request.add_end_products(kEnd);
  request.add_end_products(kEnd);
  v1::AssessFeasibilityResponse response;
  const absl::Status status = Call("AssessFeasibility", request, &response);
  EXPECT_EQ(model::ReasonOf(status), v1::INVALID_FIELDS);
  EXPECT_NE(status.message().find("2 more"), absl::string_view::npos) << status;
  request.Clear();
  request.set_parent("clusters/t");
  request.add_end_products("clusters/t/chains/x/segments/none");
  EXPECT_EQ(model::ReasonOf(Call("AssessFeasibility", request, &response)), v1::RESOURCE_NOT_FOUND);
  v1::AssessStructureRequest structure;
  structure.set_parent("clusters/t/chains/none");
  v1::AssessStructureResponse none;
  EXPECT_EQ(model::ReasonOf(Call("AssessStructure", structure, &none)), v1::RESOURCE_NOT_FOUND);
}

}  // namespace
}  // namespace bulian::gap
