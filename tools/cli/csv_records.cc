// CSV rows as enterprises, capabilities and supply links.
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <map>
#include <optional>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "services/model/day.h"
#include "tools/cli/csv.h"
#include "tools/cli/record_source.h"

namespace bulian::cli {
namespace {

struct Column {
  std::string_view en, zh;
};

// The names a header may use; the English one is used in this file.
constexpr std::array<Column, 39> kColumns = {{
    {"id", "编号"},
    {"name_zh", "名称"},
    {"name_en", "英文名"},
    {"kind", "类型"},
    {"uscc", "统一社会信用代码"},
    {"lei", "法人机构识别编码"},
    {"region", "区域代码"},
    {"address", "地址"},
    {"industries", "行业代码"},
    {"qualifications", "资质"},
    {"aliases", "别名"},
    {"website", "网址"},
    {"enterprise", "企业"},
    {"type", "能力类型"},
    {"site", "场地"},
    {"level", "成熟度"},
    {"capacity", "产能"},
    {"unit", "单位"},
    {"period", "周期"},
    {"in_cluster_share", "本地占比"},
    {"free_share", "空闲占比"},
    {"outside_share", "外部占比"},
    {"lead_time_days", "交期天数"},
    {"stock", "库存"},
    {"recovery_time_days", "恢复天数"},
    {"certificates", "证书"},
    {"evidence", "证据"},
    {"verified_by", "核实方"},
    {"evidence_date", "证据日期"},
    {"source", "来源"},
    {"valid_from", "生效日期"},
    {"valid_until", "失效日期"},
    {"supplier", "供方"},
    {"buyer", "需方"},
    {"product_type", "产品类型"},
    {"year", "年份"},
    {"value", "金额"},
    {"currency", "币种"},
    {"volume", "数量"},
}};

// One row with its columns by name; collects what is wrong with it.
class Row {
 public:
  Row(const std::map<std::string, std::size_t>& columns, const CsvRow& row) : columns_(columns), row_(row) {}

  std::string Text(const std::string& column) const {
    const auto found = columns_.find(column);
    return found == columns_.end() || found->second >= row_.cells.size() ? "" : row_.cells[found->second];
  }

  // Cells with several words, parted by `;` or `；` or `|`.
  std::vector<std::string> Words(const std::string& column) const {
    std::string text = Text(column);
    for (std::size_t at; (at = text.find("；")) != std::string::npos;)
      text.replace(at, std::string_view("；").size(), ";");
    std::vector<std::string> words;
    for (std::size_t start = 0; start <= text.size();) {
      const std::size_t end = std::min(text.find_first_of(";|", start), text.size());
      std::string word = text.substr(start, end - start);
      word.erase(0, word.find_first_not_of(' '));
      if (!word.empty()) words.push_back(word);
      start = end + 1;
    }
    return words;
  }

  std::optional<double> Number(const std::string& column) {
    const std::string text = Text(column);
    if (text.empty()) return std::nullopt;
    char* end = nullptr;
    const double number = std::strtod(text.c_str(), &end);
    if (end == text.c_str() + text.size() && std::isfinite(number)) return number;
    Wrong(column, "is no number: " + text);
    return std::nullopt;
  }

  // A number whose whole part an int64 holds: a double next to 2^63 is too large already.
  std::optional<double> Amount(const std::string& column) {
    const auto number = Number(column);
    if (!number || std::abs(*number) < 0x1p63) return number;
    Wrong(column, "is too large: " + Text(column));
    return std::nullopt;
  }

  std::optional<std::int32_t> Whole(const std::string& column) {
    const auto number = Number(column);
    if (!number) return std::nullopt;
    if (std::abs(*number) <= std::numeric_limits<std::int32_t>::max() && *number == std::trunc(*number)) {
      return static_cast<std::int32_t>(*number);
    }
    Wrong(column, "is no whole number of usual size: " + Text(column));
    return std::nullopt;
  }

  std::optional<google::type::Date> Date(const std::string& column) {
    const std::string text = Text(column);
    if (text.empty()) return std::nullopt;
    if (const auto day = model::ParseDay(text)) return model::ToDate(*day);
    Wrong(column, "is no day as YYYY-MM-DD: " + text);
    return std::nullopt;
  }

  int Enum(const std::string& column, const google::protobuf::EnumDescriptor* type) {
    const std::string text = Text(column);
    if (text.empty()) return 0;
    if (const auto* value = type->FindValueByName(text)) return value->number();
    std::string known;
    for (int i = 1; i < type->value_count(); ++i) known += " " + type->value(i)->name();
    Wrong(column, "is " + text + ", known are:" + known);
    return 0;
  }

