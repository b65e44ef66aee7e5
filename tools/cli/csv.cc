#include "tools/cli/csv.h"

#include <unicode/ucnv.h>
#include <unicode/unistr.h>

#include <memory>

namespace bulian::cli {
namespace {

// Strict conversion from `charset`; nullopt-like empty pointer status on the first broken byte.
absl::StatusOr<std::string> Convert(const std::string& bytes, const char* charset) {
  UErrorCode error = U_ZERO_ERROR;
  std::unique_ptr<UConverter, decltype(&ucnv_close)> converter(ucnv_open(charset, &error), ucnv_close);
  if (U_FAILURE(error)) return absl::InternalError("no converter");
  ucnv_setToUCallBack(converter.get(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &error);
  icu::UnicodeString text;
  const int32_t capacity = static_cast<int32_t>(bytes.size()) + 1;
  UChar* buffer = text.getBuffer(capacity);
  if (buffer == nullptr) return absl::ResourceExhaustedError("file too large");
  const int32_t length =
      ucnv_toUChars(converter.get(), buffer, capacity, bytes.data(), static_cast<int32_t>(bytes.size()), &error);
  text.releaseBuffer(U_SUCCESS(error) ? length : 0);
  if (U_FAILURE(error)) return absl::InvalidArgumentError("broken bytes");
  std::string utf8;
  text.toUTF8String(utf8);
  return utf8;
}

std::string Trim(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return "";
  return std::string(text.substr(begin, text.find_last_not_of(" \t") - begin + 1));
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  std::vector<CsvRow> Rows() {
    while (i_ < text_.size()) Row();
    return std::move(rows_);
  }

 private:
  void Row() {
    CsvRow row{line_, {}, ""};
    do row.cells.push_back(Cell(row));
    while (row.error.empty() && i_ < text_.size() && text_[i_] == ',' && ++i_ > 0);
    EndLine();
    const bool blank = row.cells.size() == 1 && row.cells[0].empty() && row.error.empty();
    if (!blank) rows_.push_back(std::move(row));
  }

  std::string Cell(CsvRow& row) {
    std::size_t start = i_;
    while (start < text_.size() && (text_[start] == ' ' || text_[start] == '\t')) ++start;
    if (start < text_.size() && text_[start] == '"') {
      i_ = start + 1;
      return Quoted(row);
    }
    const std::size_t end = std::min(text_.find_first_of(",\r\n", i_), text_.size());
    const std::string_view cell = text_.substr(i_, end - i_);
    i_ = end;
    return Trim(cell);
  }

  std::string Quoted(CsvRow& row) {
    std::string cell;
    for (; i_ < text_.size(); ++i_) {
      if (text_[i_] == '\n') ++line_;
      if (text_[i_] != '"') {
        cell += text_[i_];
      } else if (i_ + 1 < text_.size() && text_[i_ + 1] == '"') {
        cell += text_[i_++];
      } else {
        ++i_;
        const std::size_t end = std::min(text_.find_first_of(",\r\n", i_), text_.size());
        if (!Trim(text_.substr(i_, end - i_)).empty()) row.error = "text after a closing quote";
        i_ = end;
        return cell;
      }
    }
    row.error = "a quote that never ends";
    return cell;
  }

  void EndLine() {
    i_ = std::min(text_.find_first_of("\r\n", i_), text_.size());
    if (i_ < text_.size() && text_[i_] == '\r') ++i_;
    if (i_ < text_.size() && text_[i_] == '\n') ++i_;
    ++line_;
  }

  std::string_view text_;
  std::size_t i_ = 0;
  int line_ = 1;
  std::vector<CsvRow> rows_;
};

}  // namespace

absl::StatusOr<std::string> ToUtf8(std::string bytes) {
  if (bytes.rfind("\xEF\xBB\xBF", 0) == 0) bytes.erase(0, 3);
  if (bytes.size() > (std::size_t{1} << 30)) return absl::InvalidArgumentError("a CSV file may have at most 1 GiB");
  if (auto utf8 = Convert(bytes, "UTF-8"); utf8.ok()) return bytes;
  if (auto gb = Convert(bytes, "gb18030"); gb.ok()) return gb;
  return absl::InvalidArgumentError("the file is neither UTF-8 nor GB18030");
}

std::vector<CsvRow> ParseCsv(std::string_view text) { return Parser(text).Rows(); }

}  // namespace bulian::cli
