#include "services/model/industry.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace bulian::model {
namespace {

using ::testing::HasSubstr;

TEST(IndustryTest, TakesEveryLevelWithAndWithoutLetter) {
  for (const char* code : {"C", "39", "398", "3983", "C39", "C398", "C3983", "A0111", "T97", "70"})
    EXPECT_EQ(IndustryProblem(code), "") << code;
  EXPECT_EQ(NormalizeIndustryCode("C3983"), "3983");
  EXPECT_EQ(NormalizeIndustryCode("3983"), "3983");
  EXPECT_EQ(NormalizeIndustryCode("C"), "C");
}

TEST(IndustryTest, RefusesOthers) {
  for (const char* code : {"", "U", "c", "c39", "3", "39830", "00", "98", "C3", "3x", "C-39", "CC", "ＣC39", "39 "}) {
    EXPECT_NE(IndustryProblem(code), "") << code;
    EXPECT_EQ(NormalizeIndustryCode(code), "") << code;
  }
  EXPECT_THAT(IndustryProblem("D39"), HasSubstr("section C, not D"));
  EXPECT_THAT(IndustryProblem("98"), HasSubstr("no division 98"));
}

TEST(IndustryTest, Every97DivisionsLieInOneSection) {
  std::string sections;
  for (int division = 1; division <= 97; ++division) {
    const std::string code = {static_cast<char>('0' + division / 10), static_cast<char>('0' + division % 10)};
    const char section = SectionOfIndustry(code);
    ASSERT_NE(section, 0) << code;
    ASSERT_TRUE(IndustryContains(std::string(1, section), code));
    if (sections.empty() || sections.back() != section) sections += section;
  }
  EXPECT_EQ(sections, "ABCDEFGHIJKLMNOPQRST");
}

TEST(IndustryTest, Contains) {
  EXPECT_TRUE(IndustryContains("C", "39"));
  EXPECT_TRUE(IndustryContains("C", "C3983"));
  EXPECT_TRUE(IndustryContains("C39", "3983"));
  EXPECT_TRUE(IndustryContains("3983", "C3983"));
  EXPECT_FALSE(IndustryContains("3983", "398"));
  EXPECT_FALSE(IndustryContains("39", "C"));
  EXPECT_FALSE(IndustryContains("C", "44"));
  EXPECT_FALSE(IndustryContains("", "39"));
  EXPECT_FALSE(IndustryContains("39", "x"));
}

TEST(IndustryTableTest, EmbedsSectionsAndManufacturing) {
  const IndustryTable& table = IndustryTable::Embedded();
  EXPECT_EQ(table.size(), 20u + 31u);
  EXPECT_EQ(table.Find("C39")->zh, "计算机、通信和其他电子设备制造业");
  EXPECT_EQ(table.Find("I")->zh, "信息传输、软件和信息技术服务业");
  EXPECT_EQ(table.Find("65"), nullptr);
  EXPECT_EQ(table.Problem("65"), "");
}

TEST(IndustryTableTest, AFullListRefusesWhatItDoesNotHave) {
  const auto table =
      IndustryTable::FromCsv("code,name,parent\nC398,电子元件及电子专用材料制造,C39\n3983,敏感元件及传感器制造,398\n");
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_TRUE(table->full());
  EXPECT_EQ(table->Find("C3983")->zh, "敏感元件及传感器制造");
  EXPECT_EQ(table->Problem("398"), "");
  EXPECT_EQ(table->Problem("C"), "");
  EXPECT_THAT(table->Problem("3984"), HasSubstr("not in the loaded list"));
}

TEST(IndustryTableTest, RefusesABrokenList) {
  const auto table = IndustryTable::FromCsv("code,name,parent\n398,a,38\n399,,\n99,b,\n398,c,\n");
  ASSERT_FALSE(table.ok());
  EXPECT_THAT(std::string(table.status().message()), HasSubstr("and 3 more"));
  EXPECT_FALSE(IndustryTable::FromCsv("code,name\n").ok());
}

}  // namespace
}  // namespace bulian::model