  const std::string& error() const { return error_; }

 private:
  void Wrong(const std::string& column, const std::string& what) {
    error_ += (error_.empty() ? "" : "; ") + ("column " + column) + " " + what;
  }

  const std::map<std::string, std::size_t>& columns_;
  const CsvRow& row_;
  std::string error_;
};

// An enterprise by id, USCC, `lei:` code or full name.
std::string EnterpriseReference(const std::string& text, const std::string& cluster) {
  if (text.empty() || text.rfind("clusters/", 0) == 0) return text;
  const bool is_uscc = text.size() == 18 && text.find_first_of("abcdefghijklmnopqrstuvwxyz-:") == std::string::npos;
  return cluster + "/enterprises/" + (is_uscc ? "uscc:" : "") + text;
}

std::string TypeReference(const std::string& text, const std::string& cluster) {
  return text.empty() || text.rfind("clusters/", 0) == 0 ? text : cluster + "/capabilityTypes/" + text;
}

void FillEvidence(Row& row, v1::Evidence* evidence) {
  evidence->set_state(static_cast<v1::Evidence::State>(row.Enum("evidence", v1::Evidence::State_descriptor())));
  evidence->set_verified_by(row.Text("verified_by"));
  evidence->set_source(row.Text("source"));
  if (const auto date = row.Date("evidence_date")) *evidence->mutable_date() = *date;
}

template <class Resource>
void FillValidity(Row& row, Resource* resource) {
  if (const auto date = row.Date("valid_from")) *resource->mutable_valid_from() = *date;
  if (const auto date = row.Date("valid_until")) *resource->mutable_valid_until() = *date;
}

void FillEnterprise(Row& row, const std::string& cluster, v1::Enterprise* e) {
  if (!row.Text("id").empty()) e->set_name(cluster + "/enterprises/" + row.Text("id"));
  e->mutable_display_name()->set_zh(row.Text("name_zh"));
  e->mutable_display_name()->set_en(row.Text("name_en"));
  e->set_kind(static_cast<v1::Enterprise::Kind>(row.Enum("kind", v1::Enterprise::Kind_descriptor())));
  e->set_uscc(row.Text("uscc"));
  e->set_lei(row.Text("lei"));
  e->set_website(row.Text("website"));
  for (auto& word : row.Words("industries")) e->add_industry_codes(word);
  for (auto& word : row.Words("qualifications")) e->add_qualifications(word);
  for (auto& word : row.Words("aliases")) e->add_aliases(word);
  if (!row.Text("region").empty() || !row.Text("address").empty()) {
    auto* site = e->add_sites();
    site->set_site_id("main");
    site->set_region_code(row.Text("region"));
    site->set_address(row.Text("address"));
  }
}

void FillCapability(Row& row, const std::string& cluster, v1::Capability* c) {
  c->set_name(EnterpriseReference(row.Text("enterprise"), cluster) + "/capabilities/" + row.Text("id"));
  c->set_capability_type(TypeReference(row.Text("type"), cluster));
  c->set_site(row.Text("site"));
  c->set_level(static_cast<v1::Level>(row.Enum("level", v1::Level_descriptor())));
  if (const auto total = row.Number("capacity")) {
    auto* rate = c->mutable_capacity()->mutable_total();
    rate->set_value(*total);
    rate->set_unit(row.Text("unit"));
    rate->set_period(static_cast<v1::Period>(row.Enum("period", v1::Period_descriptor())));
  }
  if (const auto share = row.Number("in_cluster_share")) c->mutable_capacity()->set_in_cluster_share(*share);
  if (const auto share = row.Number("free_share")) c->mutable_capacity()->set_free_share(*share);
  if (const auto share = row.Number("outside_share")) c->mutable_capacity()->set_outside_share(*share);
  if (const auto days = row.Number("lead_time_days")) c->set_lead_time_days(*days);
  if (const auto stock = row.Number("stock")) {
    c->mutable_stock()->set_value(*stock);
    c->mutable_stock()->set_unit(row.Text("unit"));
  }
  if (const auto days = row.Number("recovery_time_days")) c->set_recovery_time_days(*days);
  for (auto& word : row.Words("certificates")) c->add_certificates()->set_scheme(word);
  FillValidity(row, c);
  FillEvidence(row, c->mutable_evidence());
}

void FillSupplyLink(Row& row, const std::string& cluster, v1::SupplyLink* l) {
  l->set_name(cluster + "/supplyLinks/" + row.Text("id"));
  l->set_supplier(EnterpriseReference(row.Text("supplier"), cluster));
  l->set_buyer(EnterpriseReference(row.Text("buyer"), cluster));
  l->set_product_type(TypeReference(row.Text("product_type"), cluster));
  if (const auto year = row.Whole("year")) l->set_year(*year);
  if (const auto value = row.Amount("value")) {
    const double units = std::trunc(*value);
    l->mutable_value()->set_currency_code(row.Text("currency").empty() ? "CNY" : row.Text("currency"));
    l->mutable_value()->set_units(static_cast<std::int64_t>(units));
    l->mutable_value()->set_nanos(static_cast<std::int32_t>((*value - units) * 1e9));
  }
  if (const auto volume = row.Number("volume")) {
    l->mutable_volume()->set_value(*volume);
    l->mutable_volume()->set_unit(row.Text("unit"));
  }
  FillValidity(row, l);
  FillEvidence(row, l->mutable_evidence());
}

enum class Content { kEnterprises, kCapabilities, kSupplyLinks };

class CsvSource final : public RecordSource {
 public:
  CsvSource(std::string file, std::string cluster, std::map<std::string, std::size_t> columns, Content content,
            std::vector<CsvRow> rows)
      : file_(std::move(file)),
        cluster_(std::move(cluster)),
        columns_(std::move(columns)),
        content_(content),
        rows_(std::move(rows)) {}

