// Rules of a requirement, as a segment and as a match states it. Pure, thread-safe.
#ifndef SERVICES_CHAIN_REQUIREMENT_RULES_H_
#define SERVICES_CHAIN_REQUIREMENT_RULES_H_

#include <string_view>

#include "bulian/v1/chain.pb.h"
#include "services/model/error.h"
#include "services/resource/field_path.h"

namespace bulian::chain {

void NormaliseRequirement(v1::Requirement* requirement);

// Everything wrong with it by itself. `within` is any name in the cluster.
void CheckRequirement(const v1::Requirement& requirement, std::string_view within, const resource::FieldPath& field,
                      model::Violations* violations);

}  // namespace bulian::chain

#endif  // SERVICES_CHAIN_REQUIREMENT_RULES_H_
