#include "services/match/match_review.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "services/gap/test_cluster.h"

namespace bulian::match {
namespace {

// A chain whose segment `s` needs `wafer` and has one supplier, `old`; `fab` would be the second.
class MatchReviewTest : public testing::Test {
 protected:
  MatchReviewTest() {
    cluster_.Put("capabilityTypes/wafer", cluster_.Type("wafer"));
    cluster_.Put("capabilityTypes/glass", cluster_.Type("glass"));
    cluster_.Supplier("old", "wafer", 100);
    cluster_.Put("enterprises/fab", cluster_.Company("fab"));
    cluster_.Put("enterprises/buyer", cluster_.Company("buyer"));
    v1::Chain chain;
    gap::TestCluster::AddSegment(&chain, "s", "wafer", 50);
    cluster_.Put("chains/x", chain);
  }

  // `day`: of June 2026, when the last event was.
  void PutMatch(const std::string& id, const std::string& fields, int day = 1, const std::string& need = kSegment) {
    v1::Match match;
    const std::string text = need + "enterprise: 'clusters/t/enterprises/fab' " + fields;
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &match)) << text;
    v1::MatchEvent* event = match.add_history();
    event->set_state(match.state());
    event->mutable_time()->set_seconds(kFirstOfJune + (day - 1) * 86'400L + 3'600);
    cluster_.Put("matches/" + id, match);
  }
  void PutOffer(const std::string& id, const std::string& type) {
    cluster_.PutOffer("fab", id, cluster_.Offer("fab", type, 80));
  }
  // `KIND related` of every finding of a match.
  std::string Findings(const std::string& id) {
    const gap::AnalysisPtr analysis = cluster_.Analyse();
    MatchReview review(analysis);
    v1::ReviewedMatch reviewed;
    const std::string name = "clusters/t/matches/" + id;
    review.Fill(analysis->snapshot()->Find(model::ResourceType::kMatch, name), &reviewed);
    EXPECT_EQ(reviewed.match().name(), name);
    idle_ = reviewed.idle_days();
    std::string text;
    for (const v1::MatchFinding& finding : reviewed.findings()) {
      EXPECT_FALSE(finding.reason().empty());
      text += (text.empty() ? "" : ", ") + v1::MatchFinding::Kind_Name(finding.kind());
      if (!finding.related().empty()) text += " " + finding.related().substr(finding.related().rfind('/') + 1);
    }
    return text;
  }

  static constexpr std::int64_t kFirstOfJune = 1'780'272'000;
  static constexpr char kSegment[] = "segment: 'clusters/t/chains/x/segments/s' ";
  static constexpr char kFree[] =
      "requirement { capability_type: 'clusters/t/capabilityTypes/glass' min_level: VOLUME } ";
  static constexpr char kPromise[] =
      "promised_capabilities { capability_id: 'line' capability { capability_type: 'clusters/t/capabilityTypes/wafer' "
      "level: VOLUME } } ";
  static constexpr char kWrongPromise[] =
      "promised_capabilities { capability_id: 'line' capability { capability_type: 'clusters/t/capabilityTypes/glass' "
      "level: VOLUME } } ";
  static constexpr char kLink[] =
      "promised_supply_links { supply_link_id: 'l' supply_link { buyer: 'clusters/t/enterprises/buyer' product_type: "
      "'clusters/t/capabilityTypes/wafer' } } ";
  gap::TestCluster cluster_;
  int idle_ = 0;
};

TEST_F(MatchReviewTest, NothingToSayOfAMatchThatGoesOn) {
  PutMatch("m", absl::StrCat("state: CONTACTED ", kPromise));
  EXPECT_EQ(Findings("m"), "");
  EXPECT_EQ(idle_, 0);
}

TEST_F(MatchReviewTest, StaleOnlyWhenOpenAndIdleForTooLong) {
  PutMatch("late", "state: PROPOSED", -89);
  PutMatch("later", "state: PROPOSED", -90);
  PutMatch("done", "state: REJECTED rejection_reason: TERMS", -500);
  EXPECT_EQ(Findings("late"), "");
  EXPECT_EQ(idle_, 90);
  EXPECT_EQ(Findings("later"), "STALE, DUPLICATE late");
  EXPECT_EQ(Findings("done"), "");
  v1::Cluster cluster;
  cluster.mutable_as_of()->CopyFrom(gap::TestCluster::Date(2026, 6, 1));
  cluster.add_region_codes("330500");
  cluster.mutable_policy()->set_match_max_idle_days(89);
  cluster_.Put("", cluster);
  EXPECT_EQ(Findings("late"), "STALE");
}

