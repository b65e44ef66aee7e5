#include "services/search/grams.h"

#include <algorithm>
#include <string>

#include "gtest/gtest.h"

namespace bulian::search {
namespace {

bool Has(std::u16string_view core, Term term) {
  const std::vector<Term> terms = TermsOf(core);
  EXPECT_TRUE(std::is_sorted(terms.begin(), terms.end()));
  EXPECT_TRUE(std::adjacent_find(terms.begin(), terms.end()) == terms.end());
  return std::binary_search(terms.begin(), terms.end(), term);
}

Term Sound(std::string_view a, std::string_view b) { return SoundTerm(SyllableOf(a), b.empty() ? 0 : SyllableOf(b)); }
Term Triple(TermSpace space, std::u16string_view text) {
  const auto code = [&](std::size_t i) { return i < text.size() ? PlainCode(text[i]) : 0; };
  return TripleTerm(space, code(0), code(1), code(2));
}

TEST(Grams, SoundsOfPairs) {
  EXPECT_TRUE(Has(u"重庆", Sound("chong", "qing")));
  EXPECT_TRUE(Has(u"重庆", Sound("zhong", "qing")));
  EXPECT_TRUE(Has(u"重庆", Sound("qing", "")));
  EXPECT_TRUE(Has(u"重庆", Sound("chong", "qing") | kAtBegin));
  EXPECT_FALSE(Has(u"重庆", Sound("qing", "") | kAtBegin));
  EXPECT_FALSE(Has(u"重x庆", Sound("chong", "qing")));
}

TEST(Grams, Initials) {
  EXPECT_TRUE(Has(u"重庆传感器", Triple(TermSpace::kInitials, u"cqc")));
  EXPECT_TRUE(Has(u"重庆传感器", Triple(TermSpace::kInitials, u"zqc")));
  EXPECT_TRUE(Has(u"重庆传感器", Triple(TermSpace::kInitials, u"gq")));
  EXPECT_TRUE(Has(u"重庆传感器", Triple(TermSpace::kInitials, u"q")));
  EXPECT_FALSE(Has(u"重庆传感器", Triple(TermSpace::kInitials, u"cg")));
}

TEST(Grams, FirstCharacter) {
  EXPECT_TRUE(Has(u"重庆", FirstHanTerm(u'重')));
  EXPECT_FALSE(Has(u"重庆", FirstHanTerm(u'庆')));
  EXPECT_FALSE(Has(u"x重庆", FirstHanTerm(u'重')));
}

TEST(Grams, Codes) {
  const std::vector<Term> terms = CodeTermsOf(u"91x");
  const auto code = [](std::u16string_view text) { return Triple(TermSpace::kCode, text); };
  for (const Term term : {code(u"91x"), code(u"91x") | kAtBegin, code(u"1x"), code(u"x")})
    EXPECT_TRUE(std::binary_search(terms.begin(), terms.end(), term));
  EXPECT_EQ(terms.size(), 4u);
}

TEST(Grams, TriplesOfOthers) {
  EXPECT_TRUE(Has(u"silan micro", Triple(TermSpace::kPlain, u"sil") | kAtBegin));
  EXPECT_TRUE(Has(u"silan micro", Triple(TermSpace::kPlain, u"n m")));
  EXPECT_TRUE(Has(u"silan micro", Triple(TermSpace::kPlain, u"ro")));
  EXPECT_TRUE(Has(u"3d打印", Triple(TermSpace::kPlain, u"3d") | kAtBegin));
  EXPECT_TRUE(TermsOf(u"").empty());
}

TEST(Grams, TermsAreBelowTheLimit) {
  std::u16string text;
  for (char16_t c = 0x20; c < 0xFFF0; c += 13) text += c;
  for (const Term term : TermsOf(text)) ASSERT_LT(term, kTermLimit);
  for (const Term term : CodeTermsOf(text)) ASSERT_LT(term, kTermLimit);
  for (char16_t c = 0x20; c < 0x3000; ++c) {
    ASSERT_GT(PlainCode(c), 0u);
    ASSERT_LT(PlainCode(c), 64u);
  }
}

}  // namespace
}  // namespace bulian::search
