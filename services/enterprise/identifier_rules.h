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
void CheckIdentifiers(const v1::Enterprise& enterprise, const resource::FieldPath& field,
                      model::Violations* violations);

}  // namespace bulian::enterprise

#endif  // SERVICES_ENTERPRISE_IDENTIFIER_RULES_H_
