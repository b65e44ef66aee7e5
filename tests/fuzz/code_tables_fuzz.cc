// Code tables take any text; a table that is accepted has only valid codes.
#include <cstdint>
#include <string_view>

#include "services/model/csv_rows.h"
#include "services/model/industry.h"
#include "services/model/region.h"
#include "tests/fuzz/fuzz_check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bulian::model;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto regions = RegionTable::FromCsv(text);
  if (const auto rows = ParseCsv(text, {"code", "name_zh", "name_en"}); rows.ok() && regions.ok()) {
    for (const CsvRow& row : *rows)
      FUZZ_CHECK(RegionProblem(row.fields[0]).empty() && regions->Find(row.fields[0]) != nullptr);
  }
  const auto industries = IndustryTable::FromCsv(text);
  if (const auto rows = ParseCsv(text, {"code", "name", "parent"}); rows.ok() && industries.ok()) {
    for (const CsvRow& row : *rows) FUZZ_CHECK(industries->Problem(row.fields[0]).empty());
  }
  FUZZ_CHECK(!regions.ok() || !industries.ok());
  return 0;
}
