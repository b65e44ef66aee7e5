#include "services/search/han_readings.h"

#include <set>
#include <string>

#include "gtest/gtest.h"

namespace bulian::search {
namespace {

std::set<std::string> Texts(char16_t han) {
  std::set<std::string> texts;
  for (const Syllable syllable : ReadingsOf(han)) texts.emplace(SyllableText(syllable));
  return texts;
}

using Set = std::set<std::string>;

TEST(HanReadings, OneSoundOrSeveral) {
  EXPECT_EQ(Texts(u'士'), Set{"shi"});
  EXPECT_EQ(Texts(u'重'), (Set{"chong", "zhong"}));
  EXPECT_EQ(Texts(u'长'), (Set{"chang", "zhang"}));
  EXPECT_EQ(Texts(u'厦'), (Set{"sha", "xia"}));
  EXPECT_EQ(Texts(u'乐'), (Set{"le", "yue"}));
  EXPECT_EQ(Texts(u'绿'), (Set{"lu", "lv"}));
}

TEST(HanReadings, SimplifiesOneByOne) {
  EXPECT_EQ(Simplified(u'傳'), u'传');
  EXPECT_EQ(Simplified(u'測'), u'测');
  EXPECT_EQ(Simplified(u'传'), u'传');
  EXPECT_EQ(Simplified(u'a'), u'a');
}

TEST(HanReadings, EveryCharacterHasAscendingReadings) {
  for (char16_t c = 0x3400; c < 0xA000; ++c) {
    if (!IsHan(c)) continue;
    const auto readings = ReadingsOf(c);
    ASSERT_FALSE(readings.empty());
    ASSERT_LE(readings.size(), 4u);
    for (std::size_t i = 0; i < readings.size(); ++i) {
      ASSERT_GT(readings[i], i == 0 ? 0 : readings[i - 1]);
      ASSERT_LT(readings[i], kSyllables);
    }
    ASSERT_EQ(Simplified(Simplified(c)), Simplified(c)) << static_cast<int>(c);
  }
  EXPECT_FALSE(IsHan(u'a'));
  EXPECT_FALSE(IsHan(u'あ'));
}

TEST(HanReadings, SyllablesByText) {
  EXPECT_EQ(SyllableText(SyllableOf("chong")), "chong");
  EXPECT_EQ(SyllableOf("cho"), 0);
  EXPECT_EQ(SyllableOf(""), 0);
  std::set<std::string> found;
  for (const Syllable syllable : SyllablesWithPrefix("chon")) found.emplace(SyllableText(syllable));
  EXPECT_EQ(found, Set{"chong"});
  EXPECT_TRUE(SyllablesWithPrefix("vv").empty());
}

}  // namespace
}  // namespace bulian::search
