#include "services/model/attribute_algebra.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "services/model/text_folding.h"

namespace bulian::model {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::string_view kBareNumber = "C62";
constexpr std::size_t kMaxWords = std::numeric_limits<std::uint16_t>::max();
using Kind = OfferAttribute::Kind;
using Words = std::span<const Symbol>;

// --- compiling

// An end must be finite in SI units too: one that overflows is no unbounded end.
bool CompileInterval(const v1::Interval& interval, OfferAttribute* compiled) {
  const Unit* const unit = FindUnit(interval.unit().empty() ? kBareNumber : std::string_view(interval.unit()));
  if (unit == nullptr) return false;
  const double min = interval.has_min() ? interval.min() * unit->factor + unit->offset : -kInfinity;
  const double max = interval.has_max() ? interval.max() * unit->factor + unit->offset : kInfinity;
  if ((interval.has_min() && !std::isfinite(min)) || (interval.has_max() && !std::isfinite(max)) || !(min <= max))
    return false;
  compiled->kind = Kind::kInterval;
  compiled->dimension = unit->dimension;
  compiled->min = min;
  compiled->max = max;
  return true;
}

template <class ToSymbol>
bool CompileWords(const v1::WordSet& set, ToSymbol to_symbol, OfferAttribute* compiled, std::vector<Symbol>* words) {
  std::vector<Symbol> symbols;
  for (const std::string& word : set.words()) {
    const std::string folded = FoldText(word);
    if (!folded.empty()) symbols.push_back(to_symbol(folded));
  }
  std::sort(symbols.begin(), symbols.end());
  symbols.erase(std::unique(symbols.begin(), symbols.end()), symbols.end());
  if (symbols.empty() || words->size() + symbols.size() > kMaxWords) return false;
  compiled->kind = Kind::kWords;
  compiled->words_begin = static_cast<std::uint16_t>(words->size());
  compiled->words_count = static_cast<std::uint16_t>(symbols.size());
  words->insert(words->end(), symbols.begin(), symbols.end());
  return true;
}

// v1::Attribute and v1::AttributeRequirement hold the same oneof.
template <class Message, class ToSymbol>
bool CompileValue(const Message& message, ToSymbol to_symbol, OfferAttribute* compiled, std::vector<Symbol>* words) {
  *compiled = OfferAttribute();
  compiled->key = to_symbol(message.key());
  switch (message.value_case()) {
    case Message::kInterval:
      return CompileInterval(message.interval(), compiled);
    case Message::kWords:
      return CompileWords(message.words(), to_symbol, compiled, words);
    case Message::kFlag:
      compiled->kind = Kind::kFlag;
      compiled->flag = message.flag();
      return true;
    default:
      return false;
  }
}

// --- comparing

bool Covers(const OfferAttribute& outer, const OfferAttribute& inner) {
  return AtMost(outer.min, inner.min) && AtMost(inner.max, outer.max);
}

bool Overlaps(const OfferAttribute& a, const OfferAttribute& b) { return AtMost(a.min, b.max) && AtMost(b.min, a.max); }

bool Covers(Words outer, Words inner) { return std::includes(outer.begin(), outer.end(), inner.begin(), inner.end()); }

bool Overlaps(Words a, Words b) {
  for (auto i = a.begin(), j = b.begin(); i != a.end() && j != b.end();) {
    if (*i == *j) return true;
    *i < *j ? ++i : ++j;
  }
  return false;
}

// `value` and `words` together: intervals ignore the words, word sets the interval.
bool Holds(v1::AttributeRequirement::Relation relation, const OfferAttribute& offered, Words offered_words,
           const OfferAttribute& required, Words required_words) {
  const bool interval = required.kind == Kind::kInterval;
  switch (relation) {
    case v1::AttributeRequirement::OVERLAPS:
      return interval ? Overlaps(offered, required) : Overlaps(offered_words, required_words);
    case v1::AttributeRequirement::WITHIN:
      return interval ? Covers(required, offered) : Covers(required_words, offered_words);
    default:
      return interval ? Covers(offered, required) : Covers(offered_words, required_words);
  }
}

bool Comparable(const RequiredAttribute& required, const OfferAttribute* offered) {
  return required.comparable && offered != nullptr && offered->kind == required.value.kind &&
         (offered->kind != Kind::kInterval || offered->dimension == required.value.dimension);
}

// --- nearest

void MoveInterval(v1::AttributeRequirement::Relation relation, const OfferAttribute& required, OfferAttribute* offer) {
  switch (relation) {
    case v1::AttributeRequirement::OVERLAPS:
      if (offer->max < required.min) offer->max = required.min;
      if (offer->min > required.max) offer->min = required.max;
      return;
    case v1::AttributeRequirement::WITHIN:
      offer->min = std::clamp(offer->min, required.min, required.max);
      offer->max = std::clamp(offer->max, required.min, required.max);
      return;
    default:
      offer->min = std::min(offer->min, required.min);
      offer->max = std::max(offer->max, required.max);
  }
}

Symbol FirstByText(Words words) {
  return *std::min_element(words.begin(), words.end(), [](Symbol a, Symbol b) {
    if (a == kNoSymbol || b == kNoSymbol) return a < b;
    return SymbolText(a) < SymbolText(b);
  });
}

std::vector<Symbol> MoveWords(v1::AttributeRequirement::Relation relation, Words required, Words offered) {
  std::vector<Symbol> moved;
  if (relation == v1::AttributeRequirement::WITHIN) {
    std::set_intersection(offered.begin(), offered.end(), required.begin(), required.end(), std::back_inserter(moved));
    if (moved.empty()) moved.push_back(FirstByText(required));
    return moved;
  }
  const Symbol first = FirstByText(required);
  const Words added = relation == v1::AttributeRequirement::OVERLAPS ? Words(&first, 1) : required;
  std::set_union(offered.begin(), offered.end(), added.begin(), added.end(), std::back_inserter(moved));
  return moved;
}

}  // namespace

