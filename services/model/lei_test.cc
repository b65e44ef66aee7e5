#include "services/model/lei.h"

#include <random>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace bulian::model {
namespace {

using ::testing::HasSubstr;

TEST(LeiTest, KnownIdentifiers) {
  for (const char* lei :
       {"5493001KJTIIGC8Y1R12", "506700GE1G29325QX363", "529900T8BM49AURSDO55", "213800WSGIIZCXF1P572"}) {
    EXPECT_EQ(LeiProblem(lei), "") << lei;
  }
}

TEST(LeiTest, WrongDigitsAreToldWithTheExpectedOnes) {
  EXPECT_THAT(LeiProblem("5493001KJTIIGC8Y1R13"), HasSubstr("must be 12, not 13"));
}

TEST(LeiTest, WrongFormIsTold) {
  for (const char* lei : {"", "5493001KJTIIGC8Y1R1", "5493001KJTIIGC8Y1R122", "5493001kjtiigc8y1r12",
                          "5493001KJTIIGC8Y1RAB", "5493001KJ-IIGC8Y1R12"}) {
    EXPECT_THAT(LeiProblem(lei), HasSubstr("ISO 17442")) << lei;
  }
}

TEST(LeiTest, MadeOnesAreValidAndSubstitutionsAreCaught) {
  constexpr std::string_view kAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  std::mt19937 random(20261123);
  for (int round = 0; round < 500; ++round) {
    std::string lei;
    for (int i = 0; i < 18; ++i) lei += kAlphabet[random() % kAlphabet.size()];
    lei += *LeiCheckDigits(lei);
    ASSERT_EQ(LeiProblem(lei), "") << lei;
    const std::size_t at = random() % 20;
    const char before = lei[at];
    // A letter counts as two digits, so only swaps within letters and within digits are sure to be caught.
    const std::string_view same_class = before <= '9' ? kAlphabet.substr(0, 10) : kAlphabet.substr(10);
    while (lei[at] == before) lei[at] = same_class[random() % same_class.size()];
    ASSERT_NE(LeiProblem(lei), "") << lei;
  }
}

}  // namespace
}  // namespace bulian::model
