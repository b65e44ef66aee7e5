// Administrative regions of China (GB/T 2260): six digits, two each for province, prefecture and county. Provinces are
// embedded; finer names come from a table the user supplies. Pure, thread-safe; tables are immutable once made.
#ifndef SERVICES_MODEL_REGION_H_
#define SERVICES_MODEL_REGION_H_

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace bulian::model {

// What is wrong with a code, for people; empty if it is valid: six digits, a province of the standard, no county
// without a prefecture. Whether the finer parts exist, only a table can tell (and codes come and go with the years).
std::string RegionProblem(std::string_view code);

// Whether the inner region is the outer one or lies in it: 500000 contains 500109, and 320500 contains 320583. False if
// either is not a valid code.
bool RegionContains(std::string_view outer, std::string_view inner);

enum class RegionLevel { kProvince, kPrefecture, kCounty };
// Of a valid code.
RegionLevel LevelOfRegion(std::string_view code);

struct RegionName {
  std::string zh, en;
};

// Names of regions.
class RegionTable {
 public:
  // The 34 provinces.
  static const RegionTable& Provinces();
  // The provinces and the rows of a CSV with the header `code,name_zh,name_en`; a row replaces an embedded name. A
  // table with a wrong code, a code twice or a row without a name is refused whole with every wrong line.
  static absl::StatusOr<RegionTable> FromCsv(std::string_view csv);

  // nullptr if the table has no such code.
  const RegionName* Find(std::string_view code) const;
  std::size_t size() const { return names_.size(); }

 private:
  std::map<std::string, RegionName, std::less<>> names_;
};

}  // namespace bulian::model

#endif  // SERVICES_MODEL_REGION_H_
