#include "tools/cli/table.h"

#include <gtest/gtest.h>

#include <sstream>

namespace bulian::cli {
namespace {

TEST(DisplayWidth, CountsWideCharactersTwice) {
  EXPECT_EQ(DisplayWidth("abc"), 3);
  EXPECT_EQ(DisplayWidth("补链"), 4);
  EXPECT_EQ(DisplayWidth("（）"), 4);
  EXPECT_EQ(DisplayWidth("e\xCC\x81"), 1);  // e and a combining acute accent
  EXPECT_EQ(DisplayWidth("a\xFFz"), 3);     // a broken byte still takes a column
}

TEST(Table, AlignsChineseAndNumbers) {
  Table table({"name", ">k"});
  table.AddRow({"压力传感器", "2"});
  table.AddRow({"ASIC", "10"});
  std::ostringstream out;
  table.PrintAligned(out);
  EXPECT_EQ(out.str(), "name         k\n压力传感器   2\nASIC        10\n");
}

TEST(Table, CutsLongCellsAtAWholeCharacter) {
  Table table({"name"});
  table.AddRow({"压力传感器"});
  std::ostringstream out;
  table.PrintAligned(out, 6);
  EXPECT_EQ(out.str(), "name\n压力…\n");
}

TEST(Table, CsvQuotesAndDefusesFormulas) {
  Table table({"a", "b"});
  table.AddRow({"x,\"y\"", "=1+1"});
  table.AddRow({"-5", "line\nbreak"});
  std::ostringstream out;
  table.PrintCsv(out);
  EXPECT_EQ(out.str(),
            "\xEF\xBB\xBF"
            "a,b\r\n\"x,\"\"y\"\"\",'=1+1\r\n-5,line break\r\n");
}

}  // namespace
}  // namespace bulian::cli
