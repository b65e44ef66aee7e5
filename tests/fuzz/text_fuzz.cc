// Texts compared and searched: any bytes fold to valid UTF-8, folding again changes nothing, and a text is found by any
// part of its folded form. Input: the length of the needle in one byte, the needle, the text.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "services/model/text_folding.h"
#include "tests/fuzz/fuzz_check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bulian::model;
  if (size == 0) return 0;
  const std::size_t split = std::min<std::size_t>(data[0], size - 1);
  const std::string_view all(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string_view needle = all.substr(0, split), text = all.substr(split);
  FUZZ_CHECK(CharacterCount(text) <= text.size());
  const std::string folded = FoldText(text), folded_needle = FoldText(needle);
  FUZZ_CHECK(IsValidUtf8(folded));
  FUZZ_CHECK(FoldText(folded) == folded);
  FUZZ_CHECK(ContainsFolded(text, folded_needle) == (folded.find(folded_needle) != std::string::npos));
  FUZZ_CHECK(ContainsFolded(text, folded.substr(folded.size() / 3, split)));
  const std::string identifier = NormalizeIdentifier(text);
  FUZZ_CHECK(IsValidUtf8(identifier) || !IsValidUtf8(text));
  FUZZ_CHECK(NormalizeIdentifier(identifier) == identifier);
  return 0;
}
