// Identifiers and folding take any bytes; what is accepted keeps its own rules.
#include <cstdint>
#include <string>

#include "services/model/industrial_identifier.h"
#include "services/model/industry.h"
#include "services/model/lei.h"
#include "services/model/region.h"
#include "services/model/text_folding.h"
#include "services/model/uscc.h"
#include "tests/fuzz/fuzz_check.h"

namespace bulian::model {
namespace {

void CheckFolding(const std::string& text) {
  const std::string folded = FoldText(text);
  FUZZ_CHECK(IsValidUtf8(folded));
  FUZZ_CHECK(FoldText(folded) == folded);
  FUZZ_CHECK(ContainsFolded(text, folded));
  FUZZ_CHECK(CharacterCount(text) <= text.size());
  const std::string normal = NormalizeIdentifier(text);
  FUZZ_CHECK(NormalizeIdentifier(normal) == normal);
}

void CheckIdentifiers(const std::string& text) {
  if (UsccProblems(text).empty()) {
    FUZZ_CHECK(text.size() == 18 && *UsccCheckCharacter(text.substr(0, 17)) == text[17]);
    FUZZ_CHECK(*OrganizationCodeCheckCharacter(text.substr(8, 8)) == text[16]);
  }
  if (LeiProblem(text).empty()) FUZZ_CHECK(text.size() == 20 && *LeiCheckDigits(text.substr(0, 18)) == text.substr(18));
  if (IndustrialIdentifierProblem(text).empty()) FUZZ_CHECK(text.starts_with("88.") && IsValidUtf8(text));
  FUZZ_CHECK(RegionProblem(text).empty() == RegionContains(text, text));
  const std::string industry = NormalizeIndustryCode(text);
  FUZZ_CHECK(industry.empty() == !IndustryProblem(text).empty());
  if (!industry.empty()) {
    FUZZ_CHECK(NormalizeIndustryCode(industry) == industry);
    FUZZ_CHECK(IndustryContains(std::string(1, SectionOfIndustry(text)), text));
  }
}

}  // namespace
}  // namespace bulian::model

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  bulian::model::CheckFolding(text);
  bulian::model::CheckIdentifiers(text);
  bulian::model::CheckIdentifiers(bulian::model::NormalizeIdentifier(text));
  return 0;
}
