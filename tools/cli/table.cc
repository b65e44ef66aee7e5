#include "tools/cli/table.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdlib>

namespace bulian::cli {
namespace {

// The code point at `i`, which moves past it; a broken byte counts as U+FFFD.
UChar32 Next(std::string_view text, int32_t& i) {
  UChar32 c;
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  U8_NEXT_OR_FFFD(bytes, i, static_cast<int32_t>(text.size()), c);
  return c;
}

int WidthOf(UChar32 c) {
  const int type = u_charType(c);
  if (type == U_NON_SPACING_MARK || type == U_ENCLOSING_MARK || type == U_FORMAT_CHAR) return 0;
  const int width = u_getIntPropertyValue(c, UCHAR_EAST_ASIAN_WIDTH);
  return width == U_EA_WIDE || width == U_EA_FULLWIDTH ? 2 : 1;
}

std::string Cut(const std::string& text, int columns) {
  if (columns <= 0 || DisplayWidth(text) <= columns) return text;
  int32_t i = 0;
  for (int width = 0;;) {
    int32_t next = i;
    width += WidthOf(Next(text, next));
    if (width > columns - 1) return text.substr(0, static_cast<std::size_t>(i)) + "…";
    i = next;
  }
}

bool LooksLikeFormula(const std::string& cell) {
  if (cell.empty() || std::string_view("=+-@").find(cell[0]) == std::string_view::npos) return false;
  char* end = nullptr;
  std::strtod(cell.c_str(), &end);
  return *end != '\0';
}

std::string CsvCell(const std::string& cell) {
  const std::string text = LooksLikeFormula(cell) ? "'" + cell : cell;
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

void PrintCsvRow(std::ostream& out, const std::vector<std::string>& cells) {
  for (std::size_t i = 0; i < cells.size(); ++i) out << (i ? "," : "") << CsvCell(cells[i]);
  out << "\r\n";
}

}  // namespace

int DisplayWidth(std::string_view text) {
  int width = 0;
  for (int32_t i = 0; i < static_cast<int32_t>(text.size());) width += WidthOf(Next(text, i));
  return width;
}

Table::Table(std::vector<std::string> headers) : headers_(std::move(headers)) {
  for (std::string& header : headers_) {
    right_.push_back(!header.empty() && header[0] == '>');
    if (right_.back()) header.erase(0, 1);
  }
}

void Table::AddRow(std::vector<std::string> cells) {
  cells.resize(headers_.size());
  for (std::string& cell : cells)
    for (char& c : cell)
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  rows_.push_back(std::move(cells));
}

void Table::PrintAligned(std::ostream& out, int max_cell) const {
  std::vector<std::vector<std::string>> lines = {headers_};
  for (const auto& row : rows_) {
    lines.emplace_back();
    for (const std::string& cell : row) lines.back().push_back(Cut(cell, max_cell));
  }
  std::vector<int> widths(headers_.size(), 0);
  for (const auto& line : lines)
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], DisplayWidth(line[i]));
  for (const auto& line : lines) {
    std::string text;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const std::string pad(static_cast<std::size_t>(widths[i] - DisplayWidth(line[i])), ' ');
      if (i) text += "  ";
      text += right_[i] ? pad + line[i] : line[i] + pad;
    }
    text.erase(text.find_last_not_of(' ') + 1);
    out << text << '\n';
  }
}

void Table::PrintCsv(std::ostream& out) const {
  out << "\xEF\xBB\xBF";
  PrintCsvRow(out, headers_);
  for (const auto& row : rows_) PrintCsvRow(out, row);
}

}  // namespace bulian::cli
