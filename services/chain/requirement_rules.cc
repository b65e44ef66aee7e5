#include "services/chain/requirement_rules.h"

#include <string>

#include "services/resource/field_rules.h"

namespace bulian::chain {
namespace {

constexpr int kMaxSchemes = 32;

}  // namespace

void NormaliseRequirement(v1::Requirement* requirement) {
  for (std::string& scheme : *requirement->mutable_certificates()) resource::Trim(&scheme);
}

void CheckRequirement(const v1::Requirement& requirement, std::string_view within, const resource::FieldPath& field,
                      model::Violations* violations) {
  resource::CheckReference(requirement.capability_type(), model::ResourceType::kCapabilityType, within,
                           field / "capability_type", violations);
  resource::CheckEnum(v1::Level_IsValid(requirement.min_level()), field / "min_level", violations);
  resource::CheckAttributeRequirements(requirement.attributes(), field, violations);
  resource::CheckCount(requirement.certificates_size(), kMaxSchemes, field / "certificates", violations);
  for (int i = 0; i < requirement.certificates_size(); ++i) {
    if (!resource::IsScheme(requirement.certificates(i))) {
      violations->Add(field.At("certificates", i).str(), "must match [A-Z0-9][A-Z0-9_./-]{0,62}");
    }
  }
}

}  // namespace bulian::chain
