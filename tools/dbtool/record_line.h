// One stored record as a line of JSON. Pure functions, thread-safe.
#ifndef TOOLS_DBTOOL_RECORD_LINE_H_
#define TOOLS_DBTOOL_RECORD_LINE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "services/model/resource_name.h"

namespace bulian::dbtool {

struct StoredRecord {
  std::string_view log, name, value;
  std::int64_t revision = 0;
};

// The line `bulian import` reads (bulian.v1.ImportRecord in proto3 JSON); nullopt if the record is not of a known type
// or its bytes are no message of that type.
std::optional<std::string> ImportLine(const StoredRecord& record);

// {"log":...,"name":...,"revision":...,"value":"base64"}, for any record.
std::string RawLine(const StoredRecord& record);

}  // namespace bulian::dbtool

#endif  // TOOLS_DBTOOL_RECORD_LINE_H_
