// Rows of a small CSV text held in memory (RFC 4180): quotes, doubled quotes, line breaks within quotes, LF or CRLF, an
// optional byte order mark. For the code tables users supply. Pure, thread-safe.
#ifndef SERVICES_MODEL_CSV_ROWS_H_
#define SERVICES_MODEL_CSV_ROWS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace bulian::model {

struct CsvRow {
  int line = 0;  // of its first character, from 1
  std::vector<std::string> fields;
};

// The rows below the header, each with exactly as many fields as `columns`. INVALID_ARGUMENT / INVALID_FIELDS with
// every wrong line (`line 7`) if the header is not `columns`, a row has another number of fields, a quote is not
// closed, or the text is not UTF-8. Empty lines are skipped.
absl::StatusOr<std::vector<CsvRow>> ParseCsv(std::string_view text, const std::vector<std::string>& columns);

}  // namespace bulian::model

#endif  // SERVICES_MODEL_CSV_ROWS_H_
