#include "services/search/search_key.h"

#include <random>
#include <string>

#include "gtest/gtest.h"
#include "services/model/text_folding.h"

namespace bulian::search {
namespace {

std::u16string Core(std::string_view text) { return KeyOfName(text).core; }

TEST(SearchKey, SameTextWhateverWidthCaseScriptAndPunctuation) {
  for (const char* text : {"Silan Micro-Electronics", "ＳＩＬＡＮ　micro electronics", " silan, micro.electronics ",
                           "Sílan Micro/Electronics"})
    EXPECT_EQ(Core(text), u"silan micro electronics") << text;
  for (const char* text : {"北碚傳感器", "北碚 传感器", "北碚（传感器）", "北碚·傳感器"})
    EXPECT_EQ(Core(text), u"北碚传感器") << text;
  EXPECT_EQ(Core("3D打印 Lab 2"), u"3d打印lab 2");
  EXPECT_EQ(Core("Xi'an"), u"xian");
}

TEST(SearchKey, LegalFormIsTakenOff) {
  const SearchKey limited = KeyOfName("北碚传感器有限公司"), shares = KeyOfName("北碚传感器股份有限公司");
  EXPECT_EQ(limited.core, u"北碚传感器");
  EXPECT_EQ(shares.core, u"北碚传感器");
  EXPECT_NE(limited.form, shares.form);
  EXPECT_NE(limited.form, 0);
  EXPECT_EQ(KeyOfName("北碚传感器").form, 0);
  EXPECT_EQ(Core("Silan Co., Ltd."), u"silan");
  EXPECT_EQ(Core("Silan Co. Limited"), u"silan");
  EXPECT_EQ(Core("Silan Inc"), u"silan");
  EXPECT_EQ(Core("Zinc"), u"zinc") << "not the end of a word";
  EXPECT_EQ(Core("有限公司"), u"有限公司") << "nothing else is left";
  EXPECT_EQ(Core("Ltd"), u"ltd");
  EXPECT_EQ(KeyOfIdentifier("88.123/co ltd").core, u"88 123 co ltd");
}

TEST(SearchKey, NothingInIt) {
  for (const char* text : {"", " ", "。，！", "🙂🙂", "---", "\u0301"}) EXPECT_EQ(Core(text), u"") << text;
}

TEST(SearchKey, LongTextsAreCut) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "碚x ";
  EXPECT_LE(Core(text).size(), kLongestCore);
}

// The way without ICU gives what the way with it gives: folding first changes nothing.
TEST(SearchKey, FoldingFirstChangesNothing) {
  const char* const alphabet[] = {"a",  "B", "9", " ", "　", "-",  "Ａ", "９",     "（",   "）", "碚",
                                  "傳", "'", "·", "é", "½",  "あ", "ﬀ",  "\u0301", "🙂", "㈱", "龥"};
  std::mt19937 random(7);
  for (int i = 0; i < 3000; ++i) {
    std::string text;
    for (std::size_t n = random() % 12; n > 0; --n) text += alphabet[random() % std::size(alphabet)];
    EXPECT_EQ(Core(text), Core(model::FoldText(text))) << text;
  }
}

}  // namespace
}  // namespace bulian::search
