#include "services/model/units.h"

#include <cmath>
#include <set>
#include <string>

#include "gtest/gtest.h"

namespace bulian::model {
namespace {

double ToSi(std::string_view code, double value) {
  const Unit* const unit = FindUnit(code);
  if (unit == nullptr) {
    ADD_FAILURE() << "no unit " << code;
    return std::nan("");
  }
  return value * unit->factor + unit->offset;
}

TEST(UnitsTest, EveryUnitIsFoundByItsCodeOnly) {
  std::set<std::string_view> codes;
  for (const Unit& unit : AllUnits()) {
    EXPECT_EQ(FindUnit(unit.code), &unit);
    EXPECT_TRUE(codes.insert(unit.code).second) << unit.code << " twice";
  }
  for (const char* code : {"", "kgm", "KG", "KGMX", "KG ", "??", "0"}) EXPECT_EQ(FindUnit(code), nullptr) << code;
}

TEST(UnitsTest, EveryUnitIsWhole) {
  std::string before;
  for (const Unit& unit : AllUnits()) {
    EXPECT_LT(before, unit.code);
    before = unit.code;
    EXPECT_TRUE(unit.code.size() == 2 || unit.code.size() == 3) << unit.code;
    EXPECT_TRUE(std::isfinite(unit.factor) && unit.factor > 0) << unit.code;
    EXPECT_NE(unit.dimension, Dimension::kNone) << unit.code;
    EXPECT_TRUE(unit.offset == 0 || unit.dimension == Dimension::kTemperature) << unit.code;
    EXPECT_FALSE(unit.name_en.empty() || unit.name_zh.empty()) << unit.code;
    EXPECT_NE(DimensionName(unit.dimension), "unknown") << unit.code;
  }
}

TEST(UnitsTest, KnownConversions) {
  struct Same {
    const char* a;
    double a_value;
    const char* b;
    double b_value;
  };
  for (const Same& same : {Same{"4H", 0.25, "C45", 250},
                           Same{"INH", 1, "MMT", 25.4},
                           Same{"TNE", 1, "KGM", 1000},
                           Same{"LTR", 1000, "MTQ", 1},
                           Same{"KWH", 1, "3B", 3.6},
                           Same{"BAR", 1, "KPA", 100},
                           Same{"CEL", 100, "FAH", 212},
                           Same{"CEL", 0, "KEL", 273.15},
                           Same{"FAH", -40, "CEL", -40},
                           Same{"P1", 1, "59", 10'000},
                           Same{"E34", 1, "B68", 8},
                           Same{"KMH", 36, "MTS", 10},
                           Same{"A86", 2.4, "MHZ", 2400},
                           Same{"ANN", 1, "DAY", 365},
                           Same{"ANN", 1, "MON", 12},
                           Same{"WEE", 1, "DAY", 7},
                           Same{"DD", 180, "C81", std::acos(-1.0)},
                           Same{"RPM", 3000, "HTZ", 50},
                           Same{"23", 1, "KMQ", 1000},
                           Same{"MIL", 1, "H87", 1000},
                           Same{"C62", 3, "H87", 3},
                           Same{"AMH", 1, "E09", 1000},
                           Same{"MQH", 3.6, "L2", 60}}) {
    EXPECT_EQ(FindUnit(same.a)->dimension, FindUnit(same.b)->dimension) << same.a << " " << same.b;
    const double a = ToSi(same.a, same.a_value), b = ToSi(same.b, same.b_value);
    EXPECT_NEAR(a, b, 1e-12 * std::fabs(a)) << same.a << " " << same.b;
  }
}

TEST(UnitsTest, DifferentThingsHaveDifferentDimensions) {
  EXPECT_NE(FindUnit("H87")->dimension, FindUnit("IE")->dimension);
  EXPECT_NE(FindUnit("WTT")->dimension, FindUnit("D46")->dimension);
  EXPECT_NE(FindUnit("2N")->dimension, FindUnit("DBM")->dimension);
  EXPECT_NE(FindUnit("A24")->dimension, FindUnit("CDL")->dimension);
}

TEST(UnitsTest, PeriodsPerYear) {
  EXPECT_EQ(PeriodsPerYear(v1::DAY), 365);
  EXPECT_DOUBLE_EQ(PeriodsPerYear(v1::WEEK) * 7, 365);
  EXPECT_EQ(PeriodsPerYear(v1::MONTH), 12);
  EXPECT_EQ(PeriodsPerYear(v1::YEAR), 1);
  EXPECT_EQ(PeriodsPerYear(v1::PERIOD_UNSPECIFIED), 1);
}

}  // namespace
}  // namespace bulian::model
