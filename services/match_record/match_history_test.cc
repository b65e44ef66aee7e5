#include "services/match_record/match_history.h"

#include <string>

#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace bulian::match_record {
namespace {

using v1::Match;

v1::Match Parsed(const std::string& text) {
  v1::Match match;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &match)) << text;
  return match;
}

absl::Time At(int second) { return absl::FromUnixSeconds(second); }

// The wrong fields of a match whose history was carried, with why.
std::string Wrong(const v1::Match& match) {
  model::Violations violations;
  CheckStates(match, std::string_view("match"), &violations);
  CheckSteps(match, std::string_view("match"), &violations);
  std::string text;
  for (const auto& [field, why] : violations.items()) text += field + ": " + why + "\n";
  return text;
}

TEST(MatchHistoryTest, EveryStepIsAllowedOrRefusedAsDocumented) {
  const std::string allowed[5] = {
      // PROPOSED CONTACTED AGREED CONTRACTED REJECTED
      "11111",  // from PROPOSED
      "01111",  // from CONTACTED
      "00111",  // from AGREED
      "00011",  // from CONTRACTED
      "11101",  // from REJECTED
  };
  for (int from = 1; from <= 5; ++from) {
    for (int to = 1; to <= 5; ++to) {
      EXPECT_EQ(MayFollow(static_cast<Match::State>(from), static_cast<Match::State>(to)),
                allowed[from - 1][to - 1] == '1')
          << from << " to " << to;
    }
  }
}

TEST(MatchHistoryTest, ANewMatchBeginsItsHistory) {
  v1::Match match = Parsed("state: CONTACTED note: 'met at the fair'");
  CarryHistory(nullptr, At(5), "partners/p", &match);
  ASSERT_EQ(match.history_size(), 1);
  EXPECT_EQ(match.history(0).ShortDebugString(),
            "time { seconds: 5 } state: CONTACTED note: \"met at the fair\" actor: \"partners/p\"");
  EXPECT_EQ(Wrong(match), "");
}

TEST(MatchHistoryTest, WhatHappenedBeforeIsKeptAndNotSaidTwice) {
  const std::string brought = "state: AGREED note: 'n' history { time { seconds: 1 } state: PROPOSED }";
  v1::Match match = Parsed(brought + " history { time { seconds: 2 } state: AGREED note: 'n' }");
  const v1::Match whole = match;
  CarryHistory(nullptr, At(9), "p", &match);
  EXPECT_EQ(match.DebugString(), whole.DebugString());
  v1::Match shorter = Parsed(brought);
  CarryHistory(nullptr, At(9), "p", &shorter);
  EXPECT_EQ(shorter.history_size(), 2);
  EXPECT_EQ(Wrong(shorter), "");
}

TEST(MatchHistoryTest, AChangeOfStateAddsAnEventAndDropsTheOldNote) {
  v1::Match before = Parsed("state: PROPOSED note: 'old'");
  CarryHistory(nullptr, At(1), "a", &before);
  v1::Match after = before;
  after.clear_history();  // nobody can take it away
  after.set_state(Match::CONTACTED);
  CarryHistory(&before, At(2), "b", &after);
  EXPECT_EQ(after.note(), "");
  ASSERT_EQ(after.history_size(), 2);
  EXPECT_EQ(after.history(0).note(), "old");
  EXPECT_EQ(after.history(1).actor(), "b");
  const v1::Match once = after;
  CarryHistory(&before, At(2), "b", &after);
  EXPECT_EQ(after.DebugString(), once.DebugString());
}

TEST(MatchHistoryTest, NothingNewAddsNothing) {
  v1::Match before = Parsed("state: PROPOSED note: 'n'");
  CarryHistory(nullptr, At(1), "a", &before);
  v1::Match after = before;
  (*after.mutable_annotations())["k"] = "v";
  CarryHistory(&before, At(2), "b", &after);
  EXPECT_EQ(after.history_size(), 1);
  after.set_note("m");
  CarryHistory(&before, At(2), "b", &after);
  EXPECT_EQ(after.history_size(), 2);
}

TEST(MatchHistoryTest, TimeNeverRunsBack) {
  v1::Match before = Parsed("state: PROPOSED history { time { seconds: 100 } state: PROPOSED }");
  v1::Match after = before;
  after.set_state(Match::AGREED);
  CarryHistory(&before, At(50), "", &after);
  EXPECT_EQ(after.history(1).time().seconds(), 100);
  EXPECT_EQ(Wrong(after), "");
}

TEST(MatchHistoryTest, RejectionNeedsAReasonAndReopeningLosesIt) {
  v1::Match before = Parsed("state: PROPOSED");
  CarryHistory(nullptr, At(1), "", &before);
  v1::Match rejected = before;
  rejected.set_state(Match::REJECTED);
  CarryHistory(&before, At(2), "", &rejected);
  EXPECT_EQ(Wrong(rejected), "match.rejection_reason: is required of a match that is REJECTED\n");
  rejected.set_rejection_reason(Match::TERMS);
  CarryHistory(&before, At(2), "", &rejected);
  EXPECT_EQ(Wrong(rejected), "");
  v1::Match again = rejected;
  again.set_state(Match::CONTACTED);
  CarryHistory(&rejected, At(3), "", &again);
  EXPECT_EQ(again.rejection_reason(), Match::REJECTION_REASON_UNSPECIFIED);
  EXPECT_EQ(Wrong(again), "");
}

TEST(MatchHistoryTest, WrongHistoriesAreToldWhole) {
  v1::Match match = Parsed(
      "state: CONTACTED history { time { seconds: 9 } state: CONTRACTED note: '\x01' } "
      "history { time { seconds: 8 } state: REJECTED } history { time { seconds: 8 nanos: -1 } state: AGREED }");
  CarryHistory(nullptr, At(10), "", &match);
  EXPECT_EQ(Wrong(match),
            "match.history[0].note: must have no control characters\n"
            "match.history[1].rejection_reason: is required of a match that is REJECTED\n"
            "match.history[2].time: must be a time\n"
            "match.history[1].time: must not be before the event before\n"
            "match.history[2].time: must not be before the event before\n"
            "match.state: cannot go from AGREED to CONTACTED\n");
}

TEST(MatchHistoryTest, AFullHistoryTakesNoMore) {
  v1::Match before = Parsed("state: PROPOSED");
  for (int i = 0; i < kMaxEvents; ++i) before.add_history()->set_state(Match::PROPOSED);
  EXPECT_EQ(Wrong(before), "");
  v1::Match after = before;
  after.set_state(Match::CONTACTED);
  CarryHistory(&before, At(1), "", &after);
  EXPECT_NE(Wrong(after).find("match.history: is full at 500 events"), std::string::npos);
}

}  // namespace
}  // namespace bulian::match_record