  Result Next(v1::ImportRecord* record, Place* place, std::string* error) override {
    if (next_ >= rows_.size()) return Result::kEnd;
    const CsvRow& cells = rows_[next_++];
    *place = {file_, cells.line};
    *error = cells.error;
    if (!error->empty()) return Result::kBroken;
    Row row(columns_, cells);
    record->Clear();
    switch (content_) {
      case Content::kEnterprises:
        FillEnterprise(row, cluster_, record->mutable_enterprise());
        break;
      case Content::kCapabilities:
        FillCapability(row, cluster_, record->mutable_capability());
        break;
      case Content::kSupplyLinks:
        FillSupplyLink(row, cluster_, record->mutable_supply_link());
        break;
    }
    *error = row.error();
    return error->empty() ? Result::kRecord : Result::kBroken;
  }

  double Progress() const override { return static_cast<double>(next_) / static_cast<double>(rows_.size()); }

 private:
  std::string file_, cluster_;
  std::map<std::string, std::size_t> columns_;
  Content content_;
  std::vector<CsvRow> rows_;
  std::size_t next_ = 1;  // the header is row 0
};

std::string EnglishName(const std::string& header) {
  for (const Column& column : kColumns)
    if (header == column.en || header == column.zh) return std::string(column.en);
  return "";
}

}  // namespace

absl::StatusOr<std::unique_ptr<RecordSource>> CsvRecords(const std::string& file, const std::string& text,
                                                         const std::string& cluster) {
  std::vector<CsvRow> rows = ParseCsv(text);
  if (rows.empty()) return absl::InvalidArgumentError("the file has no header");
  std::map<std::string, std::size_t> columns;
  std::string unknown;
  for (std::size_t i = 0; i < rows[0].cells.size(); ++i) {
    const std::string name = EnglishName(rows[0].cells[i]);
    if (name.empty()) unknown += " " + rows[0].cells[i];
    if (!name.empty() && !columns.emplace(name, i).second)
      return absl::InvalidArgumentError("the column " + name + " stands twice");
  }
  if (!unknown.empty()) return absl::InvalidArgumentError("unknown columns:" + unknown);
  Content content = Content::kEnterprises;
  std::vector<std::string> needed = {"name_zh"};
  if (columns.count("supplier") || columns.count("buyer")) {
    content = Content::kSupplyLinks;
    needed = {"id", "supplier", "buyer", "product_type"};
  } else if (columns.count("enterprise") || columns.count("type")) {
    content = Content::kCapabilities;
    needed = {"enterprise", "id", "type"};
  } else if (!columns.count("id")) {
    needed.push_back("uscc");
  }
  std::string missing;
  for (const std::string& name : needed)
    if (!columns.count(name) && !(name == "name_zh" && columns.count("name_en"))) missing += " " + name;
  if (!missing.empty()) return absl::InvalidArgumentError("missing columns:" + missing);
  return std::make_unique<CsvSource>(file, cluster, std::move(columns), content, std::move(rows));
}

}  // namespace bulian::cli
