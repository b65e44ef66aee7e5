#include "services/match/nearest_change.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>

#include "services/match/texts.h"
#include "services/model/text_folding.h"
#include "services/model/units.h"

namespace bulian::match {
namespace {

using Relation = v1::AttributeRequirement;

v1::Attribute AsRequired(const v1::AttributeRequirement& required) {
  v1::Attribute attribute;
  attribute.set_key(required.key());
  if (required.has_interval()) *attribute.mutable_interval() = required.interval();
  if (required.has_words()) *attribute.mutable_words() = required.words();
  if (required.has_flag()) attribute.set_flag(required.flag());
  return attribute;
}

bool Contains(const v1::WordSet& set, const std::string& word) {
  const std::string folded = model::FoldText(word);
  return std::any_of(set.words().begin(), set.words().end(),
                     [&](const std::string& other) { return model::FoldText(other) == folded; });
}

v1::WordSet NearestWords(const v1::AttributeRequirement& required, const v1::WordSet& offered) {
  v1::WordSet words;
  if (required.relation() == Relation::WITHIN) {
    for (const std::string& word : offered.words()) {
      if (Contains(required.words(), word)) words.add_words(word);
    }
    return words.words().empty() ? required.words() : words;
  }
  words = offered;
  for (const std::string& word : required.words().words()) {
    if (Contains(words, word)) continue;
    words.add_words(word);
    if (required.relation() == Relation::OVERLAPS) break;
  }
  return words;
}

// The nearest interval comes in SI units and is said in the requirement's unit.
v1::Interval NearestInterval(const Target& target, std::size_t index, const OfferRecord& offer) {
  const model::RequiredAttribute& required = target.compiled.attributes[index];
  const model::OfferAttribute* const offered = model::FindAttribute(offer.offer().attributes(), required.value.key);
  const model::AttributeValue nearest =
      model::NearestSatisfying(required, target.compiled.WordsOf(required), offered, {});
  const std::string& code = target.requirement.attributes(static_cast<int>(index)).interval().unit();
  const model::Unit* const unit = model::FindUnit(code.empty() ? "C62" : code);
  const double factor = unit == nullptr ? 1 : unit->factor;
  const double offset = unit == nullptr ? 0 : unit->offset;
  // Twelve digits hold more than the tolerance of the comparison, and read as people write numbers.
  const auto in_unit = [&](double si) {
    const double value = (si - offset) / factor;
    if (value == 0) return 0.0;
    const double scale = std::pow(10.0, 11 - std::floor(std::log10(std::abs(value))));
    const double rounded = std::round(value * scale) / scale;
    return std::isfinite(rounded) ? rounded : value;
  };
  v1::Interval interval;
  interval.set_unit(code);
  if (std::isfinite(nearest.value.min)) interval.set_min(in_unit(nearest.value.min));
  if (std::isfinite(nearest.value.max)) interval.set_max(in_unit(nearest.value.max));
  return interval;
}

v1::Attribute NearestAttribute(const Target& target, std::size_t index, const OfferRecord& offer) {
  const v1::AttributeRequirement& required = target.requirement.attributes(static_cast<int>(index));
  v1::Attribute attribute = AsRequired(required);
  if (!target.compiled.attributes[index].comparable) return attribute;
  for (const v1::Attribute& offered : offer.record.attributes()) {
    if (offered.key() != required.key()) continue;
    if (required.has_words() && offered.has_words()) {
      *attribute.mutable_words() = NearestWords(required, offered.words());
    }
    if (required.has_interval() && offered.has_interval()) {
      *attribute.mutable_interval() = NearestInterval(target, index, offer);
    }
  }
  return attribute;
}

ChangeStep MakeStep(std::string what, std::string from, std::string to, bool statement_only) {
  ChangeStep step;
  step.text.set_what(std::move(what));
  step.text.set_from(std::move(from));
  step.text.set_to(std::move(to));
  step.text.set_statement_only(statement_only);
  return step;
}

std::string NearestValidity(const Target& target, const OfferRecord& offer) {
  const model::Offer& row = *offer.offer();
  const model::Day from = offer.basis == v1::PLANNED ? row.valid_from : std::min(row.valid_from, target.as_of);
  return ValidityText(from, std::max(row.valid_until, target.as_of));
}

}  // namespace

std::vector<ChangeStep> NearestChangeOf(const Target& target, const OfferRecord& offer,
                                        const std::vector<v1::RequirementCheck>& checks) {
  std::vector<ChangeStep> steps;
  if (offer.basis == v1::PLANNED) {
    steps.push_back(MakeStep("project", offer.project_state, "IN_PRODUCTION", false));
  }
  const std::size_t attributes_begin = 3;
  for (std::size_t i = 0; i < checks.size(); ++i) {
    const v1::RequirementCheck& check = checks[i];
    if (check.fit() == v1::SATISFIED) continue;
    ChangeStep step = MakeStep(check.requirement(), check.offered(), "", check.fit() == v1::UNKNOWN);
    const std::string_view what = check.requirement();
    if (what == "capability_type") {
      step.text.set_to(target.requirement.capability_type());
    } else if (what == "level") {
      step.text.set_to(v1::Level_Name(target.requirement.min_level()));
    } else if (what == "validity") {
      step.text.set_to(NearestValidity(target, offer));
    } else if (what.starts_with("attribute:")) {
      step.attribute = NearestAttribute(target, i - attributes_begin, offer);
      step.text.set_to(ValueText(*step.attribute));
    } else {
      step.text.set_to("held until " + model::FormatDay(target.as_of) + " or later");
    }
    steps.push_back(std::move(step));
  }
  return steps;
}

int CostOf(const std::vector<ChangeStep>& steps) {
  int cost = 0;
  for (const ChangeStep& step : steps) cost += step.text.statement_only() ? 1 : 2;
  return cost;
}

ChangeStep NewCapability(const Target& target) {
  return MakeStep("capability_type", "", target.requirement.capability_type(), false);
}

v1::Capability Apply(const Target& target, v1::Capability capability, const std::vector<ChangeStep>& steps) {
  for (const ChangeStep& step : steps) {
    const std::string_view what = step.text.what();
    if (what == "capability_type") capability.set_capability_type(target.requirement.capability_type());
    if (what == "level") capability.set_level(target.requirement.min_level());
    if (what == "validity") {
      const google::type::Date day = model::ToDate(target.as_of);
      const std::optional<model::Day> from = model::ToDay(capability.valid_from());
      const std::optional<model::Day> until = model::ToDay(capability.valid_until());
      if (from && *from > target.as_of) *capability.mutable_valid_from() = day;
      if (until && *until < target.as_of) *capability.mutable_valid_until() = day;
    }
    if (step.attribute) {
      auto* const attributes = capability.mutable_attributes();
      attributes->erase(std::remove_if(attributes->begin(), attributes->end(),
                                       [&](const v1::Attribute& one) { return one.key() == step.attribute->key(); }),
                        attributes->end());
      *capability.add_attributes() = *step.attribute;
    }
    constexpr std::string_view kCertificate = "certificate:";
    if (what.starts_with(kCertificate)) {
      v1::Certificate* const certificate = capability.add_certificates();
      certificate->set_scheme(std::string(what.substr(kCertificate.size())));
      *certificate->mutable_valid_until() = model::ToDate(target.as_of);
    }
  }
  return capability;
}

}  // namespace bulian::match
