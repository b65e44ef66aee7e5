#include "services/search/text_match.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace bulian::search {
namespace {

Text NameText(std::string_view name, TextField field = TextField::kNameZh) {
  Text text;
  text.field = field;
  text.key = IsIdentifier(field) ? KeyOfIdentifier(name) : KeyOfName(name);
  return text;
}

// A hundred texts; each piece of the query in one of ten.
TextMatch Match(std::string_view typed, const Text& text) {
  const Query query = ParseQuery(typed);
  const std::vector<std::size_t> counts(query.grams.size(), 10);
  return MatchText(query, Coverage(query, counts, 100), text);
}
TextMatch Match(std::string_view typed, std::string_view name) { return Match(typed, NameText(name)); }

void ExpectMatch(std::string_view typed, std::string_view name, MatchKind kind, double score) {
  const TextMatch match = Match(typed, name);
  EXPECT_EQ(match.kind, kind) << typed << " / " << name;
  EXPECT_NEAR(match.score, score, 1e-12) << typed << " / " << name;
}

TEST(TextMatch, WholeTexts) {
  ExpectMatch("士兰微有限公司", "士兰微有限公司", MatchKind::kExact, 1);
  ExpectMatch("士蘭微", "士兰微有限公司", MatchKind::kExact, 0.97);
  ExpectMatch("士兰", "士兰微电", MatchKind::kPrefix, 0.85 + 0.10 * 2 / 4);
  ExpectMatch("传感", "北碚传感器", MatchKind::kContained, 0.70 + 0.14 * 2 / 5);
  ExpectMatch("micro", "Silan Micro", MatchKind::kContained, 0.70 + 0.14 * 5 / 11);
}

TEST(TextMatch, Pinyin) {
  ExpectMatch("chongqing", "重庆传感", MatchKind::kFullPinyin, 0.55 + 0.14 * 2 / 4);
  ExpectMatch("chuangan", "重庆传感", MatchKind::kFullPinyin, 0.55 + 0.14 * 0.8 * 2 / 4);
  ExpectMatch("chong q", "重庆传感", MatchKind::kFullPinyin, 0.55 + 0.14 * 2 / 4);
  ExpectMatch("cqcg", "重庆传感", MatchKind::kInitials, 0.50 + 0.14);
  ExpectMatch("cg", "重庆传感", MatchKind::kInitials, 0.50 + 0.14 * 0.8 * 2 / 4);
  ExpectMatch("士蓝", "士兰微", MatchKind::kFullPinyin, 0.55 + 0.14 * 2 / 3);
  ExpectMatch("xian", "西安", MatchKind::kFullPinyin, 0.55 + 0.14);
  ExpectMatch("xian", "先锋", MatchKind::kFullPinyin, 0.55 + 0.14 / 2);
  ExpectMatch("xiamen", "厦门", MatchKind::kFullPinyin, 0.55 + 0.14);
  EXPECT_EQ(Match("cqx", "重庆传感").score, 0);
}

TEST(TextMatch, Partly) {
  const TextMatch both = Match("北碚传感", "北碚智能传感");
  EXPECT_EQ(both.kind, MatchKind::kPartly);
  EXPECT_NEAR(both.score, 0.54 * (0.9 + 0.1 * 4 / 6), 1e-12) << "every unit is covered";
  EXPECT_EQ(Match("北碚传感", "北碚化工").kind, MatchKind::kPartly) << "half of it";
  EXPECT_EQ(Match("北碚传感器件", "北碚化工").score, 0) << "a third of it";
  EXPECT_EQ(Match("Silan Microelctronics", "Silan Microelectronics").kind, MatchKind::kPartly);
  EXPECT_EQ(Match("北碚", "").score, 0);
}

TEST(TextMatch, RareUnitsWeighMore) {
  const Query query = ParseQuery("北碚传感");  // bei-bei, bei-chuan, chuan-gan
  const std::vector<std::size_t> counts = {1, 1, 50};
  const Coverage coverage(query, counts, 100);
  EXPECT_GT(coverage.Of({true, false, false}), 0.8);
  EXPECT_LT(coverage.Of({false, false, true}), 0.2);
  EXPECT_NEAR(coverage.Of({true, false, true}), 1, 1e-12);
  EXPECT_GT(MatchText(query, coverage, NameText("北碚化工")).score, 0);
  EXPECT_EQ(MatchText(query, coverage, NameText("上海传感")).score, 0);
}

TEST(TextMatch, Identifiers) {
  const Text code = NameText("91500109MA5U3XXX1G", TextField::kUscc);
  EXPECT_EQ(Match("91500109ma5u3xxx1g", code).kind, MatchKind::kExact);
  EXPECT_EQ(Match("9150", code).kind, MatchKind::kPrefix);
  EXPECT_EQ(Match("MA5U3", code).kind, MatchKind::kContained);
  EXPECT_EQ(Match("915", code).score, 0) << "too short to say anything";
  EXPECT_EQ(Match("91500109MA5U3XXX2G", code).score, 0) << "another code";
}

TEST(TextMatch, TypingErrors) {
  const auto errors = [](std::string_view typed, std::string_view name) {
    return TypingErrors(ParseQuery(typed), KeyOfName(name)).value_or(-1);
  };
  EXPECT_EQ(errors("Silan Microelctronics", "Hangzhou Silan Microelectronics Co., Ltd."), 1);
  EXPECT_EQ(errors("Slian", "Silan"), 1) << "swapped";
  EXPECT_EQ(errors("Silann Mocro", "Silan Micro"), 2);
  EXPECT_EQ(errors("abcd", "wxyz"), -1);
  EXPECT_EQ(errors("北碚船感", "重庆北碚传感器"), 1);
}

TEST(TextMatch, BoundsHold) {
  const char* const names[] = {"重庆北碚传感器", "重庆", "Chongqing Sensor", "北碚", "chong", "重庆重庆重庆重庆"};
  for (const char* typed : {"重庆", "cq", "chongqing", "传感", "chong", "北碚传感"}) {
    const Query query = ParseQuery(typed);
    for (const char* name : names) {
      const Text text = NameText(name);
      const std::size_t length = LengthOf(DocOf("e", text));
      const TextMatch match = Match(typed, text);
      double bound = 1;
      switch (match.kind) {
        case MatchKind::kNone:
          continue;
        case MatchKind::kExact:
        case MatchKind::kPrefix:
          bound = BeginningBound(query, length);
          break;
        case MatchKind::kContained:
          bound = ContainedBound(query, length);
          break;
        case MatchKind::kFullPinyin:
          bound = 0;
          for (const SoundPattern& pattern : query.sounds) bound = std::max(bound, SoundBound(pattern.size(), length));
          break;
        case MatchKind::kInitials:
          bound = InitialsBound(query, length);
          break;
        case MatchKind::kPartly:
          bound = PartlyScore(query, 1, length);
          break;
      }
      EXPECT_LE(match.score, bound) << typed << " / " << name;
    }
  }
}

TEST(Query, StrangeTextsAreCheap) {
  const Query many_ways = ParseQuery("xianxianxianxianxian");
  EXPECT_EQ(many_ways.sounds.size(), kMostSounds);
  EXPECT_TRUE(many_ways.limited);
  EXPECT_FALSE(ParseQuery(std::string(60, 'a')).limited);
  EXPECT_TRUE(ParseQuery("").key.core.empty());
  EXPECT_TRUE(ParseQuery("!?").grams.empty());
  EXPECT_TRUE(ParseQuery(std::string(10'000, 'i')).sounds.empty());
}

}  // namespace
}  // namespace bulian::search
