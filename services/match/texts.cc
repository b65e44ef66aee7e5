#include "services/match/texts.h"

#include <array>
#include <charconv>

namespace bulian::match {

std::string NumberText(double value) {
  std::array<char, 32> text;
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
  return std::string(text.data(), end);
}

std::string IntervalText(const v1::Interval& interval) {
  std::string text;
  if (interval.has_min()) text += NumberText(interval.min());
  if (!interval.has_min() || !interval.has_max() || interval.min() != interval.max()) {
    text += "..";
    if (interval.has_max()) text += NumberText(interval.max());
  }
  if (!interval.unit().empty()) text += " " + interval.unit();
  return text;
}

std::string WordsText(const v1::WordSet& words) {
  std::string text;
  for (const std::string& word : words.words()) text += (text.empty() ? "" : ", ") + word;
  return text;
}

std::string ValueText(const v1::Attribute& attribute) {
  if (attribute.has_interval()) return IntervalText(attribute.interval());
  if (attribute.has_words()) return WordsText(attribute.words());
  if (attribute.has_flag()) return attribute.flag() ? "yes" : "no";
  return "";
}

std::string ValueText(const v1::AttributeRequirement& required) {
  if (required.has_interval()) return IntervalText(required.interval());
  if (required.has_words()) return WordsText(required.words());
  if (required.has_flag()) return required.flag() ? "yes" : "no";
  return "";
}

std::string RequiredText(const v1::AttributeRequirement& required) {
  std::string relation = " covers ";
  if (required.has_flag()) {
    relation = " is ";
  } else if (required.relation() == v1::AttributeRequirement::OVERLAPS) {
    relation = " overlaps ";
  } else if (required.relation() == v1::AttributeRequirement::WITHIN) {
    relation = " within ";
  }
  return required.key() + relation + ValueText(required);
}

std::string ValidityText(model::Day from, model::Day until) {
  std::string text;
  if (from != model::kDistantPast) text += "from " + model::FormatDay(from);
  if (until != model::kDistantFuture) text += (text.empty() ? "until " : " until ") + model::FormatDay(until);
  return text.empty() ? "always" : text;
}

}  // namespace bulian::match
