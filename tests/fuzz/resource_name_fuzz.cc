// Names and days take any bytes; what is parsed can be written again.
#include <cstdint>
#include <string>

#include "services/model/day.h"
#include "services/model/resource_name.h"
#include "tests/fuzz/fuzz_check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bulian::model;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto name = ParseResourceName(text)) {
    FUZZ_CHECK(MakeName(name->parent, name->type, name->id) == text);
    FUZZ_CHECK(ClusterIdOf(text) == name->cluster);
    FUZZ_CHECK(IsValidId(name->id) && IsValidId(name->cluster));
  }
  if (const auto segment = ParseSegmentName(text)) {
    FUZZ_CHECK(ParseResourceName(segment->chain_name)->type == ResourceType::kChain);
    FUZZ_CHECK(text == std::string(segment->chain_name) + "/segments/" + std::string(segment->segment));
    FUZZ_CHECK(!ParseGapName(text) && !ParseResourceName(text));
  }
  if (const auto gap = ParseGapName(text)) FUZZ_CHECK(ParseSegmentName(gap->segment_name).has_value());
  FUZZ_CHECK(RelativeName(text).size() <= text.size());
  if (const auto day = ParseDay(text)) FUZZ_CHECK(FormatDay(*day) == text);
  return 0;
}
