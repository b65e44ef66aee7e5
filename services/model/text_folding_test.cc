#include "services/model/text_folding.h"

#include <random>
#include <string>

#include "gtest/gtest.h"

namespace bulian::model {
namespace {

TEST(Utf8Test, KnowsWellFormedText) {
  for (const char* text : {"", "abc", "补链", "µm", "\xF0\x9F\x98\x80", "\xF4\x8F\xBF\xBF", "\xEF\xBF\xBF", "\xC2\x80"})
    EXPECT_TRUE(IsValidUtf8(text)) << text;
  for (const char* text : {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
                           "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE8\xA1", "\xE8", "a\xFF", "\xF0\x9F\x98"}) {
    EXPECT_FALSE(IsValidUtf8(text)) << text;
  }
  EXPECT_TRUE(IsValidUtf8(std::string_view("a\0b", 3)));
}

TEST(Utf8Test, CountsCodePoints) {
  EXPECT_EQ(CharacterCount(""), 0u);
  EXPECT_EQ(CharacterCount("补链 a"), 4u);
  EXPECT_EQ(CharacterCount("\xF0\x9F\x98\x80"), 1u);
  EXPECT_EQ(CharacterCount("\xFF\xFE"), 2u);
}

TEST(FoldTextTest, IgnoresWidthCaseAndSpace) {
  EXPECT_EQ(FoldText("ＭＥＭＳ　Ｓｅｎｓｏｒ"), "mems sensor");
  EXPECT_EQ(FoldText("  MEMS \t\n sensor "), "mems sensor");
  EXPECT_EQ(FoldText("北碚\xC2\xA0智能　传感器 "), "北碚 智能 传感器");
  EXPECT_EQ(FoldText("STRASSE"), FoldText("straße"));
  EXPECT_EQ(FoldText("Ⅳ"), "iv");
  EXPECT_EQ(FoldText("e\xCC\x81"), FoldText("É"));
  EXPECT_EQ(FoldText(""), "");
  EXPECT_EQ(FoldText(" \t"), "");
  EXPECT_EQ(FoldText("　"), "");
  EXPECT_NE(FoldText("芯"), FoldText("新"));
}

TEST(FoldTextTest, IsIdempotentForAnyBytes) {
  std::mt19937 random(20261123);
  const std::string alphabet[] = {"A",         "b",  " ",    "\t",   "Ｚ", "　",       "ß", "İ", "Ⅳ", "é",
                                  "e\xCC\x81", "芯", "\xFF", "\xE8", "ﬁ",  "\xC2\xAD", "½", "℃", "㎛"};
  for (int i = 0; i < 3000; ++i) {
    std::string text;
    for (std::size_t n = random() % 12; n > 0; --n) text += alphabet[random() % std::size(alphabet)];
    const std::string folded = FoldText(text);
    ASSERT_EQ(FoldText(folded), folded) << text;
    ASSERT_TRUE(IsValidUtf8(folded)) << text;
    ASSERT_EQ(FoldText(" " + text + "\n"), folded) << text;
  }
}

TEST(ContainsFoldedTest, FindsInside) {
  EXPECT_TRUE(ContainsFolded("Beibei ＭＥＭＳ Foundry", FoldText("mems f")));
  EXPECT_TRUE(ContainsFolded("anything", ""));
  EXPECT_FALSE(ContainsFolded("Beibei", FoldText("mems")));
}

TEST(NormalizeIdentifierTest, MakesTypedIdentifiersPlain) {
  EXPECT_EQ(NormalizeIdentifier(" 91350100m000100y43\n"), "91350100M000100Y43");
  EXPECT_EQ(NormalizeIdentifier("　９１３５０１００Ｍ０００１００ｙ４３"), "91350100M000100Y43");
  EXPECT_EQ(NormalizeIdentifier("ab cd"), "AB CD");
  EXPECT_EQ(NormalizeIdentifier("  "), "");
}

TEST(NormalizeIdentifierTest, OnceIsEnough) {
  // Upper case may compose with a mark that lower case does not.
  for (const char* text : {"i\u0307", "ｉ\u0307x", "w\u030a\u0323", " e\u0301 "}) {
    const std::string once = NormalizeIdentifier(text);
    EXPECT_EQ(NormalizeIdentifier(once), once) << text;
  }
  EXPECT_EQ(NormalizeIdentifier("i\u0307"), "\u0130");
}

}  // namespace
}  // namespace bulian::model
