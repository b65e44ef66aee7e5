// Reading CSV files of partners: RFC 4180 with a header line, UTF-8 with or without byte-order mark, or GB18030.
#ifndef TOOLS_CLI_CSV_H_
#define TOOLS_CLI_CSV_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace bulian::cli {

// UTF-8 of a whole file: the byte-order mark is dropped; bytes that are no UTF-8 are read as GB18030.
// INVALID_ARGUMENT when they are neither.
absl::StatusOr<std::string> ToUtf8(std::string bytes);

struct CsvRow {
  int line = 0;  // of the file, from 1, where the row starts
  std::vector<std::string> cells;
  std::string error;  // not empty: the row is broken (a quote that never ends)
};

// All rows; blank lines are left out. Cells are trimmed of surrounding white space unless quoted.
std::vector<CsvRow> ParseCsv(std::string_view text);

}  // namespace bulian::cli

#endif  // TOOLS_CLI_CSV_H_
