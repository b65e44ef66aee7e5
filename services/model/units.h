// Units of measure: UNECE Recommendation 20 common codes with dimension and factor to SI. Pure, thread-safe.
// Source of codes and factors: UNECE Rec 20 (rev. 17) and the SI brochure. A year is 365 days and a month a twelfth of
// it, as for periods. Mass per volume is kDensity, also where a concentration is meant; kConcentration is amount per
// volume.
#ifndef SERVICES_MODEL_UNITS_H_
#define SERVICES_MODEL_UNITS_H_

#include <cstdint>
#include <span>
#include <string_view>

#include "bulian/v1/quantity.pb.h"

namespace bulian::model {

// What a unit measures. Only units of one dimension can be compared. H87 (piece) and C62 (one) are both kCount.
enum class Dimension : std::uint8_t {
  kNone,  // no unit stated
  kCount,
  kLength,
  kArea,
  kVolume,
  kMass,
  kTime,
  kTemperature,
  kAngle,
  kFrequency,
  kVoltage,
  kCurrent,
  kPower,
  kEnergy,
  kPressure,
  kForce,
  kSpeed,
  kResistance,
  kCapacitance,
  kInductance,
  kData,
  kDataRate,
  kRatio,
  kDensity,
  kFlow,
  kLuminance,
  kPersons,
  kSound,
  kMagneticFlux,
  kConductivity,
  kConcentration,
  kCharge,
  kConductance,
  kResistivity,
  kFluxDensity,
  kThermalConductivity,
  kSurfaceDensity,
  kNumberDensity,
  kMassFlow,
  kTorque,
  kAcceleration,
  kViscosity,
  kApparentPower,
  kPowerLevel,
  kLuminousIntensity,
  kLuminousFlux,
  kIlluminance,
  kPixels,
  kResolution,
  kAmount,
  kMolarMass,
};

struct Unit {
  std::string_view code;  // UNECE Rec 20 common code
  Dimension dimension;
  double factor;  // SI value = value * factor + offset
  double offset;  // only for temperatures
  std::string_view symbol, name_en, name_zh;
};

// nullptr if the code is not one of the table. Codes are case-sensitive as in the recommendation.
const Unit* FindUnit(std::string_view code);
// The whole table by code, for documentation and error messages.
std::span<const Unit> AllUnits();
// For people, for example `length`.
std::string_view DimensionName(Dimension dimension);

// Periods per year: DAY 365, WEEK 365/7, MONTH 12, YEAR 1; PERIOD_UNSPECIFIED (a stock) 1.
double PeriodsPerYear(v1::Period period);

}  // namespace bulian::model

#endif  // SERVICES_MODEL_UNITS_H_
