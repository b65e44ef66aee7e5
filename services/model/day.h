// Calendar days as numbers, so that validity and age are integer comparisons. Pure, thread-safe.
#ifndef SERVICES_MODEL_DAY_H_
#define SERVICES_MODEL_DAY_H_

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "google/type/date.pb.h"

namespace bulian::model {

// Days since 1970-01-01 in the proleptic Gregorian calendar.
using Day = std::int32_t;
inline constexpr Day kDistantPast = std::numeric_limits<Day>::min();
inline constexpr Day kDistantFuture = std::numeric_limits<Day>::max();

// A full date (year 1 to 9999, real month and day); nullopt otherwise.
std::optional<Day> ToDay(const google::type::Date& date);
google::type::Date ToDate(Day day);

// `2026-11-23`; nullopt unless exactly that form and a real day.
std::optional<Day> ParseDay(std::string_view text);
std::string FormatDay(Day day);

}  // namespace bulian::model

#endif  // SERVICES_MODEL_DAY_H_
