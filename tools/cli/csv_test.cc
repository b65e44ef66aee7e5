#include "tools/cli/csv.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "tools/cli/record_source.h"

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

// The year and the value of the one supply link in a CSV, or what is wrong with it.
RecordSource::Result ReadLink(const std::string& year, const std::string& value, v1::SupplyLink* link, Place* place,
                              std::string* error) {
  auto source = CsvRecords(
      "links.csv", "id,supplier,buyer,product_type,year,value\nl,a,b,t," + year + "," + value + "\n", "clusters/c");
  v1::ImportRecord record;
  const auto result = (*source)->Next(&record, place, error);
  *link = record.supply_link();
  return result;
}

TEST(JsonLines, AreReadFromAPipeToo) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const std::string lines = "\n{\"enterprise\":{\"name\":\"a\"}}\n{\n{\"enterprise\":{\"name\":\"b\"}}";
  ASSERT_EQ(write(ends[1], lines.data(), lines.size()), static_cast<ssize_t>(lines.size()));
  close(ends[1]);
  auto source = OpenRecords("/dev/fd/" + std::to_string(ends[0]), "");
  ASSERT_TRUE(source.ok()) << source.status();
  v1::ImportRecord record;
  Place place;
  std::string error;
  ASSERT_EQ((*source)->Next(&record, &place, &error), RecordSource::Result::kRecord);
  EXPECT_EQ(record.enterprise().name(), "a");
  EXPECT_EQ(place.line, 2);
  EXPECT_LT((*source)->Progress(), 0);
  EXPECT_EQ((*source)->Next(&record, &place, &error), RecordSource::Result::kBroken);
  ASSERT_EQ((*source)->Next(&record, &place, &error), RecordSource::Result::kRecord);
  EXPECT_EQ(record.enterprise().name(), "b");
  EXPECT_EQ((*source)->Next(&record, &place, &error), RecordSource::Result::kEnd);
  close(ends[0]);
}

TEST(Csv, NumbersThatNoFieldHoldsAreErrorsWithLineAndColumn) {
  v1::SupplyLink link;
  Place place;
  std::string error;
  for (const char* year : {"nan", "inf", "-inf", "1e300", "2147483648", "-3e9", "2025.5", "soon"}) {
    EXPECT_EQ(ReadLink(year, "1", &link, &place, &error), RecordSource::Result::kBroken) << year;
    EXPECT_EQ(place.line, 2);
    EXPECT_NE(error.find("column year"), std::string::npos) << error;
    EXPECT_NE(error.find(year), std::string::npos) << error;
  }
  for (const char* value : {"nan", "inf", "-inf", "1e300", "1e999", "9223372036854775808", "-9223372036854775808"}) {
    EXPECT_EQ(ReadLink("2025", value, &link, &place, &error), RecordSource::Result::kBroken) << value;
    EXPECT_EQ(place.line, 2);
    EXPECT_NE(error.find("column value"), std::string::npos) << error;
    EXPECT_NE(error.find(value), std::string::npos) << error;
  }
}

TEST(Csv, WhatStandsInStockAndHowLongARecoveryTakesAreReadInBothLanguages) {
  auto source = CsvRecords("capabilities.csv", "企业,编号,能力类型,单位,库存,恢复天数\na,c,t,H87,1200,45.5\na,d,t,,,\n",
                           "clusters/c");
  ASSERT_TRUE(source.ok()) << source.status();
  v1::ImportRecord record;
  Place place;
  std::string error;
  ASSERT_EQ((*source)->Next(&record, &place, &error), RecordSource::Result::kRecord) << error;
  EXPECT_EQ(record.capability().stock().value(), 1200);
  EXPECT_EQ(record.capability().stock().unit(), "H87");
  EXPECT_EQ(record.capability().recovery_time_days(), 45.5);
  ASSERT_EQ((*source)->Next(&record, &place, &error), RecordSource::Result::kRecord) << error;
  EXPECT_FALSE(record.capability().has_stock());
  EXPECT_FALSE(record.capability().has_recovery_time_days());
}

TEST(Csv, NumbersAreReadWithTheirFractions) {
  v1::SupplyLink link;
  Place place;
  std::string error;
  ASSERT_EQ(ReadLink("2025", "-12.5", &link, &place, &error), RecordSource::Result::kRecord) << error;
  EXPECT_EQ(link.year(), 2025);
  EXPECT_EQ(link.value().units(), -12);
  EXPECT_EQ(link.value().nanos(), -500'000'000);
  ASSERT_EQ(ReadLink("", "1e18", &link, &place, &error), RecordSource::Result::kRecord) << error;
  EXPECT_EQ(link.value().units(), 1'000'000'000'000'000'000);
}

}  // namespace
}  // namespace bulian::cli
