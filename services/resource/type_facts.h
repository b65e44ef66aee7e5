// What a capability type says about amounts, after the staged writes. Pure but for the lookup's read set.
#ifndef SERVICES_RESOURCE_TYPE_FACTS_H_
#define SERVICES_RESOURCE_TYPE_FACTS_H_

#include <optional>
#include <string_view>

#include "bulian/v1/capability.pb.h"
#include "bulian/v1/quantity.pb.h"
#include "services/model/units.h"
#include "services/resource/field_path.h"
#include "services/resource/resource.h"

namespace bulian::resource {

struct TypeFacts {
  model::Dimension dimension = model::Dimension::kNone;  // kNone: no unit, amounts cannot be compared
  bool stock = false;
};

// nullopt if there is no such type.
std::optional<TypeFacts> FactsOfType(Lookup& lookup, std::string_view name);
TypeFacts FactsOfType(const v1::CapabilityType& type);

// Violations of an amount of a type: a unit of another dimension, a period where a stock is meant or none where a rate
// is.
void CheckUnitOfType(std::string_view unit, const TypeFacts& facts, const FieldPath& field,
                     model::Violations* violations);
void CheckRateOfType(const v1::Rate& rate, const TypeFacts& facts, const FieldPath& field,
                     model::Violations* violations);

// Whether an existing name is a type; adds it to `missing` otherwise. A name that is no type name is left to the
// checks.
std::optional<TypeFacts> CheckTypeExists(Lookup& lookup, std::string_view name, std::string_view within,
                                         const FieldPath& field, Findings* findings);
bool CheckExists(Lookup& lookup, model::ResourceType type, std::string_view name, std::string_view within,
                 const FieldPath& field, Findings* findings);

}  // namespace bulian::resource

#endif  // SERVICES_RESOURCE_TYPE_FACTS_H_
