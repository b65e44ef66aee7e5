// Potential candidates through the calls: what is answered while a newer model is made, and pages over several.
#include <algorithm>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "bulian/v1/capability.pb.h"
#include "bulian/v1/cluster.pb.h"
#include "bulian/v1/enterprise.pb.h"
#include "bulian/v1/match.pb.h"
#include "gtest/gtest.h"
#include "services/gap/gap_service.h"
#include "services/match/match_service.h"
#include "services/match/test_trades.h"
#include "services/model/error.h"
#include "services/rpc/call_context.h"
#include "services/view/memory_store.h"

namespace bulian::match {
namespace {

constexpr char kParent[] = "clusters/park";

class PotentialServiceTest : public testing::Test {
 protected:
  PotentialServiceTest() {
    store_.SetObserver(&views_);
    RegisterMatchService(table_, {&views_, &tokens_, analyses_.Source(), nullptr, {}});
  }

  // The cluster's records in one commit, with so many types more that nobody makes.
  void Fill(const TestCluster& trades, int idle_types) {
    TestCluster all = trades;
    for (int i = 0; i < idle_types; ++i) all.Type("x" + std::to_string(i), "零");
    store::CommitRequest request;
    request.log = "park";
    request.create_log = true;
    v1::Cluster cluster;
    cluster.mutable_as_of()->set_year(2026);
    cluster.mutable_as_of()->set_month(11);
    cluster.mutable_as_of()->set_day(23);
    request.writes.push_back({kParent, cluster.SerializeAsString()});
    for (const auto& [name, bytes] : all.records()) request.writes.push_back({name, bytes});
    ASSERT_TRUE(store_.Commit(std::move(request)).ok());
  }
  // The revision a record gave.
  std::int64_t Put(const std::string& relative, const google::protobuf::Message& message) {
    store::CommitRequest request;
    request.log = "park";
    request.writes.push_back({std::string(kParent) + "/" + relative, message.SerializeAsString()});
    EXPECT_TRUE(store_.Commit(std::move(request)).ok());
    return (*views_.Current("park"))->position().revision;
  }
  std::int64_t PutCompany(const std::string& id) {
    v1::Enterprise enterprise;
    enterprise.set_kind(v1::Enterprise::COMPANY);
    enterprise.mutable_display_name()->set_zh("新厂");
    return Put("enterprises/" + id, enterprise);
  }
  std::int64_t PutOffer(const std::string& company, const std::string& type) {
    v1::Capability capability;
    capability.set_capability_type(std::string(kParent) + "/capabilityTypes/" + type);
    return Put("enterprises/" + company + "/capabilities/" + type, capability);
  }

  absl::StatusOr<v1::FindCandidatesResponse> Find(const std::string& type, int size = 1000,
                                                  const std::string& token = "") {
    v1::FindCandidatesRequest request;
    request.set_parent(kParent);
    request.mutable_target()->mutable_requirement()->set_capability_type(std::string(kParent) + "/capabilityTypes/" +
                                                                         type);
    request.set_scope(v1::FindCandidatesRequest::POTENTIAL_ONLY);
    request.set_include_recruits(true);
    request.set_page_size(size);
    request.set_page_token(token);
    v1::FindCandidatesResponse response;
    rpc::CallContext call;
    const absl::Status status =
        table_.methods().at("bulian.v1.MatchService/FindCandidates").unary(call, request, &response);
    if (!status.ok()) return status;
    return response;
  }
  // Asks until the answer is of a model of these records.
  v1::FindCandidatesResponse FindOnceModelIsOf(std::int64_t revision, const std::string& type) {
    while (true) {
      auto response = Find(type, 5);
      EXPECT_TRUE(response.ok()) << response.status();
      if (!response.ok() || response->potential_model().records().number() >= revision) return *std::move(response);
      std::this_thread::yield();
    }
  }
  static std::vector<std::string> Names(const v1::FindCandidatesResponse& response) {
    std::vector<std::string> names;
    for (const v1::Candidate& candidate : response.candidates()) names.push_back(candidate.enterprise());
    return names;
  }

