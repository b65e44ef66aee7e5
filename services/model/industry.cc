#include "services/model/industry.h"

#include <algorithm>
#include <set>

#include "services/model/csv_rows.h"
#include "services/model/error.h"

namespace bulian::model {
namespace {

struct Section {
  char letter;
  int first, last;  // divisions
  std::string_view zh, en;
};
constexpr Section kSections[] = {
    {'A', 1, 5, "农、林、牧、渔业", "Agriculture, forestry, animal husbandry and fishery"},
    {'B', 6, 12, "采矿业", "Mining"},
    {'C', 13, 43, "制造业", "Manufacturing"},
    {'D', 44, 46, "电力、热力、燃气及水生产和供应业", "Production and supply of electricity, heat, gas and water"},
    {'E', 47, 50, "建筑业", "Construction"},
    {'F', 51, 52, "批发和零售业", "Wholesale and retail trade"},
    {'G', 53, 60, "交通运输、仓储和邮政业", "Transport, storage and post"},
    {'H', 61, 62, "住宿和餐饮业", "Accommodation and catering"},
    {'I', 63, 65, "信息传输、软件和信息技术服务业",
     "Information transmission, software and information technology services"},
    {'J', 66, 69, "金融业", "Finance"},
    {'K', 70, 70, "房地产业", "Real estate"},
    {'L', 71, 72, "租赁和商务服务业", "Leasing and business services"},
    {'M', 73, 75, "科学研究和技术服务业", "Scientific research and technical services"},
    {'N', 76, 79, "水利、环境和公共设施管理业", "Management of water, environment and public facilities"},
    {'O', 80, 82, "居民服务、修理和其他服务业", "Household services, repair and other services"},
    {'P', 83, 83, "教育", "Education"},
    {'Q', 84, 85, "卫生和社会工作", "Health and social work"},
    {'R', 86, 90, "文化、体育和娱乐业", "Culture, sports and entertainment"},
    {'S', 91, 96, "公共管理、社会保障和社会组织", "Public administration, social security and social organisations"},
    {'T', 97, 97, "国际组织", "International organisations"},
};

struct Division {
  std::string_view code, zh, en;
};
constexpr Division kManufacturing[] = {
    {"13", "农副食品加工业", "Processing of food from agricultural products"},
    {"14", "食品制造业", "Food"},
    {"15", "酒、饮料和精制茶制造业", "Liquor, beverages and refined tea"},
    {"16", "烟草制品业", "Tobacco"},
    {"17", "纺织业", "Textiles"},
    {"18", "纺织服装、服饰业", "Garments and accessories"},
    {"19", "皮革、毛皮、羽毛及其制品和制鞋业", "Leather, fur, feather and footwear"},
    {"20", "木材加工和木、竹、藤、棕、草制品业", "Wood, bamboo, rattan, palm and straw products"},
    {"21", "家具制造业", "Furniture"},
    {"22", "造纸和纸制品业", "Paper and paper products"},
    {"23", "印刷和记录媒介复制业", "Printing and reproduction of recorded media"},
    {"24", "文教、工美、体育和娱乐用品制造业", "Articles for culture, education, crafts, sports and entertainment"},
    {"25", "石油、煤炭及其他燃料加工业", "Processing of petroleum, coal and other fuels"},
    {"26", "化学原料和化学制品制造业", "Chemical materials and products"},
    {"27", "医药制造业", "Medicines"},
    {"28", "化学纤维制造业", "Chemical fibres"},
    {"29", "橡胶和塑料制品业", "Rubber and plastics"},
    {"30", "非金属矿物制品业", "Non-metallic mineral products"},
    {"31", "黑色金属冶炼和压延加工业", "Smelting and rolling of ferrous metals"},
    {"32", "有色金属冶炼和压延加工业", "Smelting and rolling of non-ferrous metals"},
    {"33", "金属制品业", "Metal products"},
    {"34", "通用设备制造业", "General-purpose machinery"},
    {"35", "专用设备制造业", "Special-purpose machinery"},
    {"36", "汽车制造业", "Motor vehicles"},
    {"37", "铁路、船舶、航空航天和其他运输设备制造业", "Railway, ship, aerospace and other transport equipment"},
    {"38", "电气机械和器材制造业", "Electrical machinery and equipment"},
    {"39", "计算机、通信和其他电子设备制造业", "Computers, communication and other electronic equipment"},
    {"40", "仪器仪表制造业", "Measuring instruments"},
    {"41", "其他制造业", "Other manufacturing"},
    {"42", "废弃资源综合利用业", "Use of waste resources"},
    {"43", "金属制品、机械和设备修理业", "Repair of metal products, machinery and equipment"},
};

constexpr std::size_t kDivisionDigits = 2, kClassDigits = 4;

bool IsLetter(char c) { return c >= 'A' && c <= 'Z'; }

const Section* FindSection(char letter) {
  const auto found =
      std::find_if(std::begin(kSections), std::end(kSections), [&](const Section& s) { return s.letter == letter; });
  return found == std::end(kSections) ? nullptr : found;
}

// Of two digits.
const Section* SectionOfDivision(std::string_view digits) {
  const int division = (digits[0] - '0') * 10 + (digits[1] - '0');
  const auto found = std::find_if(std::begin(kSections), std::end(kSections),
                                  [&](const Section& s) { return s.first <= division && division <= s.last; });
  return found == std::end(kSections) ? nullptr : found;
}

}  // namespace

std::string IndustryProblem(std::string_view code) {
  constexpr const char* kForm =
      "must be a section letter (A to T) or two to four digits, with or without the letter (GB/T 4754)";
  if (code.empty()) return kForm;
  const bool lettered = IsLetter(code[0]);
  const std::string_view digits = code.substr(lettered ? 1 : 0);
  if (lettered && FindSection(code[0]) == nullptr) return kForm;
  if (lettered && digits.empty()) return {};
  if (digits.size() < kDivisionDigits || digits.size() > kClassDigits ||
      !std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    return kForm;
  }
  const Section* const section = SectionOfDivision(digits);
  if (section == nullptr)
    return "there is no division " + std::string(digits.substr(0, kDivisionDigits)) + " (GB/T 4754)";
  if (lettered && section->letter != code[0]) {
    return "division " + std::string(digits.substr(0, kDivisionDigits)) + " is of section " + section->letter +
           ", not " + code[0];
  }
  return {};
}

std::string NormalizeIndustryCode(std::string_view code) {
  if (!IndustryProblem(code).empty()) return {};
  return std::string(code.size() > 1 && IsLetter(code[0]) ? code.substr(1) : code);
}

char SectionOfIndustry(std::string_view code) {
  const std::string normal = NormalizeIndustryCode(code);
  if (normal.empty()) return 0;
  return IsLetter(normal[0]) ? normal[0] : SectionOfDivision(normal)->letter;
}

bool IndustryContains(std::string_view outer, std::string_view inner) {
  const std::string wide = NormalizeIndustryCode(outer), narrow = NormalizeIndustryCode(inner);
  if (wide.empty() || narrow.empty()) return false;
  return IsLetter(wide[0]) ? SectionOfIndustry(narrow) == wide[0] : narrow.starts_with(wide);
}

const IndustryTable& IndustryTable::Embedded() {
  static const IndustryTable* const table = [] {
    auto* embedded = new IndustryTable;
    for (const Section& section : kSections) {
      embedded->names_.emplace(std::string(1, section.letter), Name{std::string(section.zh), std::string(section.en)});
    }
    for (const Division& division : kManufacturing) {
      embedded->names_.emplace(division.code, Name{std::string(division.zh), std::string(division.en)});
    }
    return embedded;
  }();
  return *table;
}

absl::StatusOr<IndustryTable> IndustryTable::FromCsv(std::string_view csv) {
  const auto rows = ParseCsv(csv, {"code", "name", "parent"});
  if (!rows.ok()) return rows.status();
  IndustryTable table = Embedded();
  table.full_ = true;
  Violations violations;
  std::set<std::string> seen;
  for (const CsvRow& row : *rows) {
    const std::string line = "line " + std::to_string(row.line);
    const std::string& code = row.fields[0];
    const std::string& parent = row.fields[2];
    if (const std::string problem = IndustryProblem(code); !problem.empty()) {
      violations.Add(line, "the code " + problem);
      continue;
    }
    const std::string normal = NormalizeIndustryCode(code);
    if (!seen.insert(normal).second) violations.Add(line, "the code " + normal + " is there twice");
    if (row.fields[1].empty()) violations.Add(line, "a name is required");
    if (!parent.empty() && (!IndustryContains(parent, code) || NormalizeIndustryCode(parent) == normal)) {
      violations.Add(line, "the parent " + parent + " does not contain " + code);
    }
    table.names_[normal].zh = row.fields[1];
  }
  if (!violations.empty()) return violations.ToStatus();
  return table;
}

const IndustryTable::Name* IndustryTable::Find(std::string_view code) const {
  const auto found = names_.find(NormalizeIndustryCode(code));
  return found == names_.end() ? nullptr : &found->second;
}

std::string IndustryTable::Problem(std::string_view code) const {
  const std::string problem = IndustryProblem(code);
  if (!problem.empty() || !full_ || Find(code) != nullptr) return problem;
  return "is not in the loaded list of industries (GB/T 4754)";
}

}  // namespace bulian::model
