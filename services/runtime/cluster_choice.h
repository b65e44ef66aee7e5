// The option `clusters`: which clusters a process holds.
#ifndef SERVICES_RUNTIME_CLUSTER_CHOICE_H_
#define SERVICES_RUNTIME_CLUSTER_CHOICE_H_

#include <string_view>

#include "services/model/error.h"
#include "services/store/log_selection.h"

namespace bulian::runtime {

// Reads `a,b`, or `all-but:a,b` for all others; empty: all. Adds a mistake of `clusters` for each id that is none or
// comes twice; what is left is read all the same.
store::LogSelection ReadClusterChoice(std::string_view text, model::Violations* mistakes);

}  // namespace bulian::runtime

#endif  // SERVICES_RUNTIME_CLUSTER_CHOICE_H_
