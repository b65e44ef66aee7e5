// The tables of region and industry codes that resources are checked with: those embedded, or lists the operator loads
// at start. Names that are stored already stay; what is written is checked.
#ifndef SERVICES_RESOURCE_CODE_TABLES_H_
#define SERVICES_RESOURCE_CODE_TABLES_H_

#include <optional>
#include <string>
#include <string_view>

#include "services/model/industry.h"
#include "services/model/region.h"

namespace bulian::resource {

// What is absent is the embedded table, which knows the form of codes but not which of the finer ones exist.
struct CodeTables {
  std::optional<model::RegionTable> regions;
  std::optional<model::IndustryTable> industries;
};

// Of the whole process. Call before the first request is served: not thread-safe.
void UseCodeTables(CodeTables tables);

// What is wrong with a code, for people; empty if it is valid. With a loaded table, codes that it does not have are
// wrong.
std::string ProblemOfRegion(std::string_view code);
std::string ProblemOfIndustry(std::string_view code);

}  // namespace bulian::resource

#endif  // SERVICES_RESOURCE_CODE_TABLES_H_
