#include "services/match/target.h"

#include <cmath>
#include <set>

#include "services/model/units.h"

namespace bulian::match {
namespace {

// As for amounts that are stored: room for changes of unit and period without overflow.
constexpr double kMaxNeed = 1e18;

bool IsKey(std::string_view key) {
  if (key.empty() || key.size() > 63 || key[0] < 'a' || key[0] > 'z') return false;
  return key.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

bool IsScheme(std::string_view scheme) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  if (scheme.empty() || scheme.size() > 63 || kLetters.find(scheme[0]) == std::string_view::npos) return false;
  return scheme.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-") == std::string_view::npos;
}

void CheckInterval(const v1::Interval& interval, const std::string& at, model::Violations* violations) {
  if (!interval.unit().empty() && model::FindUnit(interval.unit()) == nullptr) {
    violations->Add(at + ".unit", "unknown unit `" + interval.unit() + "`; use a UNECE Rec 20 common code");
  }
  if (interval.has_min() && !std::isfinite(interval.min())) violations->Add(at + ".min", "must be finite");
  if (interval.has_max() && !std::isfinite(interval.max())) violations->Add(at + ".max", "must be finite");
  if (interval.has_min() && interval.has_max() && interval.min() > interval.max()) {
    violations->Add(at, "min must not be over max");
  }
}

void CheckAttributes(const v1::Requirement& requirement, const std::string& field, model::Violations* violations) {
  if (requirement.attributes_size() > 64) violations->Add(field + ".attributes", "at most 64");
  std::set<std::string_view> keys;
  for (int i = 0; i < requirement.attributes_size(); ++i) {
    const v1::AttributeRequirement& attribute = requirement.attributes(i);
    const std::string at = field + ".attributes[" + std::to_string(i) + "]";
    if (!IsKey(attribute.key())) violations->Add(at + ".key", "must match [a-z][a-z0-9_]{0,62}");
    if (!keys.insert(attribute.key()).second) violations->Add(at + ".key", "repeated");
    if (!v1::AttributeRequirement::Relation_IsValid(attribute.relation())) {
      violations->Add(at + ".relation", "unknown value");
    }
    switch (attribute.value_case()) {
      case v1::AttributeRequirement::kInterval:
        CheckInterval(attribute.interval(), at + ".interval", violations);
        break;
      case v1::AttributeRequirement::kWords:
        if (attribute.words().words().empty()) violations->Add(at + ".words", "at least one word is required");
        if (attribute.words().words_size() > 64) violations->Add(at + ".words", "at most 64 words");
        break;
      case v1::AttributeRequirement::kFlag:
        break;
      case v1::AttributeRequirement::VALUE_NOT_SET:
        violations->Add(at, "one of interval, words and flag is required");
    }
  }
}

void CheckCertificates(const v1::Requirement& requirement, const std::string& field, model::Violations* violations) {
  if (requirement.certificates_size() > 32) violations->Add(field + ".certificates", "at most 32");
  std::set<std::string_view> schemes;
  for (int i = 0; i < requirement.certificates_size(); ++i) {
    const std::string at = field + ".certificates[" + std::to_string(i) + "]";
    if (!IsScheme(requirement.certificates(i))) violations->Add(at, "must match [A-Z0-9][A-Z0-9_./-]{0,62}");
    if (!schemes.insert(requirement.certificates(i)).second) violations->Add(at, "repeated");
  }
}

}  // namespace

Target MakeTarget(const model::Snapshot& snapshot, const v1::Requirement& requirement, std::string_view field,
                  model::Violations* violations) {
  const std::string at(field);
  Target target;
  target.requirement = requirement;
  if (requirement.min_level() == v1::LEVEL_UNSPECIFIED) {
    target.requirement.set_min_level(v1::VOLUME);
  } else if (!v1::Level_IsValid(requirement.min_level())) {
    violations->Add(at + ".min_level", "unknown value");
  }
  target.min_level = static_cast<std::uint8_t>(target.requirement.min_level());
  CheckAttributes(requirement, at, violations);
  CheckCertificates(requirement, at, violations);
  target.type = snapshot.Find(model::ResourceType::kCapabilityType, requirement.capability_type());
  if (target.type == model::kNoRow) {
    violations->Add(at + ".capability_type", requirement.capability_type().empty()
                                                 ? "is required"
                                                 : "the cluster has no type `" + requirement.capability_type() + "`");
  }
  if (target.type == model::kNoRow) return target;
  const model::TypeNode& node = snapshot.type(target.type);
  target.unit = node.unit;
  target.dimension = node.dimension;
  target.unit_factor = node.unit_factor;
  target.stock = node.stock;
  if (!violations->empty()) return target;
  target.requirement.set_capability_type(snapshot.Name(model::ResourceType::kCapabilityType, target.type));
  target.compiled = model::CompileRequirement(requirement, model::UnknownWords::kFindOnly);
  target.types = snapshot.Subtree(target.type);
  return target;
}

Target Recompiled(Target target) {
  if (target.asks_details()) {
    target.compiled = model::CompileRequirement(target.requirement, model::UnknownWords::kFindOnly);
  }
  return target;
}

std::optional<double> ConvertNeed(const Target& target, const v1::Rate& need, std::string_view field,
                                  model::Violations* violations) {
  const std::string at(field);
  const std::size_t before = violations->size();
  if (!(need.value() >= 0 && need.value() <= kMaxNeed)) violations->Add(at + ".value", "must be from 0 to 1e18");
  if (!v1::Period_IsValid(need.period()) || target.stock != (need.period() == v1::PERIOD_UNSPECIFIED)) {
    violations->Add(at + ".period", target.stock ? "must be unset: the type is counted as a stock"
                                                 : "is required: day, week, month or year");
  }
  const model::Unit* const unit = model::FindUnit(need.unit());
  if (unit == nullptr) {
    violations->Add(at + ".unit", "unknown unit `" + need.unit() + "`; use a UNECE Rec 20 common code");
  } else if (target.dimension == model::Dimension::kNone) {
    violations->Add(at + ".unit", "the capability type has no unit, so amounts of it cannot be compared");
  } else if (unit->dimension != target.dimension) {
    violations->Add(at + ".unit", "is of another dimension than the type's unit " + target.unit);
  }
  if (violations->size() != before) return std::nullopt;
  return need.value() * unit->factor * model::PeriodsPerYear(need.period()) / target.unit_factor;
}

}  // namespace bulian::match
