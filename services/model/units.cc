#include "services/model/units.h"

#include <algorithm>
#include <array>

namespace bulian::model {
namespace {

// By dimension here, by code in kUnits.
// clang-format off
constexpr Unit kTable[] = {
    // Counts; H87 and C62 mean the same in practice.
    {"C62", Dimension::kCount, 1, 0, "", "one", "个"},
    {"H87", Dimension::kCount, 1, 0, "pc", "piece", "件"},
    {"EA", Dimension::kCount, 1, 0, "ea", "each", "只"},
    {"SET", Dimension::kCount, 1, 0, "set", "set", "套"},
    {"PR", Dimension::kCount, 2, 0, "pr", "pair", "对"},
    {"DZN", Dimension::kCount, 12, 0, "dz", "dozen", "打"},
    {"CEN", Dimension::kCount, 100, 0, "", "hundred", "百"},
    {"MIL", Dimension::kCount, 1e3, 0, "", "thousand", "千"},
    {"T3", Dimension::kCount, 1e3, 0, "1000 pc", "thousand pieces", "千件"},
    {"MIO", Dimension::kCount, 1e6, 0, "", "million", "百万"},
    {"IE", Dimension::kPersons, 1, 0, "", "person", "人"},
    // Length, area, volume, mass.
    {"A11", Dimension::kLength, 1e-10, 0, "Å", "angstrom", "埃"},
    {"C45", Dimension::kLength, 1e-9, 0, "nm", "nanometre", "纳米"},
    {"4H", Dimension::kLength, 1e-6, 0, "µm", "micrometre", "微米"},
    {"MMT", Dimension::kLength, 1e-3, 0, "mm", "millimetre", "毫米"},
    {"CMT", Dimension::kLength, 1e-2, 0, "cm", "centimetre", "厘米"},
    {"DMT", Dimension::kLength, 0.1, 0, "dm", "decimetre", "分米"},
    {"MTR", Dimension::kLength, 1, 0, "m", "metre", "米"},
    {"KMT", Dimension::kLength, 1e3, 0, "km", "kilometre", "千米"},
    {"INH", Dimension::kLength, 0.0254, 0, "in", "inch", "英寸"},
    {"MMK", Dimension::kArea, 1e-6, 0, "mm²", "square millimetre", "平方毫米"},
    {"CMK", Dimension::kArea, 1e-4, 0, "cm²", "square centimetre", "平方厘米"},
    {"MTK", Dimension::kArea, 1, 0, "m²", "square metre", "平方米"},
    {"HAR", Dimension::kArea, 1e4, 0, "ha", "hectare", "公顷"},
    {"KMK", Dimension::kArea, 1e6, 0, "km²", "square kilometre", "平方千米"},
    {"4G", Dimension::kVolume, 1e-9, 0, "µl", "microlitre", "微升"},
    {"MLT", Dimension::kVolume, 1e-6, 0, "ml", "millilitre", "毫升"},
    {"CMQ", Dimension::kVolume, 1e-6, 0, "cm³", "cubic centimetre", "立方厘米"},
    {"LTR", Dimension::kVolume, 1e-3, 0, "l", "litre", "升"},
    {"MTQ", Dimension::kVolume, 1, 0, "m³", "cubic metre", "立方米"},
    {"MC", Dimension::kMass, 1e-9, 0, "µg", "microgram", "微克"},
    {"MGM", Dimension::kMass, 1e-6, 0, "mg", "milligram", "毫克"},
    {"GRM", Dimension::kMass, 1e-3, 0, "g", "gram", "克"},
    {"KGM", Dimension::kMass, 1, 0, "kg", "kilogram", "千克"},
    {"TNE", Dimension::kMass, 1e3, 0, "t", "tonne", "吨"},
    {"KTN", Dimension::kMass, 1e6, 0, "kt", "kilotonne", "千吨"},
    // Time, frequency.
    {"H70", Dimension::kTime, 1e-12, 0, "ps", "picosecond", "皮秒"},
    {"C47", Dimension::kTime, 1e-9, 0, "ns", "nanosecond", "纳秒"},
    {"B98", Dimension::kTime, 1e-6, 0, "µs", "microsecond", "微秒"},
    {"C26", Dimension::kTime, 1e-3, 0, "ms", "millisecond", "毫秒"},
    {"SEC", Dimension::kTime, 1, 0, "s", "second", "秒"},
    {"MIN", Dimension::kTime, 60, 0, "min", "minute", "分钟"},
    {"HUR", Dimension::kTime, 3600, 0, "h", "hour", "小时"},
    {"DAY", Dimension::kTime, 86400, 0, "d", "day", "天"},
    {"WEE", Dimension::kTime, 604800, 0, "wk", "week", "周"},
    {"MON", Dimension::kTime, 2628000, 0, "mo", "month", "月"},
    {"ANN", Dimension::kTime, 31536000, 0, "y", "year", "年"},
    {"HTZ", Dimension::kFrequency, 1, 0, "Hz", "hertz", "赫兹"},
    {"KHZ", Dimension::kFrequency, 1e3, 0, "kHz", "kilohertz", "千赫"},
    {"MHZ", Dimension::kFrequency, 1e6, 0, "MHz", "megahertz", "兆赫"},
    {"A86", Dimension::kFrequency, 1e9, 0, "GHz", "gigahertz", "吉赫"},
    {"D29", Dimension::kFrequency, 1e12, 0, "THz", "terahertz", "太赫"},
    {"RPM", Dimension::kFrequency, 1.0/60, 0, "r/min", "revolutions per minute", "转每分"},
    // Temperature, angle.
    {"KEL", Dimension::kTemperature, 1, 0, "K", "kelvin", "开尔文"},
    {"CEL", Dimension::kTemperature, 1, 273.15, "°C", "degree Celsius", "摄氏度"},
    {"FAH", Dimension::kTemperature, 5.0/9, 459.67*5/9, "°F", "degree Fahrenheit", "华氏度"},
    {"C81", Dimension::kAngle, 1, 0, "rad", "radian", "弧度"},
    {"C25", Dimension::kAngle, 1e-3, 0, "mrad", "milliradian", "毫弧度"},
    {"DD", Dimension::kAngle, 0.017453292519943295, 0, "°", "degree", "度"},
    // Electricity.
    {"D82", Dimension::kVoltage, 1e-6, 0, "µV", "microvolt", "微伏"},
    {"2Z", Dimension::kVoltage, 1e-3, 0, "mV", "millivolt", "毫伏"},
    {"VLT", Dimension::kVoltage, 1, 0, "V", "volt", "伏"},
    {"KVT", Dimension::kVoltage, 1e3, 0, "kV", "kilovolt", "千伏"},
    {"C70", Dimension::kCurrent, 1e-12, 0, "pA", "picoampere", "皮安"},
    {"C39", Dimension::kCurrent, 1e-9, 0, "nA", "nanoampere", "纳安"},
    {"B84", Dimension::kCurrent, 1e-6, 0, "µA", "microampere", "微安"},
    {"4K", Dimension::kCurrent, 1e-3, 0, "mA", "milliampere", "毫安"},
    {"AMP", Dimension::kCurrent, 1, 0, "A", "ampere", "安"},
    {"B22", Dimension::kCurrent, 1e3, 0, "kA", "kiloampere", "千安"},
    {"COU", Dimension::kCharge, 1, 0, "C", "coulomb", "库仑"},
    {"E09", Dimension::kCharge, 3.6, 0, "mAh", "milliampere hour", "毫安时"},
    {"AMH", Dimension::kCharge, 3600, 0, "Ah", "ampere hour", "安时"},
    {"E45", Dimension::kResistance, 1e-3, 0, "mΩ", "milliohm", "毫欧"},
    {"OHM", Dimension::kResistance, 1, 0, "Ω", "ohm", "欧"},
    {"B49", Dimension::kResistance, 1e3, 0, "kΩ", "kiloohm", "千欧"},
    {"B75", Dimension::kResistance, 1e6, 0, "MΩ", "megaohm", "兆欧"},
    {"A87", Dimension::kResistance, 1e9, 0, "GΩ", "gigaohm", "吉欧"},
    {"SIE", Dimension::kConductance, 1, 0, "S", "siemens", "西门子"},
    {"C60", Dimension::kResistivity, 1e-2, 0, "Ω·cm", "ohm centimetre", "欧姆厘米"},
    {"C61", Dimension::kResistivity, 1, 0, "Ω·m", "ohm metre", "欧姆米"},
    {"D10", Dimension::kConductivity, 1, 0, "S/m", "siemens per metre", "西门子每米"},
    {"4T", Dimension::kCapacitance, 1e-12, 0, "pF", "picofarad", "皮法"},
    {"C41", Dimension::kCapacitance, 1e-9, 0, "nF", "nanofarad", "纳法"},
    {"4O", Dimension::kCapacitance, 1e-6, 0, "µF", "microfarad", "微法"},
    {"FAR", Dimension::kCapacitance, 1, 0, "F", "farad", "法拉"},
    {"C43", Dimension::kInductance, 1e-9, 0, "nH", "nanohenry", "纳亨"},
    {"B90", Dimension::kInductance, 1e-6, 0, "µH", "microhenry", "微亨"},
    {"C14", Dimension::kInductance, 1e-3, 0, "mH", "millihenry", "毫亨"},
    {"81", Dimension::kInductance, 1, 0, "H", "henry", "亨利"},
    {"WEB", Dimension::kMagneticFlux, 1, 0, "Wb", "weber", "韦伯"},
    {"76", Dimension::kFluxDensity, 1e-4, 0, "Gs", "gauss", "高斯"},
    {"D81", Dimension::kFluxDensity, 1e-6, 0, "µT", "microtesla", "微特"},
    {"C29", Dimension::kFluxDensity, 1e-3, 0, "mT", "millitesla", "毫特"},
    {"D33", Dimension::kFluxDensity, 1, 0, "T", "tesla", "特斯拉"},
    // Power, energy.
    {"D80", Dimension::kPower, 1e-6, 0, "µW", "microwatt", "微瓦"},
    {"C31", Dimension::kPower, 1e-3, 0, "mW", "milliwatt", "毫瓦"},
    {"WTT", Dimension::kPower, 1, 0, "W", "watt", "瓦"},
    {"KWT", Dimension::kPower, 1e3, 0, "kW", "kilowatt", "千瓦"},
    {"MAW", Dimension::kPower, 1e6, 0, "MW", "megawatt", "兆瓦"},
    {"A90", Dimension::kPower, 1e9, 0, "GW", "gigawatt", "吉瓦"},
    {"D46", Dimension::kApparentPower, 1, 0, "VA", "volt ampere", "伏安"},
    {"KVA", Dimension::kApparentPower, 1e3, 0, "kVA", "kilovolt ampere", "千伏安"},
    {"DBM", Dimension::kPowerLevel, 1, 0, "dBm", "decibel-milliwatt", "分贝毫瓦"},
    {"2N", Dimension::kSound, 1, 0, "dB", "decibel", "分贝"},
    {"A53", Dimension::kEnergy, 1.602176634e-19, 0, "eV", "electronvolt", "电子伏"},
    {"JOU", Dimension::kEnergy, 1, 0, "J", "joule", "焦耳"},
    {"KJO", Dimension::kEnergy, 1e3, 0, "kJ", "kilojoule", "千焦"},
    {"3B", Dimension::kEnergy, 1e6, 0, "MJ", "megajoule", "兆焦"},
    {"WHR", Dimension::kEnergy, 3600, 0, "Wh", "watt hour", "瓦时"},
    {"KWH", Dimension::kEnergy, 3.6e6, 0, "kWh", "kilowatt hour", "千瓦时"},
    {"MWH", Dimension::kEnergy, 3.6e9, 0, "MWh", "megawatt hour", "兆瓦时"},
    {"GWH", Dimension::kEnergy, 3.6e12, 0, "GWh", "gigawatt hour", "吉瓦时"},
    // Mechanics.
    {"PAL", Dimension::kPressure, 1, 0, "Pa", "pascal", "帕"},
    {"A97", Dimension::kPressure, 100, 0, "hPa", "hectopascal", "百帕"},
    {"MBR", Dimension::kPressure, 100, 0, "mbar", "millibar", "毫巴"},
    {"KPA", Dimension::kPressure, 1e3, 0, "kPa", "kilopascal", "千帕"},
    {"BAR", Dimension::kPressure, 1e5, 0, "bar", "bar", "巴"},
    {"MPA", Dimension::kPressure, 1e6, 0, "MPa", "megapascal", "兆帕"},
    {"A89", Dimension::kPressure, 1e9, 0, "GPa", "gigapascal", "吉帕"},
    {"C20", Dimension::kForce, 1e-3, 0, "mN", "millinewton", "毫牛"},
    {"NEW", Dimension::kForce, 1, 0, "N", "newton", "牛"},
    {"B47", Dimension::kForce, 1e3, 0, "kN", "kilonewton", "千牛"},
    {"NU", Dimension::kTorque, 1, 0, "N·m", "newton metre", "牛米"},
    {"C16", Dimension::kSpeed, 1e-3, 0, "mm/s", "millimetre per second", "毫米每秒"},
    {"2X", Dimension::kSpeed, 1.0/60, 0, "m/min", "metre per minute", "米每分"},
    {"KMH", Dimension::kSpeed, 1/3.6, 0, "km/h", "kilometre per hour", "千米每小时"},
    {"MTS", Dimension::kSpeed, 1, 0, "m/s", "metre per second", "米每秒"},
    {"MSK", Dimension::kAcceleration, 1, 0, "m/s²", "metre per second squared", "米每二次方秒"},
    {"K40", Dimension::kAcceleration, 9.80665, 0, "gn", "standard acceleration of free fall", "标准重力加速度"},
    {"C24", Dimension::kViscosity, 1e-3, 0, "mPa·s", "millipascal second", "毫帕秒"},
    {"C65", Dimension::kViscosity, 1, 0, "Pa·s", "pascal second", "帕秒"},
    {"L2", Dimension::kFlow, 1e-3/60, 0, "l/min", "litre per minute", "升每分"},
    {"G52", Dimension::kFlow, 1.0/86400, 0, "m³/d", "cubic metre per day", "立方米每天"},
    {"MQH", Dimension::kFlow, 1.0/3600, 0, "m³/h", "cubic metre per hour", "立方米每小时"},
    {"MQS", Dimension::kFlow, 1, 0, "m³/s", "cubic metre per second", "立方米每秒"},
    {"E93", Dimension::kMassFlow, 1.0/3600, 0, "kg/h", "kilogram per hour", "千克每小时"},
    {"E18", Dimension::kMassFlow, 1e3/3600, 0, "t/h", "tonne per hour", "吨每小时"},
    // Data, in bits; prefixes are decimal.
    {"A99", Dimension::kData, 1, 0, "bit", "bit", "比特"},
    {"C37", Dimension::kData, 1e3, 0, "kbit", "kilobit", "千比特"},
    {"D36", Dimension::kData, 1e6, 0, "Mbit", "megabit", "兆比特"},
    {"B68", Dimension::kData, 1e9, 0, "Gbit", "gigabit", "吉比特"},
    {"AD", Dimension::kData, 8, 0, "B", "byte", "字节"},
    {"2P", Dimension::kData, 8e3, 0, "kB", "kilobyte", "千字节"},
    {"4L", Dimension::kData, 8e6, 0, "MB", "megabyte", "兆字节"},
    {"E34", Dimension::kData, 8e9, 0, "GB", "gigabyte", "吉字节"},
    {"E35", Dimension::kData, 8e12, 0, "TB", "terabyte", "太字节"},
    {"E36", Dimension::kData, 8e15, 0, "PB", "petabyte", "拍字节"},
    {"B10", Dimension::kDataRate, 1, 0, "bit/s", "bit per second", "比特每秒"},
    {"C74", Dimension::kDataRate, 1e3, 0, "kbit/s", "kilobit per second", "千比特每秒"},
    {"E20", Dimension::kDataRate, 1e6, 0, "Mbit/s", "megabit per second", "兆比特每秒"},
    {"B80", Dimension::kDataRate, 1e9, 0, "Gbit/s", "gigabit per second", "吉比特每秒"},
    {"P93", Dimension::kDataRate, 8, 0, "B/s", "byte per second", "字节每秒"},
    {"P95", Dimension::kDataRate, 8e6, 0, "MB/s", "megabyte per second", "兆字节每秒"},
    {"E68", Dimension::kDataRate, 8e9, 0, "GB/s", "gigabyte per second", "吉字节每秒"},
    // Ratios, densities, concentrations.
    {"P1", Dimension::kRatio, 1e-2, 0, "%", "percent", "百分之一"},
    {"NX", Dimension::kRatio, 1e-3, 0, "‰", "part per thousand", "千分之一"},
    {"59", Dimension::kRatio, 1e-6, 0, "ppm", "part per million", "百万分之一"},
    {"NA", Dimension::kRatio, 1e-6, 0, "mg/kg", "milligram per kilogram", "毫克每千克"},
    {"61", Dimension::kRatio, 1e-9, 0, "ppb", "part per billion", "十亿分之一"},
    {"KMQ", Dimension::kDensity, 1, 0, "kg/m³", "kilogram per cubic metre", "千克每立方米"},
    {"23", Dimension::kDensity, 1e3, 0, "g/cm³", "gram per cubic centimetre", "克每立方厘米"},
    {"GL", Dimension::kDensity, 1, 0, "g/l", "gram per litre", "克每升"},
    {"M1", Dimension::kDensity, 1e-3, 0, "mg/l", "milligram per litre", "毫克每升"},
    {"GP", Dimension::kDensity, 1e-6, 0, "mg/m³", "milligram per cubic metre", "毫克每立方米"},
    {"GQ", Dimension::kDensity, 1e-9, 0, "µg/m³", "microgram per cubic metre", "微克每立方米"},
    {"GM", Dimension::kSurfaceDensity, 1e-3, 0, "g/m²", "gram per square metre", "克每平方米"},
    {"H50", Dimension::kNumberDensity, 1e6, 0, "1/cm³", "reciprocal cubic centimetre", "每立方厘米"},
    {"C34", Dimension::kAmount, 1, 0, "mol", "mole", "摩尔"},
    {"C38", Dimension::kConcentration, 1e3, 0, "mol/l", "mole per litre", "摩尔每升"},
    {"A94", Dimension::kMolarMass, 1e-3, 0, "g/mol", "gram per mole", "克每摩尔"},
    // Light, display, heat.
    {"CDL", Dimension::kLuminousIntensity, 1, 0, "cd", "candela", "坎德拉"},
    {"LUM", Dimension::kLuminousFlux, 1, 0, "lm", "lumen", "流明"},
    {"LUX", Dimension::kIlluminance, 1, 0, "lx", "lux", "勒克斯"},
    {"A24", Dimension::kLuminance, 1, 0, "cd/m²", "candela per square metre", "坎德拉每平方米"},
    {"E37", Dimension::kPixels, 1, 0, "px", "pixel", "像素"},
    {"E39", Dimension::kResolution, 1/0.0254, 0, "dpi", "dots per inch", "点每英寸"},
    {"D53", Dimension::kThermalConductivity, 1, 0, "W/(m·K)", "watt per metre kelvin", "瓦每米开尔文"},
};

constexpr std::string_view kDimensionNames[] = {
    "none",
    "count",
    "length",
    "area",
    "volume",
    "mass",
    "time",
    "temperature",
    "angle",
    "frequency",
    "voltage",
    "current",
    "power",
    "energy",
    "pressure",
    "force",
    "speed",
    "resistance",
    "capacitance",
    "inductance",
    "data",
    "data rate",
    "ratio",
    "density",
    "volume flow",
    "luminance",
    "persons",
    "level in decibel",
    "magnetic flux",
    "conductivity",
    "amount concentration",
    "charge",
    "conductance",
    "resistivity",
    "flux density",
    "thermal conductivity",
    "surface density",
    "number density",
    "mass flow",
    "torque",
    "acceleration",
    "viscosity",
    "apparent power",
    "power level",
    "luminous intensity",
    "luminous flux",
    "illuminance",
    "pixels",
    "resolution",
    "amount",
    "molar mass",
};
// clang-format on
static_assert(std::size(kDimensionNames) == static_cast<std::size_t>(Dimension::kMolarMass) + 1);

constexpr auto kUnits = [] {
  auto units = std::to_array(kTable);
  std::sort(units.begin(), units.end(), [](const Unit& a, const Unit& b) { return a.code < b.code; });
  return units;
}();

}  // namespace

const Unit* FindUnit(std::string_view code) {
  const auto found = std::lower_bound(kUnits.begin(), kUnits.end(), code,
                                      [](const Unit& unit, std::string_view c) { return unit.code < c; });
  return found != kUnits.end() && found->code == code ? &*found : nullptr;
}

std::span<const Unit> AllUnits() { return kUnits; }

std::string_view DimensionName(Dimension dimension) {
  const auto index = static_cast<std::size_t>(dimension);
  return index < std::size(kDimensionNames) ? kDimensionNames[index] : "unknown";
}

double PeriodsPerYear(v1::Period period) {
  switch (period) {
    case v1::DAY:
      return 365;
    case v1::WEEK:
      return 365.0 / 7;
    case v1::MONTH:
      return 12;
    default:
      return 1;
  }
}

}  // namespace bulian::model
