// Checks of the identifiers and codes an enterprise carries. Pure, thread-safe.
#ifndef SERVICES_ENTERPRISE_IDENTIFIER_RULES_H_
#define SERVICES_ENTERPRISE_IDENTIFIER_RULES_H_

#include "bulian/v1/enterprise.pb.h"
#include "services/model/error.h"
#include "services/resource/field_path.h"

namespace bulian::enterprise {

// USCC, LEI and identifiers of other systems as people type them, brought to the form they are compared in.
void NormaliseIdentifiers(v1::Enterprise* enterprise);

// Both checksums of the USCC, that of the LEI, the form of the others; each system and value once.
void CheckIdentifiers(const v1::Enterprise& enterprise, const resource::FieldPath& field, model::Violations* violations);

// A GB/T 4754-2017 code: a section letter, or 2 to 4 digits of an existing division, with or without the right letter.
void CheckIndustryCode(std::string_view code, const resource::FieldPath& field, model::Violations* violations);
// Whether an industry is another one or lies within it; both are valid codes.
bool IndustryWithin(std::string_view code, std::string_view wider);

}  // namespace bulian::enterprise

#endif  // SERVICES_ENTERPRISE_IDENTIFIER_RULES_H_
