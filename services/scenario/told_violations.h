// Errors of single writes as violations of the request that holds many. Pure function.
#ifndef SERVICES_SCENARIO_TOLD_VIOLATIONS_H_
#define SERVICES_SCENARIO_TOLD_VIOLATIONS_H_

#include <string_view>

#include "absl/status/status.h"
#include "services/model/error.h"

namespace bulian::scenario {

// Adds the violations a status tells; of a status without, one at `field` with its message and metadata (who holds the
// identifier, who names the resource). Nothing, if it is OK.
void TellViolations(const absl::Status& status, std::string_view field, model::Violations* violations);

}  // namespace bulian::scenario

#endif  // SERVICES_SCENARIO_TOLD_VIOLATIONS_H_
