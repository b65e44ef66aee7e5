// Tables for people, rows for programs: one table, printed aligned (wide Chinese characters count two columns), or as
// CSV that spreadsheet programs open with Chinese intact (UTF-8 with byte-order mark, CRLF, RFC 4180 quoting).
#ifndef TOOLS_CLI_TABLE_H_
#define TOOLS_CLI_TABLE_H_

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace bulian::cli {

// Columns of a terminal a UTF-8 text takes: 2 for East Asian wide characters, 0 for combining marks.
int DisplayWidth(std::string_view text);

class Table {
 public:
  // A column whose header starts with `>` is aligned right.
  explicit Table(std::vector<std::string> headers);
  // Missing cells are empty; line breaks and control characters become spaces.
  void AddRow(std::vector<std::string> cells);
  std::size_t size() const { return rows_.size(); }

  // Aligned by spaces; cells longer than `max_cell` columns are cut with an ellipsis (0: never).
  void PrintAligned(std::ostream& out, int max_cell = 60) const;
  // A cell that a spreadsheet would take for a formula gets an apostrophe in front.
  void PrintCsv(std::ostream& out) const;

 private:
  std::vector<std::string> headers_;
  std::vector<bool> right_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace bulian::cli

#endif  // TOOLS_CLI_TABLE_H_
