#include "services/resource/code_tables.h"

#include <utility>

namespace bulian::resource {
namespace {

// Never destroyed: calls may still run while the process ends.
CodeTables& Tables() {
  static auto* const tables = new CodeTables;
  return *tables;
}

}  // namespace

void UseCodeTables(CodeTables tables) { Tables() = std::move(tables); }

std::string ProblemOfRegion(std::string_view code) {
  std::string problem = model::RegionProblem(code);
  const auto& table = Tables().regions;
  if (!problem.empty() || !table || table->Find(code) != nullptr) return problem;
  return "is not in the loaded table of regions (GB/T 2260)";
}

std::string ProblemOfIndustry(std::string_view code) {
  const auto& table = Tables().industries;
  return table ? table->Problem(code) : model::IndustryProblem(code);
}

}  // namespace bulian::resource
