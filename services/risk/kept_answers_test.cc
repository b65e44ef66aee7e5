#include "services/risk/kept_answers.h"

#include "gtest/gtest.h"

namespace bulian::risk {
namespace {

RankedAnswerPtr Answer(std::size_t bytes) {
  auto answer = std::make_shared<RankedAnswer>();
  answer->results.emplace_back(bytes, 'x');
  return answer;
}

TEST(KeptAnswers, TheOneUsedLongestAgoGoesFirst) {
  const RankedAnswerPtr some = Answer(1000);
  KeptAnswers kept(3 * some->Bytes() + 10);
  for (const char* key : {"a", "b", "c"}) kept.Keep(key, some);
  EXPECT_EQ(kept.Find("a"), some);
  kept.Keep("d", Answer(1000));
  EXPECT_EQ(kept.Find("b"), nullptr);
  for (const char* key : {"a", "c", "d"}) EXPECT_NE(kept.Find(key), nullptr) << key;
  EXPECT_LE(kept.bytes(), 3 * some->Bytes() + 10);
}

TEST(KeptAnswers, WhatIsTooGreatIsNotKeptAndPushesNothingOut) {
  KeptAnswers kept(Answer(1000)->Bytes() + 10);
  kept.Keep("a", Answer(1000));
  kept.Keep("b", Answer(2000));
  EXPECT_NE(kept.Find("a"), nullptr);
  EXPECT_EQ(kept.Find("b"), nullptr);
}

TEST(KeptAnswers, OfOneKeyTheLastIsKept) {
  KeptAnswers kept(100'000);
  const RankedAnswerPtr last = Answer(10);
  kept.Keep("a", Answer(5000));
  kept.Keep("a", last);
  EXPECT_EQ(kept.Find("a"), last);
  EXPECT_EQ(kept.bytes(), last->Bytes() + 1);
}

}  // namespace
}  // namespace bulian::risk
