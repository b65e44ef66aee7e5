// The files of codes an operator may give: `region-names` and `industry-codes`.
#ifndef SERVICES_RUNTIME_CODE_TABLES_H_
#define SERVICES_RUNTIME_CODE_TABLES_H_

#include "absl/status/statusor.h"
#include "services/resource/code_tables.h"
#include "services/runtime/config.h"

namespace bulian::runtime {

// Reads the files that are named; what is not named stays absent. INVALID_ARGUMENT/INVALID_FIELDS with every mistake of
// both files, each with the file and the line.
absl::StatusOr<resource::CodeTables> LoadCodeTables(const Config& config);

}  // namespace bulian::runtime

#endif  // SERVICES_RUNTIME_CODE_TABLES_H_
