#include "services/capability/capability_type_family.h"

#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "bulian/v1/capability.pb.h"
#include "services/capability/type_usage.h"
#include "services/resource/field_rules.h"
#include "services/resource/type_facts.h"

namespace bulian::capability {
namespace {

using google::protobuf::Message;
using model::ResourceType;
using model::Violations;
using resource::FieldPath;
using resource::Findings;
using resource::Lookup;

constexpr int kMaxAliases = 64, kMaxParents = 16, kMaxTypicalInputs = 64, kMaxCodes = 16, kMaxEquivalents = 16,
              kMaxCodeChars = 64;

const v1::CapabilityType& TypeOf(const Message& message) { return static_cast<const v1::CapabilityType&>(message); }

void Normalise(Message* message) {
  auto& type = static_cast<v1::CapabilityType&>(*message);
  if (type.has_display_name()) resource::Trim(type.mutable_display_name());
  if (type.has_description()) resource::Trim(type.mutable_description());
  for (std::string& alias : *type.mutable_aliases()) resource::Trim(&alias);
  resource::Trim(type.mutable_unit());
  for (v1::StandardCode& code : *type.mutable_codes()) {
    resource::Trim(code.mutable_system());
    resource::Trim(code.mutable_code());
  }
}

void CheckNames(const v1::CapabilityType& type, const FieldPath& field, Violations* violations) {
  resource::CheckCount(type.parents_size(), kMaxParents, field / "parents", violations);
  for (int i = 0; i < type.parents_size(); ++i) {
    const FieldPath at = field.At("parents", i);
    resource::CheckReference(type.parents(i), ResourceType::kCapabilityType, type.name(), at, violations);
    if (std::find(type.parents().begin(), type.parents().begin() + i, type.parents(i)) != type.parents().begin() + i) {
      violations->Add(at.str(), "stands twice");
    }
  }
  resource::CheckCount(type.typical_inputs_size(), kMaxTypicalInputs, field / "typical_inputs", violations);
  for (int i = 0; i < type.typical_inputs_size(); ++i) {
    const FieldPath at = field.At("typical_inputs", i);
    const v1::TypicalInput& input = type.typical_inputs(i);
    resource::CheckReference(input.capability_type(), ResourceType::kCapabilityType, type.name(),
                             at / "capability_type", violations);
    if (input.has_coefficient()) resource::CheckAmount(input.coefficient(), at / "coefficient", violations);
  }
  resource::CheckCount(type.equivalents_size(), kMaxEquivalents, field / "equivalents", violations);
  for (int i = 0; i < type.equivalents_size(); ++i) {
    const auto parsed = model::ParseResourceName(type.equivalents(i));
    if (!parsed || parsed->type != ResourceType::kCapabilityType ||
        parsed->cluster == model::ClusterIdOf(type.name())) {
      violations->Add(field.At("equivalents", i).str(), "must be the name of a capability type of another cluster");
    }
  }
}

void Check(const Message& message, const FieldPath& field, Violations* violations) {
  const v1::CapabilityType& type = TypeOf(message);
  resource::CheckEnum(v1::CapabilityType::Kind_IsValid(type.kind()), field / "kind", violations);
  resource::CheckEnum(v1::CapabilityType::Basis_IsValid(type.basis()), field / "basis", violations);
  resource::CheckLocalized(type.display_name(), true, resource::kMaxNameChars, field / "display_name", violations);
  resource::CheckLocalized(type.description(), false, resource::kMaxDescriptionChars, field / "description",
                           violations);
  resource::CheckTexts(type.aliases(), kMaxAliases, resource::kMaxNameChars, "aliases", field, violations);
  if (!type.unit().empty()) resource::CheckUnit(type.unit(), field / "unit", violations);
  CheckNames(type, field, violations);
  resource::CheckCount(type.codes_size(), kMaxCodes, field / "codes", violations);
  for (int i = 0; i < type.codes_size(); ++i) {
    const FieldPath at = field.At("codes", i);
    if (!resource::IsSystemName(type.codes(i).system()))
      violations->Add((at / "system").str(), "must match [a-z0-9][a-z0-9.-]{0,62}");
    resource::CheckRequiredText(type.codes(i).code(), kMaxCodeChars, at / "code", violations);
  }
  resource::CheckAnnotations(type.annotations(), field, violations);
}

std::vector<std::string> ParentsOf(Lookup& lookup, const std::string& name) {
  if (lookup.Changed(name)) {
    const auto* staged = static_cast<const v1::CapabilityType*>(lookup.Staged(name));
    if (staged == nullptr) return {};
    return {staged->parents().begin(), staged->parents().end()};
  }
  const model::Row row = lookup.BaseRow(ResourceType::kCapabilityType, name);
  std::vector<std::string> names;
  if (row == model::kNoRow) return names;
  for (model::Row parent : lookup.base().type(row).parents)
    names.push_back(lookup.base().Name(ResourceType::kCapabilityType, parent));
  return names;
}

// Whether `name` is reached from `start` along parents. The taxonomy guard stands for every edge walked.
bool Reaches(Lookup& lookup, const std::string& start, const std::string& name) {
  absl::flat_hash_set<std::string> seen{start};
  std::vector<std::string> open{start};
  while (!open.empty()) {
    const std::string current = std::move(open.back());
    open.pop_back();
    if (current == name) return true;
    for (std::string& parent : ParentsOf(lookup, current)) {
      if (seen.insert(parent).second) open.push_back(std::move(parent));
    }
  }
  return false;
}

void CheckReferences(const Message& message, const FieldPath& field, Lookup& lookup, Findings* findings) {
  const v1::CapabilityType& type = TypeOf(message);
  if (!type.parents().empty()) lookup.DependOn(resource::kTaxonomyGuard);
  for (int i = 0; i < type.parents_size(); ++i) {
    const FieldPath at = field.At("parents", i);
    const bool exists =
        resource::CheckExists(lookup, ResourceType::kCapabilityType, type.parents(i), type.name(), at, findings);
    if (exists && Reaches(lookup, type.parents(i), type.name())) {
      findings->violations.Add(at.str(), "makes a cycle in the taxonomy: the type is an ancestor of it");
    }
  }
  for (int i = 0; i < type.typical_inputs_size(); ++i) {
    resource::CheckExists(lookup, ResourceType::kCapabilityType, type.typical_inputs(i).capability_type(), type.name(),
                          field.At("typical_inputs", i) / "capability_type", findings);
  }
  CheckUsesStayTrue(type, field, lookup, findings);
}

void References(const Message& message, std::vector<std::string_view>* names) {
  const v1::CapabilityType& type = TypeOf(message);
  for (const std::string& parent : type.parents()) names->push_back(parent);
  for (const v1::TypicalInput& input : type.typical_inputs()) names->push_back(input.capability_type());
}

void Touches(const Message* before, const Message* after, std::vector<std::string>* guards) {
  if (after == nullptr) return;
  for (const std::string& parent : TypeOf(*after).parents()) {
    if (before == nullptr || std::find(TypeOf(*before).parents().begin(), TypeOf(*before).parents().end(), parent) ==
                                 TypeOf(*before).parents().end()) {
      guards->emplace_back(resource::kTaxonomyGuard);
      return;
    }
  }
}

}  // namespace

resource::Family CapabilityTypeFamily() {
  resource::Family family;
  family.type = ResourceType::kCapabilityType;
  family.prototype = &v1::CapabilityType::default_instance();
  family.normalise = Normalise;
  family.check = Check;
  family.check_references = CheckReferences;
  family.references = References;
  family.touches = Touches;
  family.referrer = UserOfType;
  return family;
}

}  // namespace bulian::capability
