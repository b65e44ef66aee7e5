#include "services/model/csv_rows.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace bulian::model {
namespace {

using ::testing::ElementsAre;

TEST(CsvRowsTest, ReadsQuotesAndLineBreaks) {
  const auto rows = ParseCsv("a,b\n1,\"x \"\"y\"\"\"\n\"2\n3\",\n4,5", {"a", "b"});
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_EQ(rows->size(), 3u);
  EXPECT_THAT((*rows)[0].fields, ElementsAre("1", "x \"y\""));
  EXPECT_THAT((*rows)[1].fields, ElementsAre("2\n3", ""));
  EXPECT_THAT((*rows)[2].fields, ElementsAre("4", "5"));
  EXPECT_EQ((*rows)[1].line, 3);
  EXPECT_EQ((*rows)[2].line, 5);
}

TEST(CsvRowsTest, ReadsWindowsLinesAndByteOrderMark) {
  const auto rows = ParseCsv(
      "\xEF\xBB\xBF"
      "a,b\r\n1,2\r\n\r\n",
      {"a", "b"});
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_EQ(rows->size(), 1u);
  EXPECT_THAT((*rows)[0].fields, ElementsAre("1", "2"));
}

TEST(CsvRowsTest, RefusesBrokenTexts) {
  for (const char* text : {"", "b,a\n", "a,b\n1\n", "a,b\n1,2,3\n", "a,b\n1,\"2\n", "a,b\n1,\xFF\n"}) {
    EXPECT_FALSE(ParseCsv(text, {"a", "b"}).ok()) << text;
  }
}

}  // namespace
}  // namespace bulian::model
