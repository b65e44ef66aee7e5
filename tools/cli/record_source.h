// Records of import files, one after the other, with the place each came from.
#ifndef TOOLS_CLI_RECORD_SOURCE_H_
#define TOOLS_CLI_RECORD_SOURCE_H_

#include <cstdint>
#include <istream>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "bulian/v1/exchange.pb.h"

namespace bulian::cli {

struct Place {
  std::string file;
  int line = 0;
};

class RecordSource {
 public:
  virtual ~RecordSource() = default;
  enum class Result { kRecord, kBroken, kEnd };
  // The next record with its place; kBroken: the line cannot be read, `error` says why, the rest goes on.
  virtual Result Next(v1::ImportRecord* record, Place* place, std::string* error) = 0;
  // Part of the input read, 0 to 1; negative: not known.
  virtual double Progress() const = 0;
};

// All of a file (`-`: standard input); nullopt if it cannot be read.
std::optional<std::string> ReadText(const std::string& file);

// Opens `file` (`-`: standard input, JSONL). A name that ends in `.csv` is read as CSV of `cluster`, everything else as
// JSONL. INVALID_ARGUMENT for a CSV without a column it needs; NOT_FOUND if it cannot be read.
absl::StatusOr<std::unique_ptr<RecordSource>> OpenRecords(const std::string& file, const std::string& cluster);

// A JSONL text of `size` bytes (0: not known), a record a line; empty lines and a byte order mark are passed over.
std::unique_ptr<RecordSource> JsonRecords(const std::string& file, std::unique_ptr<std::istream> text,
                                          std::int64_t size);

// A CSV file's text as records of `cluster` (`clusters/beibei`); header names in English or Chinese (docs/format.md).
absl::StatusOr<std::unique_ptr<RecordSource>> CsvRecords(const std::string& file, const std::string& text,
                                                         const std::string& cluster);

}  // namespace bulian::cli

#endif  // TOOLS_CLI_RECORD_SOURCE_H_
