// Checks of field values that several resources share. Each adds violations under the path it is given and nothing
// else; paths are composed only then, because these run on every record of an import. Pure, thread-safe.
#ifndef SERVICES_RESOURCE_FIELD_RULES_H_
#define SERVICES_RESOURCE_FIELD_RULES_H_

#include <string>
#include <string_view>

#include "bulian/v1/attribute.pb.h"
#include "bulian/v1/capability.pb.h"
#include "bulian/v1/evidence.pb.h"
#include "bulian/v1/quantity.pb.h"
#include "bulian/v1/text.pb.h"
#include "google/protobuf/map.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "google/type/date.pb.h"
#include "google/type/money.pb.h"
#include "services/model/error.h"
#include "services/model/resource_name.h"
#include "services/resource/field_path.h"

namespace bulian::resource {

using model::Violations;

inline constexpr int kMaxNameChars = 200;
inline constexpr int kMaxDescriptionChars = 2000;

// At most `max_chars` characters (code points), no control characters but line breaks and tabs.
void CheckText(std::string_view text, int max_chars, const FieldPath& field, Violations* violations);
void CheckRequiredText(std::string_view text, int max_chars, const FieldPath& field, Violations* violations);
void CheckTexts(const google::protobuf::RepeatedPtrField<std::string>& texts, int max_count, int max_chars,
                std::string_view name, const FieldPath& parent, Violations* violations);
void CheckLocalized(const v1::LocalizedText& text, bool required, int max_chars, const FieldPath& field,
                    Violations* violations);
void CheckAnnotations(const google::protobuf::Map<std::string, std::string>& annotations, const FieldPath& parent,
                      Violations* violations);
// At most `max` elements in the list.
void CheckCount(int count, int max, const FieldPath& field, Violations* violations);
// `[a-z]([a-z0-9-]{0,61}[a-z0-9])?`, not empty.
void CheckId(std::string_view id, const FieldPath& field, Violations* violations);
// A word of `first` characters followed by at most 62 of `rest`.
bool IsToken(std::string_view text, bool (*first)(char), bool (*rest)(char));
// `[a-z0-9][a-z0-9.-]{0,62}`
bool IsSystemName(std::string_view text);
// `[A-Z0-9][A-Z0-9_./-]{0,62}`
bool IsScheme(std::string_view text);
// `[A-Z][A-Z0-9_]{0,62}`
bool IsQualification(std::string_view text);

// The name of a resource of a type in the cluster of `within` (any name in it). Returns whether it is.
bool CheckReference(std::string_view name, model::ResourceType type, std::string_view within, const FieldPath& field,
                    Violations* violations);
// Whether it is, without saying so.
bool IsReference(std::string_view name, model::ResourceType type, std::string_view within);

void CheckDate(const google::type::Date& date, const FieldPath& field, Violations* violations);
// `resource` has valid_from and valid_until, or two dates in such an order.
void CheckDates(bool has_from, const google::type::Date& from, bool has_until, const google::type::Date& until,
                const FieldPath& parent, std::string_view from_name, std::string_view until_name,
                Violations* violations);
template <class Dated>
void CheckValidity(const Dated& dated, const FieldPath& parent, Violations* violations) {
  if (!dated.has_valid_from() && !dated.has_valid_until()) return;
  CheckDates(dated.has_valid_from(), dated.valid_from(), dated.has_valid_until(), dated.valid_until(), parent,
             "valid_from", "valid_until", violations);
}
void CheckEvidence(const v1::Evidence& evidence, const FieldPath& field, Violations* violations);

// A GB/T 2260 code.
void CheckRegionCode(std::string_view code, const FieldPath& field, Violations* violations);
// A GB/T 4754 code.
void CheckIndustryCode(std::string_view code, const FieldPath& field, Violations* violations);

// From 0 to 1e18: room for sums over millions and for changes of unit and period without overflow.
void CheckAmount(double value, const FieldPath& field, Violations* violations);
// From 0 to 1.
void CheckShare(double value, const FieldPath& field, Violations* violations);
// A known unit code.
void CheckUnit(std::string_view code, const FieldPath& field, Violations* violations);
void CheckQuantity(const v1::Quantity& quantity, const FieldPath& field, Violations* violations);
void CheckRate(const v1::Rate& rate, const FieldPath& field, Violations* violations);
void CheckCapacity(const v1::Capacity& capacity, const FieldPath& field, Violations* violations);
// A currency code of three letters and an amount that is not negative.
void CheckMoney(const google::type::Money& money, const FieldPath& field, Violations* violations);

void CheckAttributes(const google::protobuf::RepeatedPtrField<v1::Attribute>& attributes, const FieldPath& parent,
                     Violations* violations);
void CheckAttributeRequirements(const google::protobuf::RepeatedPtrField<v1::AttributeRequirement>& attributes,
                                const FieldPath& parent, Violations* violations);
void CheckCertificates(const google::protobuf::RepeatedPtrField<v1::Certificate>& certificates, const FieldPath& parent,
                       Violations* violations);

// A value of an enumeration that the server knows.
inline void CheckEnum(bool known, const FieldPath& field, Violations* violations) {
  if (!known) violations->Add(field.str(), "is not a known value");
}

// White space at both ends off.
void Trim(std::string* text);
void Trim(v1::LocalizedText* text);

}  // namespace bulian::resource

#endif  // SERVICES_RESOURCE_FIELD_RULES_H_
