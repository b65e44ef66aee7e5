#include "services/gap/gap_service.h"

#include <gtest/gtest.h>

#include "bulian/v1/capability.pb.h"
#include "bulian/v1/chain.pb.h"
#include "bulian/v1/cluster.pb.h"
#include "bulian/v1/enterprise.pb.h"
#include "bulian/v1/gap.pb.h"
#include "services/model/error.h"
#include "services/rpc/call_context.h"
#include "services/rpc/method_table.h"
#include "services/rpc/page_token.h"
#include "services/view/memory_store.h"
#include "services/view/view.h"

namespace bulian::gap {
namespace {

constexpr char kChain[] = "clusters/c/chains/x";

// Chains `x` with three segments and `y` with one, all of type `p` and all missing.
class GapServiceTest : public testing::Test {
 protected:
  GapServiceTest() {
    store_.SetObserver(&views_);
    v1::Cluster cluster;
    cluster.add_region_codes("330500");
    cluster.mutable_as_of()->set_year(2026);
    cluster.mutable_as_of()->set_month(6);
    cluster.mutable_as_of()->set_day(1);
    Commit("clusters/c", cluster, true);
    v1::CapabilityType type;
    type.set_unit("H87");
    Commit("clusters/c/capabilityTypes/p", type);
    Commit("clusters/c/chains/y", Chain({"solo"}));
    Commit(kChain, Chain({"a", "b", "d"}));
    RegisterGapService(table_, {&views_, &tokens_, &analyses_});
  }

  static v1::Chain Chain(const std::vector<std::string>& segments) {
    v1::Chain chain;
    for (const std::string& id : segments) {
      v1::Segment* segment = chain.add_segments();
      segment->set_segment_id(id);
      segment->mutable_requirement()->set_capability_type("clusters/c/capabilityTypes/p");
    }
    return chain;
  }

  void Commit(const std::string& name, const google::protobuf::Message& message, bool create = false) {
    store::CommitRequest request;
    request.log = "c";
    request.create_log = create;
    request.writes.push_back({name, message.SerializeAsString()});
    ASSERT_TRUE(store_.Commit(std::move(request)).ok());
  }

  template <class Response>
  absl::Status Call(const std::string& method, const google::protobuf::Message& request, Response* response) {
    rpc::CallContext call;
    call.caller.name = caller_;
    response->Clear();
    return table_.methods().at("bulian.v1.GapService/" + method).unary(call, request, response);
  }

  // Every segment of `x` gets two suppliers of unknown capacity.
  void Supply() {
    for (const std::string id : {"e", "f"}) {
      v1::Enterprise enterprise;
      enterprise.add_sites()->set_region_code("330500");
      Commit("clusters/c/enterprises/" + id, enterprise);
      v1::Capability capability;
      capability.set_capability_type("clusters/c/capabilityTypes/p");
      capability.set_level(v1::VOLUME);
      Commit("clusters/c/enterprises/" + id + "/capabilities/c", capability);
    }
  }

