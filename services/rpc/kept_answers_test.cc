#include "services/rpc/kept_answers.h"

#include "bulian/v1/disruption.pb.h"
#include "gtest/gtest.h"

namespace bulian::rpc {
namespace {

using Answers = KeptAnswers<v1::AssessDisruptionResponse>;

Answers::AnswerPtr Answer(std::size_t bytes) {
  auto answer = std::make_shared<Answers::Answer>();
  answer->items.emplace_back(bytes, 'x');
  return answer;
}

TEST(KeptAnswers, TheOneUsedLongestAgoGoesFirst) {
  const Answers::AnswerPtr some = Answer(1000);
  Answers kept(3 * some->Bytes() + 10);
  for (const char* key : {"a", "b", "c"}) kept.Keep(key, some);
  EXPECT_EQ(kept.Find("a"), some);
  kept.Keep("d", Answer(1000));
  EXPECT_EQ(kept.Find("b"), nullptr);
  for (const char* key : {"a", "c", "d"}) EXPECT_NE(kept.Find(key), nullptr) << key;
  EXPECT_LE(kept.bytes(), 3 * some->Bytes() + 10);
}

TEST(KeptAnswers, WhatIsTooGreatIsNotKeptAndPushesNothingOut) {
  Answers kept(Answer(1000)->Bytes() + 10);
  kept.Keep("a", Answer(1000));
  kept.Keep("b", Answer(2000));
  EXPECT_NE(kept.Find("a"), nullptr);
  EXPECT_EQ(kept.Find("b"), nullptr);
}

TEST(KeptAnswers, OfOneKeyTheLastIsKept) {
  Answers kept(100'000);
  const Answers::AnswerPtr last = Answer(10);
  kept.Keep("a", Answer(5000));
  kept.Keep("a", last);
  EXPECT_EQ(kept.Find("a"), last);
  EXPECT_EQ(kept.bytes(), last->Bytes() + 1);
}

}  // namespace
}  // namespace bulian::rpc
