#include "services/model/uscc.h"

#include <random>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace bulian::model {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";

// A random valid code.
std::string RandomUscc(std::mt19937& random) {
  std::string code = "91";
  for (int i = 0; i < 6; ++i) code += static_cast<char>('0' + random() % 10);
  std::string body;
  for (int i = 0; i < 8; ++i) body += kAlphabet[random() % kAlphabet.size()];
  code += body + *OrganizationCodeCheckCharacter(body);
  return code + *UsccCheckCharacter(code);
}

TEST(UsccTest, KnownCodes) {
  EXPECT_THAT(UsccProblems("91350100M000100Y43"), IsEmpty());
  EXPECT_THAT(UsccProblems("91110108551385082Q"), IsEmpty());
}

TEST(UsccTest, WrongCheckCharacterIsToldWithTheExpectedOne) {
  EXPECT_THAT(UsccProblems("91350100M000100Y4A"), ElementsAre(AllOf(HasSubstr("18th"), HasSubstr("must be 3, not A"))));
}

TEST(UsccTest, WrongOrganisationCheckIsToldToo) {
  std::string code = "91350100M000100Y5";
  code += *UsccCheckCharacter(code);
  EXPECT_THAT(UsccProblems(code), ElementsAre(AllOf(HasSubstr("17th"), HasSubstr("must be 4, not 5"))));
  EXPECT_EQ(UsccProblems("91350100M000100Y5A").size(), 2u);
}

TEST(UsccTest, WrongFormIsTold) {
  for (const char* code : {"", "91350100M000100Y4", "91350100M000100Y433", "91350100M000100Y4Z", "91350100m000100y43",
                           "91350100M000100Y4 ", "9135010AM000100Y43",
                           "\xE4\xB8\xAD\xE4\xB8\xAD\xE4\xB8\xAD\xE4\xB8\xAD\xE4\xB8\xAD\xE4\xB8\xAD"}) {
    // Where only the last character is impossible, what it should be is told besides.
    const bool body_is_right =
        std::string_view(code).size() == 18 && std::string_view(code).starts_with("91350100M000100Y4");
    EXPECT_EQ(UsccProblems(code).size(), body_is_right ? 2u : 1u) << code;
  }
}

TEST(UsccTest, LettersLikeDigitsAreSuggestedNeverRead) {
  EXPECT_THAT(UsccProblems("9I350IOOM000100Y43"), Contains(HasSubstr("91350100M000100Y43")));
  EXPECT_THAT(UsccProblems("9I350IOOM000100Y4A"), ElementsAre(HasSubstr("without I, O")));
}

TEST(UsccTest, EverySubstitutionOfOneCharacterIsCaught) {
  std::mt19937 random(20261123);
  for (int round = 0; round < 200; ++round) {
    const std::string code = RandomUscc(random);
    ASSERT_THAT(UsccProblems(code), IsEmpty()) << code;
    for (std::size_t i = 0; i < code.size(); ++i) {
      std::string other = code;
      do other[i] = kAlphabet[random() % kAlphabet.size()];
      while (other == code);
      ASSERT_FALSE(UsccProblems(other).empty()) << code << " " << other;
    }
  }
}

TEST(UsccTest, CodesWhoseSumIsAMultipleOf31EndWithZero) {
  std::mt19937 random(7);
  int zeros = 0;
  for (int i = 0; i < 2000; ++i) zeros += RandomUscc(random).back() == '0' ? 1 : 0;
  EXPECT_GT(zeros, 20);
}

TEST(UsccTest, CheckCharactersOfNoCode) {
  EXPECT_FALSE(UsccCheckCharacter("91350100M000100Y"));
  EXPECT_FALSE(UsccCheckCharacter("91350100M000100YO"));
  EXPECT_FALSE(OrganizationCodeCheckCharacter("M000100"));
  EXPECT_FALSE(OrganizationCodeCheckCharacter("M000100y"));
  EXPECT_EQ(OrganizationCodeCheckCharacter("55138508"), '2');
}

TEST(UsccProblems, NamesTheCheckCharacterExpectedInPlaceOfAnImpossibleOne) {
  const std::vector<std::string> problems = UsccProblems("91350100M000100Y4Z");
  ASSERT_FALSE(problems.empty());
  EXPECT_NE(problems.back().find("3"), std::string::npos) << problems.back();
}

}  // namespace
}  // namespace bulian::model
