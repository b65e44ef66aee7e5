#include "services/match/prospects.h"

#include <cmath>
#include <string>

#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace bulian::match {
namespace {

template <class Message>
Message Parsed(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

v1::Candidate Candidate(const std::string& fields) { return Parsed<v1::Candidate>("enterprise: 'e' " + fields); }

// `ABLE of what SOURCE` of a prospect, or the reason why it is none.
std::string Said(const std::string& candidate, const std::string& terms = "") {
  v1::FindCandidatesResponse found;
  *found.add_candidates() = Candidate(candidate);
  google::protobuf::RepeatedPtrField<v1::LeftOutProspect> left_out;
  const auto prospects = ProspectsOf(Parsed<v1::ProspectTerms>("value: 10 effort: 2 " + terms), 0.5, &found, &left_out);
  if (prospects.empty()) {
    EXPECT_EQ(left_out.at(0).enterprise(), "e");
    return v1::LeftOutProspect::Reason_Name(left_out.at(0).reason());
  }
  EXPECT_TRUE(left_out.empty());
  const v1::OrderedProspect& one = prospects[0];
  EXPECT_EQ(one.enterprise(), "e");
  EXPECT_DOUBLE_EQ(one.probability(), one.able_probability() / 2);
  EXPECT_EQ(one.value(), 10);
  return std::to_string(std::lround(100 * one.able_probability())) + " " +
         v1::ProspectGround_Name(one.ground()).substr(7) + " " +
         v1::ProbabilitySource_Name(one.probability_source()).substr(12) + " " +
         std::to_string(std::lround(one.effort()));
}

TEST(ProspectsTest, EachGroundHasItsProbability) {
  const std::string held = "basis: HELD fit: SATISFIED ", verified = "evidence { state: VERIFIED } ";
  EXPECT_EQ(Said(held + verified), "95 HELD_VERIFIED ASSUMED 2");
  EXPECT_EQ(Said(held + verified + "stale: true"), "80 HELD_CLAIMED ASSUMED 2");
  EXPECT_EQ(Said(held), "80 HELD_CLAIMED ASSUMED 2");
  EXPECT_EQ(Said("basis: HELD fit: UNKNOWN " + verified), "50 HELD_UNKNOWN ASSUMED 2");
  EXPECT_EQ(Said("basis: PLANNED fit: SATISFIED"), "50 PLANNED ASSUMED 2");
  EXPECT_EQ(Said("basis: BELOW_REQUIREMENT fit: VIOLATED"), "20 BELOW_REQUIREMENT ASSUMED 2");
  EXPECT_EQ(Said("basis: NEAR_TYPE fit: VIOLATED probability: 0.07 reasons {}"), "7 NEAR_TYPE LEARNED 2");
  EXPECT_EQ(Said("basis: LIKELY probability: 0.3 reasons {}"), "30 LIKELY LEARNED 2");
}

TEST(ProspectsTest, WhatTheCallerSaysOfAGroundCounts) {
  const std::string likely = "basis: LIKELY probability: 0.3 ";
  EXPECT_EQ(Said(likely + "reasons {}", "grounds { ground: GROUND_LIKELY probability: 0 effort: 7 }"),
            "0 LIKELY GIVEN 7");
  EXPECT_EQ(Said(likely + "reasons {}", "grounds { ground: GROUND_LIKELY effort: 0 }"), "30 LIKELY LEARNED 0");
  EXPECT_EQ(Said(likely + "reasons {}", "grounds { ground: GROUND_PLANNED effort: 7 }"), "30 LIKELY LEARNED 2");
  EXPECT_EQ(Said(likely), "UNRANKED");
  EXPECT_EQ(Said(likely, "grounds { ground: GROUND_LIKELY probability: 0.01 }"), "1 LIKELY GIVEN 2");
}

TEST(ProspectsTest, WhoIsNobodyToCallIsLeftOut) {
  const std::string held = "basis: HELD fit: UNKNOWN ";
  const auto match = [](const std::string& fields) { return "standing_match { state: " + fields + " } "; };
  for (const char* state : {"CONTACTED", "AGREED", "CONTRACTED"}) EXPECT_EQ(Said(held + match(state)), "IN_TALKS");
  EXPECT_EQ(Said(held + match("REJECTED rejection_reason: CANNOT_MAKE")), "CANNOT_MAKE");
  EXPECT_EQ(Said(held + match("REJECTED rejection_reason: TERMS")), "50 HELD_UNKNOWN ASSUMED 2");
  EXPECT_EQ(Said(held + match("PROPOSED")), "50 HELD_UNKNOWN ASSUMED 2");
  EXPECT_EQ(Said(held + "free_capacity {}"), "SOLD_OUT");
  EXPECT_EQ(Said(held + "free_capacity { unbounded: true }"), "50 HELD_UNKNOWN ASSUMED 2");
  EXPECT_EQ(Said(held + "free_capacity { upper: 1 }"), "50 HELD_UNKNOWN ASSUMED 2");
  // What is free of another type says nothing.
  EXPECT_EQ(Said("basis: NEAR_TYPE free_capacity {} reasons {}"), "0 NEAR_TYPE LEARNED 2");
}

TEST(ProspectsTest, WillingnessIsCountedFromWhatCameOfMatches) {
  model::SnapshotBuilder builder("t");
  EXPECT_EQ(CountWillingness(*builder.Build()).probability(), 0.5);
  int number = 0;
  for (const char* state : {"AGREED", "CONTRACTED", "CONTRACTED", "PROPOSED", "CONTACTED",
                            "REJECTED rejection_reason: TERMS", "REJECTED rejection_reason: NO_INTEREST",
                            "REJECTED rejection_reason: NO_CAPACITY", "REJECTED rejection_reason: CANNOT_MAKE",
                            "REJECTED rejection_reason: NEED_GONE", "REJECTED rejection_reason: OTHER_CHOSEN"}) {
    const std::string name = "clusters/t/matches/m" + std::to_string(++number);
    const std::string bytes = Parsed<v1::Match>(std::string("state: ") + state).SerializeAsString();
    const std::vector<model::RecordChange> changes = {{name, bytes}};
    builder.Apply({}, changes);
  }
  const Willingness counted = CountWillingness(*builder.Build());
  EXPECT_EQ(counted.willing, 3);
  EXPECT_EQ(counted.unwilling, 3);
  EXPECT_EQ(counted.probability(), 0.5);
}

TEST(ProspectsTest, EveryWrongTermIsNamed) {
  v1::ProspectTerms terms = Parsed<v1::ProspectTerms>(
      "value: 0 effort: -1 willingness: 2 grounds { ground: GROUND_LIKELY probability: -1 effort: nan } "
      "grounds { ground: GROUND_LIKELY } grounds {}");
  model::Violations violations;
  CheckProspectTerms(terms, "terms", &violations);
  EXPECT_EQ(violations.size(), 7);
  model::Violations none;
  CheckProspectTerms(Parsed<v1::ProspectTerms>("value: 1 willingness: 0"), "terms", &none);
  EXPECT_TRUE(none.empty());
}

}  // namespace
}  // namespace bulian::match
