#include "services/model/region.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/model/error.h"

namespace bulian::model {
namespace {

using ::testing::HasSubstr;

TEST(RegionTest, TakesCodesOfEveryLevel) {
  for (const char* code : {"500000", "500109", "320500", "320583", "110000", "820000"})
    EXPECT_EQ(RegionProblem(code), "") << code;
  EXPECT_EQ(LevelOfRegion("500000"), RegionLevel::kProvince);
  EXPECT_EQ(LevelOfRegion("320500"), RegionLevel::kPrefecture);
  EXPECT_EQ(LevelOfRegion("320583"), RegionLevel::kCounty);
}

TEST(RegionTest, RefusesOthers) {
  for (const char* code : {"", "5001", "5001090", "50010a", "990000", "000000", "500009", "５００109", " 50010"})
    EXPECT_NE(RegionProblem(code), "") << code;
  EXPECT_THAT(RegionProblem("990000"), HasSubstr("no province 99"));
}

TEST(RegionTest, ContainsByPrefix) {
  EXPECT_TRUE(RegionContains("500000", "500109"));
  EXPECT_TRUE(RegionContains("500000", "500000"));
  EXPECT_TRUE(RegionContains("320500", "320583"));
  EXPECT_TRUE(RegionContains("320583", "320583"));
  EXPECT_FALSE(RegionContains("320583", "320500"));
  EXPECT_FALSE(RegionContains("320500", "320600"));
  EXPECT_FALSE(RegionContains("500109", "500112"));
  EXPECT_FALSE(RegionContains("500000", "510000"));
  EXPECT_FALSE(RegionContains("50", "500109"));
  EXPECT_FALSE(RegionContains("500000", ""));
}

TEST(RegionTableTest, HasTheProvinces) {
  EXPECT_EQ(RegionTable::Provinces().size(), 34u);
  EXPECT_EQ(RegionTable::Provinces().Find("500000")->zh, "重庆市");
  EXPECT_EQ(RegionTable::Provinces().Find("500109"), nullptr);
}

TEST(RegionTableTest, TakesTheUsersNames) {
  const auto table = RegionTable::FromCsv(
      "\xEF\xBB\xBF"
      "code,name_zh,name_en\r\n500109,北碚区,\"Beibei, Chongqing\"\r\n\r\n500000,重庆,Chongqing city\r\n");
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_EQ(table->Find("500109")->en, "Beibei, Chongqing");
  EXPECT_EQ(table->Find("500000")->zh, "重庆");
  EXPECT_EQ(table->Find("110000")->en, "Beijing");
}

TEST(RegionTableTest, RefusesABrokenTableWithEveryLine) {
  const auto table = RegionTable::FromCsv("code,name_zh,name_en\n500109,北碚区,\n9,x,y\n500109,b,\n500112,,\n");
  ASSERT_FALSE(table.ok());
  EXPECT_EQ(ReasonOf(table.status()), v1::INVALID_FIELDS);
  EXPECT_THAT(std::string(table.status().message()), HasSubstr("line 3"));
  EXPECT_THAT(std::string(table.status().message()), HasSubstr("and 2 more"));
  for (const char* csv : {"", "code,name\n", "code,name_zh,name_en\n500109,a\n", "code,name_zh,name_en\n500109,\"a,b\n",
                          "code,name_zh,name_en\n500109,\xFF,b\n"}) {
    EXPECT_FALSE(RegionTable::FromCsv(csv).ok()) << csv;
  }
}

}  // namespace
}  // namespace bulian::model
