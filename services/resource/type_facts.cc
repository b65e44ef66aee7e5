#include "services/resource/type_facts.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "services/resource/field_rules.h"

namespace bulian::resource {
namespace {
absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }
}  // namespace

TypeFacts FactsOfType(const v1::CapabilityType& type) {
  const model::Unit* unit = model::FindUnit(type.unit());
  return {unit == nullptr ? model::Dimension::kNone : unit->dimension, type.basis() == v1::CapabilityType::STOCK};
}

std::optional<TypeFacts> FactsOfType(Lookup& lookup, std::string_view name) {
  if (lookup.Changed(name)) {
    const auto* staged = static_cast<const v1::CapabilityType*>(lookup.Staged(name));
    return staged == nullptr ? std::nullopt : std::optional(FactsOfType(*staged));
  }
  const model::Row row = lookup.BaseRow(model::ResourceType::kCapabilityType, name);
  if (row == model::kNoRow) return std::nullopt;
  const model::TypeNode& node = lookup.base().type(row);
  return TypeFacts{node.dimension, node.stock};
}

void CheckUnitOfType(std::string_view unit, const TypeFacts& facts, const FieldPath& field,
                     model::Violations* violations) {
  const model::Unit* known = model::FindUnit(unit);
  if (known == nullptr || facts.dimension == model::Dimension::kNone || known->dimension == facts.dimension) return;
  violations->Add(field.str(), absl::StrCat("is a unit of ", ToAbsl(model::DimensionName(known->dimension)),
                                            ", but the type is counted in units of ",
                                            ToAbsl(model::DimensionName(facts.dimension))));
}

void CheckRateOfType(const v1::Rate& rate, const TypeFacts& facts, const FieldPath& field,
                     model::Violations* violations) {
  CheckUnitOfType(rate.unit(), facts, field / "unit", violations);
  const bool has_period = rate.period() != v1::PERIOD_UNSPECIFIED;
  if (facts.stock && has_period)
    violations->Add((field / "period").str(), "must not be set: the type is counted as a stock");
  if (!facts.stock && !has_period)
    violations->Add((field / "period").str(), "is required: the type is counted as a rate");
}

bool CheckExists(Lookup& lookup, model::ResourceType type, std::string_view name, std::string_view within,
                 const FieldPath& field, Findings* findings) {
  if (!IsReference(name, type, within)) return false;
  if (lookup.Exists(type, name)) return true;
  findings->missing.push_back({field.str(), std::string(name)});
  return false;
}

std::optional<TypeFacts> CheckTypeExists(Lookup& lookup, std::string_view name, std::string_view within,
                                         const FieldPath& field, Findings* findings) {
  if (!IsReference(name, model::ResourceType::kCapabilityType, within)) return std::nullopt;
  const auto facts = FactsOfType(lookup, name);
  if (!facts) findings->missing.push_back({field.str(), std::string(name)});
  return facts;
}

}  // namespace bulian::resource
