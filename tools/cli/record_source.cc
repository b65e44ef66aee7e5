#include "tools/cli/record_source.h"

#include <google/protobuf/util/json_util.h>

#include <fstream>
#include <iostream>

#include "tools/cli/csv.h"

namespace bulian::cli {
namespace {

class JsonLines final : public RecordSource {
 public:
  JsonLines(std::string file, std::unique_ptr<std::ifstream> opened)
      : file_(std::move(file)), opened_(std::move(opened)) {
    if (opened_) {
      opened_->seekg(0, std::ios::end);
      size_ = opened_->tellg();
      opened_->seekg(0);
    }
  }

  Result Next(v1::ImportRecord* record, Place* place, std::string* error) override {
    std::istream& in = opened_ ? *opened_ : std::cin;
    for (std::string text; std::getline(in, text);) {
      ++line_;
      read_ += static_cast<std::int64_t>(text.size()) + 1;
      if (line_ == 1 && text.rfind("\xEF\xBB\xBF", 0) == 0) text.erase(0, 3);
      if (text.find_first_not_of(" \t\r") == std::string::npos) continue;
      *place = {file_, line_};
      record->Clear();
      const auto parsed = google::protobuf::util::JsonStringToMessage(text, record);
      if (parsed.ok() && record->resource_case() != v1::ImportRecord::RESOURCE_NOT_SET) return Result::kRecord;
      *error = parsed.ok() ? "the line holds no resource" : parsed.message().ToString();
      return Result::kBroken;
    }
    return Result::kEnd;
  }

  double Progress() const override { return size_ > 0 ? static_cast<double>(read_) / static_cast<double>(size_) : -1; }

 private:
  std::string file_;
  std::unique_ptr<std::ifstream> opened_;
  int line_ = 0;
  std::int64_t read_ = 0, size_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<RecordSource>> OpenRecords(const std::string& file, const std::string& cluster) {
  if (file == "-") return std::make_unique<JsonLines>("standard input", nullptr);
  auto opened = std::make_unique<std::ifstream>(file, std::ios::binary);
  if (!*opened || opened->peek() == std::ifstream::traits_type::eof())
    return absl::NotFoundError(*opened || opened->eof() ? "the file is empty" : "the file cannot be read");
  if (file.size() < 4 || file.compare(file.size() - 4, 4, ".csv") != 0)
    return std::make_unique<JsonLines>(file, std::move(opened));
  if (cluster.empty()) return absl::InvalidArgumentError("a CSV file needs --cluster");
  std::string bytes((std::istreambuf_iterator<char>(*opened)), std::istreambuf_iterator<char>());
  auto text = ToUtf8(std::move(bytes));
  if (!text.ok()) return text.status();
  return CsvRecords(file, *text, cluster);
}

}  // namespace bulian::cli
