#include "services/resource/code_tables.h"

#include "gtest/gtest.h"
#include "services/resource/field_rules.h"

namespace bulian::resource {
namespace {

class CodeTablesTest : public ::testing::Test {
 protected:
  ~CodeTablesTest() override { UseCodeTables({}); }
};

TEST_F(CodeTablesTest, WithoutTablesOnlyTheFormIsChecked) {
  EXPECT_EQ(ProblemOfRegion("500109"), "");
  EXPECT_NE(ProblemOfRegion("000109"), "");
  EXPECT_EQ(ProblemOfIndustry("C3983"), "");
  EXPECT_NE(ProblemOfIndustry("A39"), "");
}

TEST_F(CodeTablesTest, ALoadedTableRefusesWhatItDoesNotHave) {
  auto regions = model::RegionTable::FromCsv("code,name_zh,name_en\n500109,北碚区,Beibei\n");
  auto industries = model::IndustryTable::FromCsv("code,name,parent\n398,电子元件,39\n3983,敏感元件,398\n");
  ASSERT_TRUE(regions.ok() && industries.ok());
  UseCodeTables({*std::move(regions), *std::move(industries)});
  EXPECT_EQ(ProblemOfRegion("500109"), "");
  EXPECT_EQ(ProblemOfRegion("500000"), "");
  EXPECT_EQ(ProblemOfRegion("500112"), "is not in the loaded table of regions (GB/T 2260)");
  EXPECT_NE(ProblemOfRegion("9"), "");
  EXPECT_EQ(ProblemOfIndustry("C3983"), "");
  EXPECT_EQ(ProblemOfIndustry("3982"), "is not in the loaded list of industries (GB/T 4754)");
  model::Violations violations;
  CheckRegionCode("500112", FieldPath("r"), &violations);
  CheckIndustryCode("3982", FieldPath("i"), &violations);
  CheckIndustryCode("C39", FieldPath("i"), &violations);
  EXPECT_EQ(violations.size(), 2U);
}

}  // namespace
}  // namespace bulian::resource