  view::MemoryStore store_;
  view::Views views_{&store_, {}};
  rpc::PageTokens tokens_{"0123456789abcdef"};
  GapAnalyses analyses_{&views_};
  rpc::MethodTable table_;
  std::string caller_ = "partners/a";
};

TEST_F(GapServiceTest, ReportsAChainOrAllOfThem) {
  v1::AnalyzeGapsRequest request;
  request.set_parent("clusters/c");
  v1::GapReport report;
  ASSERT_TRUE(Call("AnalyzeGaps", request, &report).ok());
  EXPECT_EQ(report.gap_count(), 4);
  EXPECT_EQ(report.segment_count(), 4);
  EXPECT_TRUE(report.complete());
  EXPECT_EQ(report.revision().number(), 4);
  EXPECT_EQ(report.as_of().year(), 2026);
  EXPECT_FALSE(report.algorithm_version().empty());
  request.set_parent(kChain);
  ASSERT_TRUE(Call("AnalyzeGaps", request, &report).ok());
  EXPECT_EQ(report.gap_count(), 3);
  EXPECT_EQ(report.segment_count(), 3);
  request.add_kinds(v1::EXTERNAL);
  ASSERT_TRUE(Call("AnalyzeGaps", request, &report).ok());
  EXPECT_EQ(report.gap_count(), 0);
}

TEST_F(GapServiceTest, PagesStayAtTheirRevision) {
  v1::AnalyzeGapsRequest request;
  request.set_parent(kChain);
  request.set_page_size(2);
  v1::GapReport first, second;
  ASSERT_TRUE(Call("AnalyzeGaps", request, &first).ok());
  ASSERT_EQ(first.gaps_size(), 2);
  Supply();
  request.set_page_token(first.next_page_token());
  ASSERT_TRUE(Call("AnalyzeGaps", request, &second).ok());
  ASSERT_EQ(second.gaps_size(), 1);
  EXPECT_EQ(second.revision().number(), first.revision().number());
  EXPECT_EQ(second.gaps(0).name(), std::string(kChain) + "/segments/d/gaps/missing");
  EXPECT_TRUE(second.next_page_token().empty());
  caller_ = "partners/b";
  EXPECT_EQ(model::ReasonOf(Call("AnalyzeGaps", request, &second)), v1::PAGE_TOKEN_INVALID);
  caller_ = "partners/a";
  request.set_certain_only(true);
  EXPECT_EQ(model::ReasonOf(Call("AnalyzeGaps", request, &second)), v1::PAGE_TOKEN_INVALID);
}

TEST_F(GapServiceTest, GetGapAtRevisionsAndDates) {
  v1::GetGapRequest request;
  request.set_name(std::string(kChain) + "/segments/a/gaps/missing");
  v1::Gap gap;
  ASSERT_TRUE(Call("GetGap", request, &gap).ok());
  EXPECT_EQ(gap.kind(), v1::MISSING);
  Supply();
  ASSERT_TRUE(Call("GetGap", request, &gap).ok());  // claimed suppliers: still missing on verified ones
  EXPECT_EQ(gap.certainty(), v1::POSSIBLE);
  EXPECT_EQ(gap.suppliers_size(), 2);
  request.mutable_read_at()->mutable_at_revision()->set_number(4);
  ASSERT_TRUE(Call("GetGap", request, &gap).ok());
  EXPECT_EQ(gap.certainty(), v1::CERTAIN);
  request.clear_read_at();
  request.mutable_as_of()->set_year(2030);
  request.mutable_as_of()->set_month(1);
  request.mutable_as_of()->set_day(1);
  ASSERT_TRUE(Call("GetGap", request, &gap).ok());
  EXPECT_EQ(gap.as_of().year(), 2030);
  EXPECT_EQ(analyses_.Stats().other_dates, 1);
  request.set_name(std::string(kChain) + "/segments/a/gaps/external");
  EXPECT_EQ(model::ReasonOf(Call("GetGap", request, &gap)), v1::RESOURCE_NOT_FOUND);
}

TEST_F(GapServiceTest, AssessesInChainOrder) {
  v1::AssessSegmentsRequest request;
  request.set_parent("clusters/c");
  request.set_page_size(3);
  v1::AssessSegmentsResponse response;
  ASSERT_TRUE(Call("AssessSegments", request, &response).ok());
  ASSERT_EQ(response.segments_size(), 3);
  EXPECT_EQ(response.segments(0).segment(), std::string(kChain) + "/segments/a");
  EXPECT_EQ(response.segments(0).verdicts_size(), 7);
  request.set_page_token(response.next_page_token());
  ASSERT_TRUE(Call("AssessSegments", request, &response).ok());
  ASSERT_EQ(response.segments_size(), 1);
  EXPECT_EQ(response.segments(0).segment(), "clusters/c/chains/y/segments/solo");
  EXPECT_TRUE(response.next_page_token().empty());
}

TEST_F(GapServiceTest, KeepsAnalysesAndAdvancesThem) {
  v1::AnalyzeGapsRequest request;
  request.set_parent("clusters/c");
  v1::GapReport report;
  ASSERT_TRUE(Call("AnalyzeGaps", request, &report).ok());
  ASSERT_TRUE(Call("AnalyzeGaps", request, &report).ok());
  EXPECT_EQ(analyses_.Stats().work.from_scratch, 1);
  EXPECT_EQ(analyses_.Stats().advanced, 0);
  Supply();
  ASSERT_TRUE(Call("AnalyzeGaps", request, &report).ok());
  EXPECT_EQ(analyses_.Stats().work.from_scratch, 1);
  EXPECT_EQ(analyses_.Stats().advanced, 1);
  EXPECT_EQ(report.revision().number(), 8);
}

TEST_F(GapServiceTest, LooksAheadOnTheFirstPage) {
  v1::AnalyzeGapsRequest request;
  request.set_parent(kChain);
  request.mutable_horizon()->set_year(2026);
  request.mutable_horizon()->set_month(8);
  request.mutable_horizon()->set_day(15);
  request.set_page_size(1);
  v1::GapReport report;
  ASSERT_TRUE(Call("AnalyzeGaps", request, &report).ok());
  ASSERT_EQ(report.period_starts_size(), 3);
  EXPECT_EQ(report.period_starts(2).month(), 8);
  EXPECT_TRUE(report.timelines_complete());
  ASSERT_EQ(report.timelines_size(), 3);
  EXPECT_EQ(report.timelines(0).segment(), "clusters/c/chains/x/segments/a");
  EXPECT_EQ(report.timelines(0).first_shortage().month(), 6);
  request.set_page_token(report.next_page_token());
  ASSERT_TRUE(Call("AnalyzeGaps", request, &report).ok());
  EXPECT_EQ(report.timelines_size(), 0);

  request.clear_page_token();
  request.mutable_horizon()->set_year(2025);
  EXPECT_EQ(model::ReasonOf(Call("AnalyzeGaps", request, &report)), v1::INVALID_FIELDS);
  request.mutable_horizon()->set_year(2126);
  EXPECT_EQ(model::ReasonOf(Call("AnalyzeGaps", request, &report)), v1::INVALID_FIELDS);
  request.mutable_horizon()->set_month(13);
  EXPECT_EQ(model::ReasonOf(Call("AnalyzeGaps", request, &report)), v1::INVALID_FIELDS);
  request.clear_horizon();
  request.set_period(v1::WEEK);
  EXPECT_EQ(model::ReasonOf(Call("AnalyzeGaps", request, &report)), v1::INVALID_FIELDS);
}

TEST_F(GapServiceTest, RefusesWithEveryViolation) {
  v1::AnalyzeGapsRequest request;
  request.set_parent("chains/x");
  request.set_page_size(-1);
  request.mutable_as_of()->set_year(2026);
  request.add_kinds(v1::GAP_KIND_UNSPECIFIED);
  v1::GapReport report;
  const absl::Status status = Call("AnalyzeGaps", request, &report);
  EXPECT_EQ(model::ReasonOf(status), v1::INVALID_FIELDS);
  EXPECT_NE(status.message().find("3 more"), absl::string_view::npos) << status;
  v1::GetGapRequest get;
  get.set_name("clusters/c/chains/x/segments/a/gaps/huge");
  v1::Gap gap;
  EXPECT_EQ(model::ReasonOf(Call("GetGap", get, &gap)), v1::INVALID_FIELDS);
  request.Clear();
  request.set_parent("clusters/none");
  EXPECT_EQ(model::ReasonOf(Call("AnalyzeGaps", request, &report)), v1::RESOURCE_NOT_FOUND);
  request.set_parent("clusters/c/chains/none");
  EXPECT_EQ(model::ReasonOf(Call("AnalyzeGaps", request, &report)), v1::RESOURCE_NOT_FOUND);
}

}  // namespace
}  // namespace bulian::gap
