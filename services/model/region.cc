#include "services/model/region.h"

#include <algorithm>
#include <set>
#include <utility>

#include "services/model/csv_rows.h"
#include "services/model/error.h"

namespace bulian::model {
namespace {

constexpr std::size_t kLength = 6, kProvinceDigits = 2, kPrefectureDigits = 4;

struct Province {
  std::string_view code, zh, en;
};
constexpr Province kProvinces[] = {
    {"110000", "北京市", "Beijing"},
    {"120000", "天津市", "Tianjin"},
    {"130000", "河北省", "Hebei"},
    {"140000", "山西省", "Shanxi"},
    {"150000", "内蒙古自治区", "Inner Mongolia"},
    {"210000", "辽宁省", "Liaoning"},
    {"220000", "吉林省", "Jilin"},
    {"230000", "黑龙江省", "Heilongjiang"},
    {"310000", "上海市", "Shanghai"},
    {"320000", "江苏省", "Jiangsu"},
    {"330000", "浙江省", "Zhejiang"},
    {"340000", "安徽省", "Anhui"},
    {"350000", "福建省", "Fujian"},
    {"360000", "江西省", "Jiangxi"},
    {"370000", "山东省", "Shandong"},
    {"410000", "河南省", "Henan"},
    {"420000", "湖北省", "Hubei"},
    {"430000", "湖南省", "Hunan"},
    {"440000", "广东省", "Guangdong"},
    {"450000", "广西壮族自治区", "Guangxi"},
    {"460000", "海南省", "Hainan"},
    {"500000", "重庆市", "Chongqing"},
    {"510000", "四川省", "Sichuan"},
    {"520000", "贵州省", "Guizhou"},
    {"530000", "云南省", "Yunnan"},
    {"540000", "西藏自治区", "Tibet"},
    {"610000", "陕西省", "Shaanxi"},
    {"620000", "甘肃省", "Gansu"},
    {"630000", "青海省", "Qinghai"},
    {"640000", "宁夏回族自治区", "Ningxia"},
    {"650000", "新疆维吾尔自治区", "Xinjiang"},
    {"710000", "台湾省", "Taiwan"},
    {"810000", "香港特别行政区", "Hong Kong"},
    {"820000", "澳门特别行政区", "Macao"},
};

bool IsProvince(std::string_view two_digits) {
  return std::any_of(std::begin(kProvinces), std::end(kProvinces),
                     [&](const Province& province) { return province.code.starts_with(two_digits); });
}

std::size_t SignificantDigits(std::string_view code) {
  switch (LevelOfRegion(code)) {
    case RegionLevel::kProvince:
      return kProvinceDigits;
    case RegionLevel::kPrefecture:
      return kPrefectureDigits;
    default:
      return kLength;
  }
}

}  // namespace

std::string RegionProblem(std::string_view code) {
  if (code.size() != kLength || !std::all_of(code.begin(), code.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    return "must be six digits (GB/T 2260)";
  }
  const std::string province(code.substr(0, kProvinceDigits));
  if (!IsProvince(province)) return "there is no province " + province + " (GB/T 2260)";
  const bool no_prefecture = code.substr(kProvinceDigits, 2) == "00";
  if (no_prefecture && code.substr(kPrefectureDigits) != "00") return "names a county without a prefecture (GB/T 2260)";
  return {};
}

RegionLevel LevelOfRegion(std::string_view code) {
  if (code.substr(kPrefectureDigits) != "00") return RegionLevel::kCounty;
  return code.substr(kProvinceDigits, 2) != "00" ? RegionLevel::kPrefecture : RegionLevel::kProvince;
}

bool RegionContains(std::string_view outer, std::string_view inner) {
  if (!RegionProblem(outer).empty() || !RegionProblem(inner).empty()) return false;
  return inner.starts_with(outer.substr(0, SignificantDigits(outer)));
}

const RegionTable& RegionTable::Provinces() {
  static const RegionTable* const table = [] {
    auto* provinces = new RegionTable;
    for (const Province& province : kProvinces) {
      provinces->names_.emplace(province.code, RegionName{std::string(province.zh), std::string(province.en)});
    }
    return provinces;
  }();
  return *table;
}

absl::StatusOr<RegionTable> RegionTable::FromCsv(std::string_view csv) {
  const auto rows = ParseCsv(csv, {"code", "name_zh", "name_en"});
  if (!rows.ok()) return rows.status();
  RegionTable table = Provinces();
  Violations violations;
  std::set<std::string_view> seen;
  for (const CsvRow& row : *rows) {
    const std::string line = "line " + std::to_string(row.line);
    const std::string& code = row.fields[0];
    if (const std::string problem = RegionProblem(code); !problem.empty()) violations.Add(line, "the code " + problem);
    if (!seen.insert(code).second) violations.Add(line, "the code " + code + " is there twice");
    if (row.fields[1].empty() && row.fields[2].empty()) violations.Add(line, "a name is required");
    table.names_[code] = RegionName{row.fields[1], row.fields[2]};
  }
  if (!violations.empty()) return violations.ToStatus();
  return table;
}

const RegionName* RegionTable::Find(std::string_view code) const {
  const auto found = names_.find(code);
  return found == names_.end() ? nullptr : &found->second;
}

}  // namespace bulian::model
