#include "services/model/day.h"

#include <array>
#include <cstdio>

namespace bulian::model {
namespace {

constexpr int kMaxYear = 9999;
constexpr int kDaysPerEra = 146097;  // 400 years
constexpr int kEpochShift = 719468;  // days from 0000-03-01 to 1970-01-01

bool IsLeap(int year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

int DaysInMonth(int year, int month) {
  constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && IsLeap(year) ? 29 : kDays[static_cast<std::size_t>(month - 1)];
}

// Years start in March here, so that the leap day is the last of its year.
Day FromCivil(int year, int month, int day) {
  const int y = month <= 2 ? year - 1 : year;
  const int era = y / 400;
  const int year_of_era = y % 400;
  const int day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * kDaysPerEra + day_of_era - kEpochShift;
}

std::optional<Day> ToDay(int year, int month, int day) {
  if (year < 1 || year > kMaxYear || month < 1 || month > 12 || day < 1 || day > DaysInMonth(year, month))
    return std::nullopt;
  return FromCivil(year, month, day);
}

// The digits of text[begin, end); -1 if one is none.
int Digits(std::string_view text, std::size_t begin, std::size_t end) {
  int value = 0;
  for (std::size_t i = begin; i < end; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

}  // namespace

std::optional<Day> ToDay(const google::type::Date& date) { return ToDay(date.year(), date.month(), date.day()); }

google::type::Date ToDate(Day day) {
  const std::int64_t shifted = std::int64_t{day} + kEpochShift;
  const std::int64_t era = (shifted >= 0 ? shifted : shifted - (kDaysPerEra - 1)) / kDaysPerEra;
  const auto day_of_era = static_cast<int>(shifted - era * kDaysPerEra);
  const int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / (kDaysPerEra - 1)) / 365;
  const int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int shifted_month = (5 * day_of_year + 2) / 153;
  const int month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  google::type::Date date;
  date.set_year(static_cast<int>(era * 400) + year_of_era + (month <= 2 ? 1 : 0));
  date.set_month(month);
  date.set_day(day_of_year - (153 * shifted_month + 2) / 5 + 1);
  return date;
}

std::optional<Day> ParseDay(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  return ToDay(Digits(text, 0, 4), Digits(text, 5, 7), Digits(text, 8, 10));
}

std::string FormatDay(Day day) {
  const google::type::Date date = ToDate(day);
  std::array<char, 40> text{};
  const int size = std::snprintf(text.data(), text.size(), "%04d-%02d-%02d", date.year(), date.month(), date.day());
  return std::string(text.data(), static_cast<std::size_t>(size));
}

}  // namespace bulian::model
