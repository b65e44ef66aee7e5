// docs/units.md is the table of services/model/units.h; BULIAN_UPDATE_DOCS=1 writes it anew.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "services/model/units.h"

namespace bulian::model {
namespace {

std::string Page() {
  std::ostringstream page;
  page << "# Units\n\n"
          "The UNECE Recommendation 20 common codes that capacities, demands and attributes may use. Units of one "
          "dimension compare;\n"
          "`to SI` is what one unit is in the SI unit of its dimension (temperatures: value × factor + offset).\n\n"
          "| code | symbol | name | 名称 | dimension | to SI |\n|---|---|---|---|---|---|\n";
  for (const Unit& unit : AllUnits()) {
    page << "| `" << unit.code << "` | " << unit.symbol << " | " << unit.name_en << " | " << unit.name_zh << " | "
         << DimensionName(unit.dimension) << " | " << unit.factor;
    if (unit.offset != 0) page << " + " << unit.offset;
    page << " |\n";
  }
  return page.str();
}

TEST(UnitsPage, IsTheTableInTheCode) {
  const std::string path = std::string(std::getenv("BULIAN_SOURCE_DIR")) + "/docs/units.md";
  if (std::getenv("BULIAN_UPDATE_DOCS") != nullptr) std::ofstream(path) << Page();
  std::ifstream file(path);
  const std::string found((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  EXPECT_EQ(found, Page()) << "run with BULIAN_UPDATE_DOCS=1 to write " << path;
}

}  // namespace
}  // namespace bulian::model
