#include "services/match/standing_match.h"

#include <algorithm>
#include <string>
#include <vector>

#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "services/gap/test_cluster.h"

namespace bulian::match {
namespace {

// Segment `s` of chain `x` asks for `wafer`, segment `t` for `glass`.
class StandingMatchTest : public testing::Test {
 protected:
  StandingMatchTest() {
    cluster_.Type("wafer");
    cluster_.Type("glass");
    for (const char* id : {"a", "b"}) cluster_.Put(std::string("enterprises/") + id, cluster_.Company(id));
    v1::Chain chain;
    gap::TestCluster::AddSegment(&chain, "s", "wafer", 50);
    gap::TestCluster::AddSegment(&chain, "t", "glass", 50);
    cluster_.Put("chains/x", chain);
  }

  // `at`: seconds of its last event.
  void PutMatch(const std::string& id, const std::string& need, const std::string& enterprise, const std::string& state,
                int at) {
    v1::Match match;
    const std::string text = need + " enterprise: 'clusters/t/enterprises/" + enterprise + "' state: " + state;
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &match)) << text;
    match.add_history()->mutable_time()->set_seconds(1);
    v1::MatchEvent* const last = match.add_history();
    last->set_state(match.state());
    last->mutable_time()->set_seconds(at);
    cluster_.Put("matches/" + id, match);
  }

  // Ids of the matches that stand for candidates; `-`: none. An empty segment: a free requirement for `type`.
  std::string Standing(const std::vector<std::string>& enterprises, const std::string& segment,
                       const std::string& type = "wafer", v1::CandidatePlace place = v1::LOCAL,
                       const model::SnapshotPtr& other = nullptr) {
    Target target;
    FindQuery query;
    query.snapshot = cluster_.Snapshot();
    target.type = query.snapshot->Find(model::ResourceType::kCapabilityType, "capabilityTypes/" + type);
    query.target = &target;
    if (other) query.others.push_back(other);
    std::vector<v1::Candidate> candidates(enterprises.size());
    std::vector<v1::Candidate*> pointers;
    for (std::size_t i = 0; i < enterprises.size(); ++i) {
      candidates[i].set_enterprise(enterprises[i]);
      candidates[i].set_place(place);
      pointers.push_back(&candidates[i]);
    }
    AddStandingMatches(query, segment.empty() ? "" : "clusters/t/chains/x/segments/" + segment, pointers);
    std::string text;
    for (const v1::Candidate& candidate : candidates) {
      last_ = candidate.standing_match();
      text += candidate.has_standing_match() ? last_.match().substr(last_.match().rfind('/') + 1) : "-";
    }
    return text;
  }

  static constexpr char kS[] = "segment: 'clusters/t/chains/x/segments/s'";
  static constexpr char kT[] = "segment: 'clusters/t/chains/x/segments/t'";
  static constexpr char kWafer[] = "requirement { capability_type: 'clusters/t/capabilityTypes/wafer' }";
  static constexpr char kA[] = "clusters/t/enterprises/a", kB[] = "clusters/t/enterprises/b";
  gap::TestCluster cluster_;
  v1::StandingMatch last_;
};

TEST_F(StandingMatchTest, OnlyOfTheSegmentAndTheEnterprise) {
  EXPECT_EQ(Standing({kA, kB}, "s"), "--");
  PutMatch("m", kS, "b", "CONTACTED", 77);
  PutMatch("n", kT, "a", "PROPOSED", 78);
  PutMatch("o", kWafer, "a", "PROPOSED", 79);
  EXPECT_EQ(Standing({kA, kB}, "s"), "-m");
  EXPECT_EQ(last_.state(), v1::Match::CONTACTED);
  EXPECT_EQ(last_.last_event_time().seconds(), 77);
  EXPECT_EQ(Standing({kA, kB}, "t"), "n-");
  EXPECT_EQ(Standing({}, "s"), "");
}

TEST_F(StandingMatchTest, TheNewestThatIsNotRejectedElseTheNewest) {
  PutMatch("p", kS, "a", "REJECTED rejection_reason: TERMS", 10);
  PutMatch("q", kS, "a", "REJECTED rejection_reason: CANNOT_MAKE", 30);
  PutMatch("r", kS, "a", "REJECTED rejection_reason: TERMS", 20);
  EXPECT_EQ(Standing({kA}, "s"), "q");
  EXPECT_EQ(last_.rejection_reason(), v1::Match::CANNOT_MAKE);
  PutMatch("z", kS, "a", "CONTRACTED", 5);
  EXPECT_EQ(Standing({kA}, "s"), "z");
  PutMatch("y", kS, "a", "PROPOSED", 6);
  EXPECT_EQ(Standing({kA}, "s"), "y");
  PutMatch("x", kS, "a", "AGREED", 6);
  EXPECT_EQ(Standing({kA}, "s"), "x") << "of two at one time the first by name";
  cluster_.Delete("matches/x");
  EXPECT_EQ(Standing({kA}, "s"), "y");
}

TEST_F(StandingMatchTest, AFreeRequirementSeesAllThatAskForTheType) {
  PutMatch("m", kS, "a", "CONTACTED", 7);
  PutMatch("o", kWafer, "b", "PROPOSED", 8);
  PutMatch("p", kT, "b", "PROPOSED", 9);
  EXPECT_EQ(Standing({kA, kB}, ""), "mo");
  EXPECT_EQ(Standing({kA, kB}, "", "glass"), "-p");
  PutMatch("q", kWafer, "a", "PROPOSED", 8);
  EXPECT_EQ(Standing({kA}, ""), "q");
}

TEST_F(StandingMatchTest, ARecruitOfAnotherClusterIsKnownByItsNumbers) {
  v1::Enterprise here = cluster_.Company("a");
  here.set_uscc("91330500MA2B00000X");
  cluster_.Put("enterprises/a", here);
  PutMatch("m", kS, "a", "CONTACTED", 7);
  model::SnapshotBuilder builder("u");
  const std::string bytes = here.SerializeAsString(), none = v1::Enterprise().SerializeAsString();
  const std::vector<model::RecordChange> changes = {{"clusters/u/enterprises/far", bytes},
                                                    {"clusters/u/enterprises/a", none}};
  builder.Apply({}, changes);
  EXPECT_EQ(Standing({"clusters/u/enterprises/far", "clusters/u/enterprises/a"}, "s", "wafer", v1::OTHER_CLUSTER,
                     builder.Build()),
            "m-");
}

}  // namespace
}  // namespace bulian::match
