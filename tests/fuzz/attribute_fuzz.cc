// Any attribute against any requirement: nothing crashes, and the laws hold. Input: the length of the requirement in
// one byte, the serialised v1::Requirement, the serialised v1::Attribute.
#include <cmath>
#include <cstdint>
#include <string_view>
#include <vector>

#include "services/model/attribute_algebra.h"
#include "tests/fuzz/fuzz_check.h"
#include "tests/fuzz/two_messages.h"

namespace bulian::model {
namespace {

std::span<const Symbol> WordsOf(const OfferAttribute& attribute, const std::vector<Symbol>& words) {
  return std::span<const Symbol>(words).subspan(attribute.words_begin, attribute.words_count);
}

void CheckCompiled(const OfferAttribute& attribute, const std::vector<Symbol>& words) {
  if (attribute.kind == OfferAttribute::Kind::kInterval) FUZZ_CHECK(attribute.min <= attribute.max);
  if (attribute.kind == OfferAttribute::Kind::kWords) {
    FUZZ_CHECK(!words.empty() && words.size() == attribute.words_count);
    FUZZ_CHECK(std::is_sorted(words.begin(), words.end()));
  }
  RequiredAttribute same;
  same.value = attribute;
  for (const auto relation :
       {v1::AttributeRequirement::COVERS, v1::AttributeRequirement::OVERLAPS, v1::AttributeRequirement::WITHIN}) {
    same.relation = relation;
    FUZZ_CHECK(FitOf(same, WordsOf(attribute, words), &attribute, WordsOf(attribute, words)) == v1::SATISFIED);
  }
}

void CheckAgainst(const CompiledRequirement& requirement, const OfferAttribute* offered,
                  const std::vector<Symbol>& words) {
  for (const RequiredAttribute& required : requirement.attributes) {
    const v1::Fit fit = FitOf(required, requirement.WordsOf(required), offered, words);
    FUZZ_CHECK(offered != nullptr || fit == v1::UNKNOWN);
    if (!required.comparable) continue;
    const AttributeValue nearest = NearestSatisfying(required, requirement.WordsOf(required), offered, words);
    FUZZ_CHECK(FitOf(required, requirement.WordsOf(required), &nearest.value, nearest.words) == v1::SATISFIED);
  }
}

}  // namespace
}  // namespace bulian::model

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bulian;
  v1::Requirement requirement;
  v1::Attribute attribute;
  if (!ParseTwo(data, size, &requirement, &attribute)) return 0;
  std::vector<model::Symbol> words;
  model::OfferAttribute compiled;
  const bool stated = model::CompileAttribute(attribute, &compiled, &words);
  if (stated) model::CheckCompiled(compiled, words);
  FUZZ_CHECK(stated || words.empty());
  const auto required = model::CompileRequirement(requirement, model::UnknownWords::kFindOnly);
  model::CheckAgainst(required, stated ? &compiled : nullptr, words);
  return 0;
}
