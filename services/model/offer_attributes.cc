#include "services/model/offer_attributes.h"

#include <algorithm>
#include <limits>

namespace bulian::model {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::string Fold(std::string word) {
  for (char& c : word)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return word;
}

bool Compile(const v1::Attribute& attribute, OfferAttribute& compiled, std::vector<Symbol>& words) {
  compiled.key = Intern(attribute.key());
  switch (attribute.value_case()) {
    case v1::Attribute::kInterval: {
      const v1::Interval& interval = attribute.interval();
      const Unit* unit = FindUnit(interval.unit().empty() ? "C62" : interval.unit());
      if (unit == nullptr) return false;
      compiled.kind = OfferAttribute::Kind::kInterval;
      compiled.dimension = unit->dimension;
      compiled.min = interval.has_min() ? interval.min() * unit->factor + unit->offset : -kInfinity;
      compiled.max = interval.has_max() ? interval.max() * unit->factor + unit->offset : kInfinity;
      return true;
    }
    case v1::Attribute::kWords: {
      compiled.kind = OfferAttribute::Kind::kWords;
      compiled.words_begin = static_cast<std::uint32_t>(words.size());
      for (const auto& word : attribute.words().words()) words.push_back(Intern(Fold(word)));
      const auto begin = words.begin() + compiled.words_begin;
      std::sort(begin, words.end());
      words.erase(std::unique(begin, words.end()), words.end());
      compiled.words_count = static_cast<std::uint32_t>(words.size()) - compiled.words_begin;
      return true;
    }
    case v1::Attribute::kFlag:
      compiled.kind = OfferAttribute::Kind::kFlag;
      compiled.flag = attribute.flag();
      return true;
    case v1::Attribute::VALUE_NOT_SET:
      return false;
  }
  return false;
}

}  // namespace

void CompileAttributes(const v1::Capability& capability, std::vector<OfferAttribute>* attributes,
                       std::vector<Symbol>* words) {
  attributes->clear();
  words->clear();
  for (const auto& attribute : capability.attributes()) {
    OfferAttribute compiled;
    if (Compile(attribute, compiled, *words)) attributes->push_back(compiled);
  }
  const auto by_key = [](const OfferAttribute& a, const OfferAttribute& b) { return a.key < b.key; };
  std::stable_sort(attributes->begin(), attributes->end(), by_key);
  const auto same_key = [](const OfferAttribute& a, const OfferAttribute& b) { return a.key == b.key; };
  attributes->erase(std::unique(attributes->begin(), attributes->end(), same_key), attributes->end());
}

}  // namespace bulian::model
