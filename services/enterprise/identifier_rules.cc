#include "services/enterprise/identifier_rules.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "services/model/industrial_identifier.h"
#include "services/model/lei.h"
#include "services/model/text_folding.h"
#include "services/model/uscc.h"
#include "services/resource/field_rules.h"

namespace bulian::enterprise {
namespace {

using model::Violations;
using resource::FieldPath;

constexpr int kMaxIdentifiers = 16;
constexpr std::size_t kMaxValueBytes = 256;
constexpr std::string_view kIndustrialSystem = "88";

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

void CheckExternal(const v1::ExternalIdentifier& identifier, const FieldPath& field, Violations* violations) {
  if (!resource::IsSystemName(identifier.system())) {
    violations->Add((field / "system").str(), "must match [a-z0-9][a-z0-9.-]{0,62}");
  } else if (identifier.system() == "uscc" || identifier.system() == "lei") {
    violations->Add((field / "system").str(), "has a field of its own");
  }
  if (identifier.value().empty() || identifier.value().size() > kMaxValueBytes) {
    violations->Add((field / "value").str(), "must have 1 to 256 bytes");
  } else if (identifier.system() == kIndustrialSystem) {
    if (const std::string problem = model::IndustrialIdentifierProblem(identifier.value()); !problem.empty()) {
      violations->Add((field / "value").str(), problem);
    }
  }
}

bool IsPlainIdentifier(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return IsDigit(c) || (c >= 'A' && c <= 'Z'); });
}

void NormaliseCode(std::string* code) {
  if (!IsPlainIdentifier(*code)) *code = model::NormalizeIdentifier(*code);
}

}  // namespace

void NormaliseIdentifiers(v1::Enterprise* enterprise) {
  NormaliseCode(enterprise->mutable_uscc());
  NormaliseCode(enterprise->mutable_lei());
  for (v1::ExternalIdentifier& identifier : *enterprise->mutable_identifiers()) {
    resource::Trim(identifier.mutable_system());
    resource::Trim(identifier.mutable_value());
  }
}

void CheckIdentifiers(const v1::Enterprise& enterprise, const FieldPath& field, Violations* violations) {
  if (!enterprise.uscc().empty()) {
    for (const std::string& problem : model::UsccProblems(enterprise.uscc()))
      violations->Add((field / "uscc").str(), problem);
  }
  if (!enterprise.lei().empty()) {
    if (const std::string problem = model::LeiProblem(enterprise.lei()); !problem.empty())
      violations->Add((field / "lei").str(), problem);
  }
  resource::CheckCount(enterprise.identifiers_size(), kMaxIdentifiers, field / "identifiers", violations);
  for (int i = 0; i < enterprise.identifiers_size(); ++i) {
    const v1::ExternalIdentifier& identifier = enterprise.identifiers(i);
    CheckExternal(identifier, field.At("identifiers", i), violations);
    for (int j = 0; j < std::min(i, kMaxIdentifiers); ++j) {
      const v1::ExternalIdentifier& other = enterprise.identifiers(j);
      if (other.system() == identifier.system() && other.value() == identifier.value()) {
        violations->Add(field.At("identifiers", i).str(), "stands twice");
      }
    }
  }
}

}  // namespace bulian::enterprise