  view::MemoryStore store_;
  view::Views views_{&store_, {}};
  const rpc::PageTokens tokens_{"0123456789abcdef0123456789abcdef"};
  gap::GapAnalyses analyses_{&views_};
  rpc::MethodTable table_;
};

constexpr int kIdleTypes = 10'500;  // enough that weights are kept for a while
constexpr int kCompanies = kTradeCount * kCompanyCount;

TEST_F(PotentialServiceTest, RightAfterACommitTheNewestKeptModelAnswersAndSaysSo) {
  Fill(Trades(true), kIdleTypes);
  const auto first = Find("t1-1");
  ASSERT_TRUE(first.ok()) << first.status();
  const std::int64_t old = first->potential_model().records().number();
  EXPECT_EQ(first->clusters(0).revision().number(), old);
  EXPECT_GT(first->potential_model().warm_types(), 0);

  const std::int64_t revision = PutCompany("new");
  const auto now = Find("t1-1");
  ASSERT_TRUE(now.ok()) << now.status();
  EXPECT_EQ(now->clusters(0).revision().number(), revision);
  EXPECT_EQ(now->potential_model().records().number(), old);
  EXPECT_EQ(now->potential_model().unranked(), 1);
  EXPECT_EQ(now->candidate_count(), first->candidate_count() + 1);
  EXPECT_EQ(now->candidates().rbegin()->enterprise(), std::string(kParent) + "/enterprises/new");
  EXPECT_EQ(now->candidates().rbegin()->probability(), 0);

  const auto later = FindOnceModelIsOf(revision, "t1-1");
  EXPECT_EQ(later.potential_model().records().number(), revision);
  EXPECT_EQ(later.potential_model().weights().number(), old);
  EXPECT_EQ(later.potential_model().unranked(), 0);
}

TEST_F(PotentialServiceTest, PagesGoOnWithTheModelOfTheFirst) {
  Fill(Trades(true), kIdleTypes);
  const auto whole = Find("t2-2");
  ASSERT_TRUE(whole.ok()) << whole.status();
  const std::int64_t old = whole->potential_model().records().number();
  std::vector<std::string> paged;
  std::string token;
  do {
    const auto page = Find("t2-2", 17, token);
    ASSERT_TRUE(page.ok()) << page.status();
    EXPECT_EQ(page->potential_model().records().number(), old);
    EXPECT_EQ(page->candidate_count(), whole->candidate_count());
    for (const std::string& name : Names(*page)) paged.push_back(name);
    token = page->next_page_token();
    // One commit and its model between the first two pages, another between the next two.
    if (paged.size() <= 34) FindOnceModelIsOf(PutOffer("c2-1", "x" + std::to_string(paged.size())), "t2-2");
  } while (!token.empty());
  EXPECT_EQ(paged, Names(*whole));
  EXPECT_EQ(std::set<std::string>(paged.begin(), paged.end()).size(), paged.size());
}

TEST_F(PotentialServiceTest, APageWhoseModelIsGoneSaysSo) {
  Fill(Trades(true), kIdleTypes);
  const auto first = Find("t2-2", 17);
  ASSERT_TRUE(first.ok()) << first.status();
  for (int i = 0; i < 4; ++i) FindOnceModelIsOf(PutOffer("c0-1", "x" + std::to_string(i)), "t2-2");
  const auto second = Find("t2-2", 17, first->next_page_token());
  EXPECT_EQ(second.status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(model::ReasonOf(second.status()), v1::REVISION_NOT_RETAINED);
}

TEST_F(PotentialServiceTest, ASmallClusterIsAnsweredFromItsOwnRevision) {
  Fill(Trades(true), 0);
  ASSERT_TRUE(Find("t3-3").ok());
  const std::int64_t revision = PutOffer("c3-1", "t0-0");
  const auto now = Find("t3-3");
  ASSERT_TRUE(now.ok()) << now.status();
  EXPECT_EQ(now->potential_model().records().number(), revision);
  EXPECT_EQ(now->potential_model().weights().number(), revision);
  EXPECT_LE(now->candidate_count(), kCompanies);
}

// A type that came after the newest model is worth waiting for.
TEST_F(PotentialServiceTest, ANewTypeIsWaitedFor) {
  Fill(Trades(true), kIdleTypes);
  ASSERT_TRUE(Find("t3-3").ok());
  v1::CapabilityType type;
  type.set_kind(v1::CapabilityType::PRODUCT);
  type.mutable_display_name()->set_zh("轴承新型");
  const std::int64_t revision = Put("capabilityTypes/fresh", type);
  const auto now = Find("fresh");
  ASSERT_TRUE(now.ok()) << now.status();
  EXPECT_EQ(now->potential_model().records().number(), revision);
  EXPECT_EQ(now->candidate_count(), kCompanies);
}

TEST_F(PotentialServiceTest, TheFirstModelIsWaitedForNoLongerThanTheCallMayLast) {
  Fill(Trades(true), kIdleTypes);
  v1::FindCandidatesRequest request;
  request.set_parent(kParent);
  request.mutable_target()->mutable_requirement()->set_capability_type(std::string(kParent) + "/capabilityTypes/t1-1");
  request.set_scope(v1::FindCandidatesRequest::POTENTIAL_ONLY);
  v1::FindCandidatesResponse response;
  rpc::CallContext call;
  call.is_cancelled = [] { return true; };
  const auto& method = table_.methods().at("bulian.v1.MatchService/FindCandidates");
  EXPECT_EQ(method.unary(call, request, &response).code(), absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace bulian::match
