#include "services/model/day.h"

#include "gtest/gtest.h"

namespace bulian::model {
namespace {

google::type::Date Date(int year, int month, int day) {
  google::type::Date date;
  date.set_year(year);
  date.set_month(month);
  date.set_day(day);
  return date;
}

TEST(DayTest, KnownDays) {
  EXPECT_EQ(ToDay(Date(1970, 1, 1)), 0);
  EXPECT_EQ(ToDay(Date(1969, 12, 31)), -1);
  EXPECT_EQ(ToDay(Date(2000, 3, 1)), 11017);
  EXPECT_EQ(ToDay(Date(2024, 2, 29)), 19782);
  EXPECT_EQ(ToDay(Date(1, 1, 1)), -719162);
  EXPECT_EQ(ToDay(Date(9999, 12, 31)), 2932896);
}

TEST(DayTest, EveryDayFollowsTheOneBefore) {
  google::type::Date before = ToDate(-719162);
  for (Day day = -719161; day <= 2932896; ++day) {
    const google::type::Date date = ToDate(day);
    ASSERT_EQ(ToDay(date), day);
    const bool same_month = date.year() == before.year() && date.month() == before.month();
    ASSERT_EQ(date.day(), same_month ? before.day() + 1 : 1) << day;
    before = date;
  }
}

TEST(DayTest, RefusesPartialAndUnrealDates) {
  for (const auto& date : {Date(0, 1, 1), Date(2026, 0, 0), Date(2026, 1, 0), Date(2026, 13, 1), Date(2026, 4, 31),
                           Date(2026, 2, 29), Date(1900, 2, 29), Date(10000, 1, 1), Date(-1, 1, 1), Date(2026, -1, 1),
                           Date(2026, 1, -1), Date(2026, 1, 32)}) {
    EXPECT_FALSE(ToDay(date)) << date.ShortDebugString();
  }
  EXPECT_TRUE(ToDay(Date(2000, 2, 29)));
}

TEST(DayTest, Text) {
  EXPECT_EQ(FormatDay(0), "1970-01-01");
  EXPECT_EQ(FormatDay(*ParseDay("2026-11-23")), "2026-11-23");
  EXPECT_EQ(FormatDay(*ParseDay("0001-01-01")), "0001-01-01");
  for (const char* text : {"", "2026-1-1", "2026/11/23", "2026-11-23 ", " 2026-11-2", "2026-02-30", "+026-01-01",
                           "20x6-01-01", "0000-01-01"}) {
    EXPECT_FALSE(ParseDay(text)) << text;
  }
}

TEST(DayTest, FarEndsDoNotOverflow) {
  EXPECT_FALSE(FormatDay(kDistantPast).empty());
  EXPECT_FALSE(FormatDay(kDistantFuture).empty());
}

}  // namespace
}  // namespace bulian::model
