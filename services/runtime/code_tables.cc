#include "services/runtime/code_tables.h"

#include <fstream>
#include <iterator>
#include <string>

#include "google/rpc/error_details.pb.h"
#include "services/model/error.h"

namespace bulian::runtime {
namespace {

void AddMistakes(const std::string& path, const absl::Status& status, model::Violations* mistakes) {
  google::rpc::BadRequest bad;
  const auto payload = status.GetPayload("type.googleapis.com/" + bad.GetDescriptor()->full_name());
  if (!payload || !bad.ParseFromString(std::string(*payload))) {
    mistakes->Add(path, std::string(status.message()));
    return;
  }
  for (const auto& violation : bad.field_violations())
    mistakes->Add(path + ": " + violation.field(), violation.description());
}

template <class Table>
void Load(const std::string& path, absl::StatusOr<Table> (*parse)(std::string_view), std::optional<Table>* table,
          model::Violations* mistakes) {
  if (path.empty()) return;
  std::ifstream file(path, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  if (!file || file.bad()) return mistakes->Add(path, "cannot be read");
  auto parsed = parse(text);
  if (!parsed.ok()) return AddMistakes(path, parsed.status(), mistakes);
  *table = *std::move(parsed);
}

}  // namespace

absl::StatusOr<resource::CodeTables> LoadCodeTables(const Config& config) {
  resource::CodeTables tables;
  model::Violations mistakes;
  Load(config.region_names, model::RegionTable::FromCsv, &tables.regions, &mistakes);
  Load(config.industry_codes, model::IndustryTable::FromCsv, &tables.industries, &mistakes);
  if (!mistakes.empty()) return mistakes.ToStatus();
  return tables;
}

}  // namespace bulian::runtime
