#include "services/model/csv_rows.h"

#include <utility>

#include "services/model/error.h"
#include "services/model/text_folding.h"

namespace bulian::model {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool AtEnd() const { return at_ == text_.size(); }

  // False if a quote is not closed.
  bool ReadRow(CsvRow* row) {
    *row = CsvRow{line_, {""}};
    while (!AtEnd()) {
      const char c = Take();
      if (c == '"' && row->fields.back().empty()) {
        if (!ReadQuoted(&row->fields.back())) return false;
      } else if (c == ',') {
        row->fields.emplace_back();
      } else if (c == '\n') {
        return true;
      } else if (c != '\r' || AtEnd() || text_[at_] != '\n') {
        row->fields.back().push_back(c);
      }
    }
    return true;
  }

 private:
  char Take() {
    const char c = text_[at_++];
    if (c == '\n') ++line_;
    return c;
  }

  bool ReadQuoted(std::string* field) {
    while (!AtEnd()) {
      const char c = Take();
      if (c != '"') {
        field->push_back(c);
      } else if (!AtEnd() && text_[at_] == '"') {
        field->push_back(Take());
      } else {
        return true;
      }
    }
    return false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int line_ = 1;
};

std::string LineField(int line) { return "line " + std::to_string(line); }

std::string Joined(const std::vector<std::string>& columns) {
  std::string joined;
  for (const std::string& column : columns) joined += (joined.empty() ? "" : ",") + column;
  return joined;
}

}  // namespace

absl::StatusOr<std::vector<CsvRow>> ParseCsv(std::string_view text, const std::vector<std::string>& columns) {
  Violations violations;
  if (!IsValidUtf8(text)) {
    violations.Add("text", "must be UTF-8");
    return violations.ToStatus();
  }
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  Reader reader(text);
  std::vector<CsvRow> rows;
  bool header_read = false;
  while (!reader.AtEnd()) {
    CsvRow row;
    if (!reader.ReadRow(&row)) {
      violations.Add(LineField(row.line), "a quote is not closed");
    } else if (row.fields.size() == 1 && row.fields[0].empty()) {
      continue;
    } else if (!std::exchange(header_read, true)) {
      if (row.fields != columns) violations.Add(LineField(row.line), "the header must be " + Joined(columns));
    } else if (row.fields.size() != columns.size()) {
      violations.Add(LineField(row.line), "must have " + std::to_string(columns.size()) + " fields");
    } else {
      rows.push_back(std::move(row));
    }
  }
  if (!header_read) violations.Add("line 1", "the header must be " + Joined(columns));
  if (!violations.empty()) return violations.ToStatus();
  return rows;
}

}  // namespace bulian::model