TEST_F(MatchReviewTest, AnOpenMatchThatTheDataHaveOvertaken) {
  PutMatch("m", "state: AGREED");
  EXPECT_EQ(Findings("m"), "PROMISE_ABSENT");
  PutOffer("new", "wafer");
  EXPECT_EQ(Findings("m"), "ALREADY_SUPPLIES new");
  cluster_.Delete("enterprises/fab/capabilities/new");
  cluster_.Supplier("other", "wafer", 100);
  PutMatch("m", absl::StrCat("state: AGREED ", kPromise));
  EXPECT_EQ(Findings("m"), "NEED_MET");
}

TEST_F(MatchReviewTest, AFreeRequirementIsMetByAFittingCapability) {
  PutMatch("m", "state: PROPOSED", 1, kFree);
  EXPECT_EQ(Findings("m"), "");
  PutOffer("pane", "glass");
  EXPECT_EQ(Findings("m"), "ALREADY_SUPPLIES pane");
}

TEST_F(MatchReviewTest, APromiseThatWouldNotHelp) {
  PutMatch("m", absl::StrCat("state: AGREED ", kWrongPromise));
  EXPECT_EQ(Findings("m"), "PROMISE_UNFIT");
}

TEST_F(MatchReviewTest, ABrokenPromise) {
  PutMatch("m", absl::StrCat("state: CONTRACTED ", kPromise, kLink));
  EXPECT_EQ(Findings("m"), "PROMISE_BROKEN line, PROMISE_BROKEN l");
  PutOffer("line", "wafer");
  cluster_.Put("supplyLinks/l", cluster_.Link("fab", "buyer", "wafer", 5));
  EXPECT_EQ(Findings("m"), "");
  v1::Capability expired = cluster_.Offer("fab", "wafer", 80);
  *expired.mutable_valid_until() = gap::TestCluster::Date(2026, 5, 31);
  cluster_.PutOffer("fab", "line", expired);
  EXPECT_EQ(Findings("m"), "PROMISE_BROKEN line");
  PutOffer("line", "glass");
  EXPECT_EQ(Findings("m"), "PROMISE_BROKEN line");
  PutOffer("line", "wafer");
  v1::SupplyLink ended = cluster_.Link("fab", "buyer", "wafer", 5);
  *ended.mutable_valid_until() = gap::TestCluster::Date(2026, 5, 31);
  cluster_.Put("supplyLinks/l", ended);
  EXPECT_EQ(Findings("m"), "PROMISE_BROKEN l");
}

TEST_F(MatchReviewTest, AContractWithoutAnyPromise) {
  PutMatch("m", "state: CONTRACTED");
  EXPECT_EQ(Findings("m"), "PROMISE_ABSENT");
}

TEST_F(MatchReviewTest, TheSecondOfTwoIsTheDuplicate) {
  PutMatch("a", "state: REJECTED rejection_reason: TERMS");
  PutMatch("b", "state: PROPOSED");
  PutMatch("c", "state: CONTACTED");
  PutMatch("d", "state: PROPOSED", 1, kFree);
  EXPECT_EQ(Findings("b"), "");
  EXPECT_EQ(Findings("c"), "DUPLICATE b");
  EXPECT_EQ(Findings("d"), "");
}

TEST_F(MatchReviewTest, ARejectionTheDataContradict) {
  PutMatch("m", "state: REJECTED rejection_reason: CANNOT_MAKE");
  PutMatch("other", "state: REJECTED rejection_reason: TERMS");
  EXPECT_EQ(Findings("m"), "");
  PutOffer("new", "wafer");
  EXPECT_EQ(Findings("m"), "REJECTION_CONTRADICTED new");
  EXPECT_EQ(Findings("other"), "");
}

TEST_F(MatchReviewTest, MatchesOfAChain) {
  PutMatch("a", "state: PROPOSED");
  PutMatch("b", "state: PROPOSED", 1, kFree);
  MatchReview review(cluster_.Analyse());
  EXPECT_EQ(review.MatchesOf("").size(), 2);
  EXPECT_EQ(review.MatchesOf("clusters/t/chains/x").size(), 1);
  EXPECT_EQ(review.MatchesOf("clusters/t/chains/y").size(), 0);
}

TEST_F(MatchReviewTest, StopsWhenNobodyWaits) {
  for (int i = 0; i < 1100; ++i) PutMatch("m" + std::to_string(i), "state: PROPOSED");
  EXPECT_TRUE(MatchReview(cluster_.Analyse(), [] { return true; }).stopped());
}

}  // namespace
}  // namespace bulian::match
