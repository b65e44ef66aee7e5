#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/model/units.h"
#include "services/resource/field_rules.h"

namespace bulian::resource {
namespace {

constexpr int kMaxAttributes = 64;
constexpr int kMaxWords = 64;
constexpr int kMaxWordChars = 100;
constexpr int kMaxCertificates = 32;

bool IsAttributeKey(std::string_view key) {
  return IsToken(
      key, [](char c) { return c >= 'a' && c <= 'z'; },
      [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

void CheckInterval(const v1::Interval& interval, const FieldPath& field, Violations* violations) {
  if (interval.has_min() && !std::isfinite(interval.min())) violations->Add((field / "min").str(), "must be finite");
  if (interval.has_max() && !std::isfinite(interval.max())) violations->Add((field / "max").str(), "must be finite");
  if (interval.has_min() && interval.has_max() && interval.max() < interval.min()) {
    violations->Add((field / "max").str(), "must not be under min");
  }
  if (!interval.unit().empty()) CheckUnit(interval.unit(), field / "unit", violations);
}

// Both sides of the algebra have a key and one of three values.
template <class AttributeType>
void CheckOne(const AttributeType& attribute, const FieldPath& field, Violations* violations) {
  if (!IsAttributeKey(attribute.key())) violations->Add((field / "key").str(), "must match [a-z][a-z0-9_]{0,62}");
  switch (attribute.value_case()) {
    case AttributeType::kInterval:
      CheckInterval(attribute.interval(), field / "interval", violations);
      break;
    case AttributeType::kWords: {
      const FieldPath words = field / "words";
      if (attribute.words().words().empty()) violations->Add((words / "words").str(), "at least one word is required");
      CheckTexts(attribute.words().words(), kMaxWords, kMaxWordChars, "words", words, violations);
      break;
    }
    case AttributeType::kFlag:
      break;
    case AttributeType::VALUE_NOT_SET:
      violations->Add(field.str(), "a value is required");
      break;
  }
}

template <class List>
void CheckKeysOnce(const List& attributes, const FieldPath& parent, Violations* violations) {
  for (int i = 1; i < std::min(attributes.size(), kMaxAttributes); ++i) {
    for (int j = 0; j < i; ++j) {
      if (attributes[j].key() != attributes[i].key()) continue;
      violations->Add((parent.At("attributes", i) / "key").str(), "stands twice");
      break;
    }
  }
}

}  // namespace

void CheckAttributes(const google::protobuf::RepeatedPtrField<v1::Attribute>& attributes, const FieldPath& parent,
                     Violations* violations) {
  CheckCount(attributes.size(), kMaxAttributes, parent / "attributes", violations);
  for (int i = 0; i < attributes.size(); ++i) CheckOne(attributes[i], parent.At("attributes", i), violations);
  CheckKeysOnce(attributes, parent, violations);
}

void CheckAttributeRequirements(const google::protobuf::RepeatedPtrField<v1::AttributeRequirement>& attributes,
                                const FieldPath& parent, Violations* violations) {
  CheckCount(attributes.size(), kMaxAttributes, parent / "attributes", violations);
  for (int i = 0; i < attributes.size(); ++i) {
    const FieldPath field = parent.At("attributes", i);
    CheckOne(attributes[i], field, violations);
    CheckEnum(v1::AttributeRequirement::Relation_IsValid(attributes[i].relation()), field / "relation", violations);
    if (attributes[i].has_flag() && attributes[i].relation() != v1::AttributeRequirement::RELATION_UNSPECIFIED) {
      violations->Add((field / "relation").str(), "must not be set for a flag");
    }
  }
}

void CheckCertificates(const google::protobuf::RepeatedPtrField<v1::Certificate>& certificates, const FieldPath& parent,
                       Violations* violations) {
  CheckCount(certificates.size(), kMaxCertificates, parent / "certificates", violations);
  for (int i = 0; i < certificates.size(); ++i) {
    const FieldPath field = parent.At("certificates", i);
    if (!IsScheme(certificates[i].scheme()))
      violations->Add((field / "scheme").str(), "must match [A-Z0-9][A-Z0-9_./-]{0,62}");
    if (certificates[i].has_valid_until()) CheckDate(certificates[i].valid_until(), field / "valid_until", violations);
    CheckText(certificates[i].reference(), 200, field / "reference", violations);
  }
}

}  // namespace bulian::resource