bool CompileAttribute(const v1::Attribute& attribute, OfferAttribute* compiled, std::vector<Symbol>* words) {
  return CompileValue(
      attribute, [](const std::string& text) { return Intern(text); }, compiled, words);
}

OfferCertificate CompileCertificate(const v1::Certificate& certificate) {
  OfferCertificate compiled;
  compiled.scheme = Intern(certificate.scheme());
  if (certificate.has_valid_until()) compiled.valid_until = ToDay(certificate.valid_until()).value_or(kDistantFuture);
  return compiled;
}

CompiledRequirement CompileRequirement(const v1::Requirement& requirement, UnknownWords unknown_words) {
  const auto to_symbol = [unknown_words](const std::string& text) {
    return unknown_words == UnknownWords::kIntern ? Intern(text) : FindSymbol(text).value_or(kNoSymbol);
  };
  CompiledRequirement compiled;
  compiled.attributes.reserve(static_cast<std::size_t>(requirement.attributes_size()));
  for (const v1::AttributeRequirement& attribute : requirement.attributes()) {
    RequiredAttribute& one = compiled.attributes.emplace_back();
    one.comparable = CompileValue(attribute, to_symbol, &one.value, &compiled.words);
    const bool stated = attribute.relation() == v1::AttributeRequirement::OVERLAPS ||
                        attribute.relation() == v1::AttributeRequirement::WITHIN;
    one.relation = stated ? attribute.relation() : v1::AttributeRequirement::COVERS;
  }
  for (const std::string& scheme : requirement.certificates()) compiled.certificates.push_back(to_symbol(scheme));
  return compiled;
}

v1::Fit And(v1::Fit a, v1::Fit b) {
  if (a == v1::VIOLATED || b == v1::VIOLATED) return v1::VIOLATED;
  return a == v1::SATISFIED && b == v1::SATISFIED ? v1::SATISFIED : v1::UNKNOWN;
}

v1::Fit FitOf(const RequiredAttribute& required, Words required_words, const OfferAttribute* offered,
              Words offered_words) {
  if (!Comparable(required, offered)) return v1::UNKNOWN;
  if (offered->kind == Kind::kFlag) return offered->flag == required.value.flag ? v1::SATISFIED : v1::VIOLATED;
  return Holds(required.relation, *offered, offered_words, required.value, required_words) ? v1::SATISFIED
                                                                                           : v1::VIOLATED;
}

v1::Fit FitOfCertificate(Symbol scheme, std::span<const OfferCertificate> held, Day day) {
  v1::Fit fit = v1::UNKNOWN;
  for (const OfferCertificate& certificate : held) {
    if (certificate.scheme != scheme) continue;
    if (day <= certificate.valid_until) return v1::SATISFIED;
    fit = v1::VIOLATED;
  }
  return fit;
}

AttributeValue NearestSatisfying(const RequiredAttribute& required, Words required_words, const OfferAttribute* offered,
                                 Words offered_words) {
  const bool comparable = Comparable(required, offered);
  AttributeValue nearest{comparable ? *offered : required.value, {}};
  const Words start = comparable ? offered_words : required_words;
  nearest.words.assign(start.begin(), start.end());
  if (comparable && FitOf(required, required_words, offered, offered_words) == v1::VIOLATED) {
    nearest.value.flag = required.value.flag;
    if (nearest.value.kind == Kind::kInterval) MoveInterval(required.relation, required.value, &nearest.value);
    if (nearest.value.kind == Kind::kWords) nearest.words = MoveWords(required.relation, required_words, offered_words);
  }
  nearest.value.words_begin = 0;
  nearest.value.words_count = static_cast<std::uint16_t>(nearest.words.size());
  return nearest;
}

}  // namespace bulian::model
