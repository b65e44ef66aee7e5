#include "tools/cli/csv.h"

#include <gtest/gtest.h>

namespace bulian::cli {
namespace {

TEST(Csv, ParsesQuotesLineBreaksAndBlankLines) {
  const auto rows = ParseCsv("id,name\r\na, \"x, \"\"y\"\"\nz\" \r\n\r\nb,\n");
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[1].cells, (std::vector<std::string>{"a", "x, \"y\"\nz"}));
  EXPECT_EQ(rows[1].line, 2);
  EXPECT_EQ(rows[2].cells, (std::vector<std::string>{"b", ""}));
  EXPECT_EQ(rows[2].line, 5);
}

TEST(Csv, ReportsBrokenQuotesWithTheirLine) {
  const auto rows = ParseCsv("id\n\"open\nx");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[1].line, 2);
  EXPECT_FALSE(rows[1].error.empty());
}

TEST(Csv, ReadsByteOrderMarkAndGb18030) {
  EXPECT_EQ(*ToUtf8("\xEF\xBB\xBF编号"), "编号");
  EXPECT_EQ(*ToUtf8("\xB1\xE0\xBA\xC5"), "编号");
  EXPECT_EQ(*ToUtf8("编号"), "编号");
  EXPECT_FALSE(ToUtf8("\xB1\xE0\xFF\xFF").ok());
}

}  // namespace
}  // namespace bulian::cli
