#include "tools/cli/record_source.h"

#include <google/protobuf/util/json_util.h>

#include <fstream>
#include <iostream>

#include "tools/cli/csv.h"

namespace bulian::cli {
namespace {

class JsonLines final : public RecordSource {
 public:
  JsonLines(std::string file, std::unique_ptr<std::istream> in, std::int64_t size)
      : file_(std::move(file)), in_(std::move(in)), size_(size) {}

  Result Next(v1::ImportRecord* record, Place* place, std::string* error) override {
    for (std::string text; std::getline(*in_, text);) {
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
  std::unique_ptr<std::istream> in_;
  const std::int64_t size_;
  int line_ = 0;
  std::int64_t read_ = 0;
};

// 0 of what has no size, such as a pipe, which is left as it is.
std::int64_t SizeOf(std::istream& in) {
  in.seekg(0, std::ios::end);
  const std::int64_t size = in ? static_cast<std::int64_t>(in.tellg()) : 0;
  in.clear();
  if (size > 0) in.seekg(0);
  return size;
}

}  // namespace

std::optional<std::string> ReadText(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in && file != "-") return std::nullopt;
  std::istream& from = file == "-" ? std::cin : in;
  return std::string(std::istreambuf_iterator<char>(from), {});
}

std::unique_ptr<RecordSource> JsonRecords(const std::string& file, std::unique_ptr<std::istream> text,
                                          std::int64_t size) {
  return std::make_unique<JsonLines>(file, std::move(text), size);
}

absl::StatusOr<std::unique_ptr<RecordSource>> OpenRecords(const std::string& file, const std::string& cluster) {
  if (file == "-") return JsonRecords("standard input", std::make_unique<std::istream>(std::cin.rdbuf()), 0);
  auto opened = std::make_unique<std::ifstream>(file, std::ios::binary);
  if (!*opened || opened->peek() == std::ifstream::traits_type::eof())
    return absl::NotFoundError(*opened || opened->eof() ? "the file is empty" : "the file cannot be read");
  if (file.size() < 4 || file.compare(file.size() - 4, 4, ".csv") != 0) {
    const std::int64_t size = SizeOf(*opened);
    return JsonRecords(file, std::move(opened), size);
  }
  if (cluster.empty()) return absl::InvalidArgumentError("a CSV file needs --cluster");
  std::string bytes((std::istreambuf_iterator<char>(*opened)), std::istreambuf_iterator<char>());
  auto text = ToUtf8(std::move(bytes));
  if (!text.ok()) return text.status();
  return CsvRecords(file, *text, cluster);
}

}  // namespace bulian::cli
