#include "services/match/potential_data.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "bulian/v1/capability.pb.h"
#include "bulian/v1/enterprise.pb.h"
#include "services/match/text_grams.h"
#include "services/model/industry.h"

namespace bulian::match {
namespace {

using model::ResourceType;
using model::Row;
using Cells = std::vector<SparseRows::Cell>;

constexpr std::size_t kMostTypeGrams = 256, kMostOwnGrams = 512, kMostLabels = 24;

// FNV-1a.
std::uint64_t KeyOf(std::string_view name) {
  std::uint64_t key = 14695981039346656037U;
  for (const char c : name) key = (key ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return key;
}

// Numbers for strings in the order in which they first appear.
class Words {
 public:
  std::uint32_t Of(const std::string& word) {
    return numbers_.try_emplace(word, static_cast<std::uint32_t>(numbers_.size())).first->second;
  }
  std::size_t size() const { return numbers_.size(); }
  std::vector<std::string> Names() const {
    std::vector<std::string> names(numbers_.size());
    for (const auto& [name, number] : numbers_) names[number] = name;
    return names;
  }

 private:
  std::unordered_map<std::string, std::uint32_t> numbers_;
};

class Reader {
 public:
  Reader(const model::Snapshot& snapshot, const StopToken& stop) : snapshot_(snapshot), stop_(stop) {}

  PotentialData Read() {
    Number(ResourceType::kCapabilityType, &data_.types, &data_.type_of_row);
    Number(ResourceType::kEnterprise, &data_.companies, &data_.company_of_row);
    for (const Row row : data_.types) {
      if (Stopped()) return std::move(data_);
      AddType(row);
    }
    for (const Row row : data_.companies) {
      data_.company_keys.push_back(KeyOf(snapshot_.RelativeName(ResourceType::kEnterprise, row)));
      if (Stopped()) return std::move(data_);
      AddCompany(row);
    }
    data_.outcomes = ReadOutcomes(snapshot_, data_.company_of_row, data_.type_of_row, data_.types.size());
    data_.gram_count = grams_.size();
    data_.grams = grams_.Names();
    data_.end_count = ends_.size();
    data_.run_count = runs_.size();
    data_.facet_names = facets_.Names();
    return std::move(data_);
  }

 private:
  bool Stopped() { return (++visited_ & 255) == 0 && stop_ && stop_(); }

  void Number(ResourceType type, std::vector<Row>* rows, std::vector<std::uint32_t>* index) {
    index->assign(snapshot_.RowLimit(type), kNoIndex);
    snapshot_.VisitByName(type, "", "", [&](Row row) {
      if (type == ResourceType::kEnterprise) {
        const auto kind = snapshot_.EnterpriseKind(row);
        if (kind == v1::Enterprise::ALLIANCE) return true;
      }
      (*index)[row] = static_cast<std::uint32_t>(rows->size());
      rows->push_back(row);
      return true;
    });
  }

  void AddGrams(std::string_view text, std::size_t most, Cells* cells) {
    if (cells->size() >= most) return;
    for (const std::string& gram : GramsOf(text, most - cells->size())) cells->push_back({grams_.Of(gram), 1});
  }
  void AddGrams(const v1::LocalizedText& text, std::size_t most, Cells* cells) {
    AddGrams(text.zh(), most, cells);
    AddGrams(text.en(), most, cells);
  }

  std::uint32_t TypeOf(std::string_view name) const {
    const Row row = snapshot_.Find(ResourceType::kCapabilityType, name);
    return row == model::kNoRow ? kNoIndex : data_.type_of_row[row];
  }

  void AddType(Row row) {
    v1::CapabilityType type;
    snapshot_.Read(ResourceType::kCapabilityType, row, &type);
    Cells grams, ends, runs, parents, inputs;
    AddGrams(type.display_name(), kMostTypeGrams, &grams);
    for (const std::string& alias : type.aliases()) AddGrams(alias, kMostTypeGrams, &grams);
    AddGrams(type.description(), kMostTypeGrams, &grams);
    for (const std::string_view text :
         {std::string_view(type.display_name().zh()), std::string_view(type.display_name().en())}) {
      for (const std::string& end : EndsOf(text)) ends.push_back({ends_.Of(end), 1});
      for (const std::string& run : RunsOf(text)) runs.push_back({runs_.Of(run), 1});
    }
    const std::uint32_t own = data_.type_of_row[row];
    for (const std::string& parent : type.parents()) {
      if (const std::uint32_t index = TypeOf(parent); index != kNoIndex) parents.push_back({index, 1});
    }
    for (const v1::TypicalInput& input : type.typical_inputs()) {
      const std::uint32_t index = TypeOf(input.capability_type());
      if (index != kNoIndex && index != own) inputs.push_back({index, 1});
    }
    data_.type_text.Append(std::move(grams));
    data_.type_ends.Append(std::move(ends));
    data_.type_runs.Append(std::move(runs));
    AppendOnes(std::move(parents), &data_.parents);
    AppendOnes(std::move(inputs), &data_.inputs);
  }

  static void AppendOnes(Cells cells, SparseRows* rows) {
    const auto before = [](const SparseRows::Cell& a, const SparseRows::Cell& b) { return a.column < b.column; };
    const auto same = [](const SparseRows::Cell& a, const SparseRows::Cell& b) { return a.column == b.column; };
    std::sort(cells.begin(), cells.end(), before);
    cells.erase(std::unique(cells.begin(), cells.end(), same), cells.end());
    rows->Append(std::move(cells));
  }

  void AddFacets(const v1::Enterprise& enterprise, Row row, Cells* facets) {
    const auto add = [&](std::string_view kind, std::string_view value) {
      facets->push_back({facets_.Of(std::string(kind) + std::string(value)), 1});
    };
    for (const std::string& written : enterprise.industry_codes()) {
      const std::string code = model::NormalizeIndustryCode(written);
      if (const char section = model::SectionOfIndustry(code); section != 0)
        add("industry ", std::string_view(&section, 1));
      for (std::size_t digits = 2; digits <= code.size(); ++digits) add("industry ", code.substr(0, digits));
    }
    for (const std::string& qualification : enterprise.qualifications()) add("qualification ", qualification);
    std::vector<std::pair<std::string, std::string>> notes(enterprise.annotations().begin(),
                                                           enterprise.annotations().end());
    std::sort(notes.begin(), notes.end());
    for (const auto& [key, value] : notes) {
      for (const std::string& label : LabelsOf(value, kMostLabels)) add(key + " ", label);
    }
    for (const std::string& label : LabelsOf(enterprise.description().zh(), kMostLabels)) add("", label);
    for (const std::string& label : LabelsOf(enterprise.description().en(), kMostLabels)) add("", label);
    if (const std::uint32_t region = snapshot_.SeatRegion(row); region != 0)
      add("province ", std::to_string(region / 10000));
  }

  void AddCompany(Row row) {
    v1::Enterprise enterprise;
    snapshot_.Read(ResourceType::kEnterprise, row, &enterprise);
    Cells grams, labels, facets, makes, sells, trades;
    AddGrams(enterprise.display_name(), kMostOwnGrams, &grams);
    for (const std::string& alias : enterprise.aliases()) AddGrams(alias, kMostOwnGrams, &grams);
    for (const std::string& former : enterprise.former_names()) AddGrams(former, kMostOwnGrams, &grams);
    AddGrams(enterprise.description(), kMostOwnGrams, &labels);
    std::vector<std::pair<std::string, std::string>> notes(enterprise.annotations().begin(),
                                                           enterprise.annotations().end());
    std::sort(notes.begin(), notes.end());
    for (const auto& [key, value] : notes) AddGrams(value, kMostOwnGrams, &labels);
    AddFacets(enterprise, row, &facets);
    const auto add_type = [&](Row type, Cells* cells) {
      if (type != model::kNoRow && data_.type_of_row[type] != kNoIndex) cells->push_back({data_.type_of_row[type], 1});
    };
    const auto add_company = [&](Row other) {
      if (other != model::kNoRow && other != row && data_.company_of_row[other] != kNoIndex) {
        trades.push_back({data_.company_of_row[other], 1});
      }
    };
    snapshot_.OffersOfEnterprise(row).ForEach([&](Row offer) { add_type(snapshot_.offer(offer)->type, &makes); });
    snapshot_.LinksOfSupplier(row).ForEach([&](Row link) {
      add_type(snapshot_.link(link).type, &sells);
      add_company(snapshot_.link(link).buyer);
    });
    snapshot_.LinksOfBuyer(row).ForEach([&](Row link) { add_company(snapshot_.link(link).supplier); });
    data_.own_text.Append(std::move(grams));
    data_.label_text.Append(std::move(labels));
    AppendOnes(std::move(facets), &data_.facets);
    AppendOnes(std::move(makes), &data_.makes);
    AppendOnes(std::move(sells), &data_.sells);
    AppendOnes(std::move(trades), &data_.trades);
  }

  const model::Snapshot& snapshot_;
  const StopToken& stop_;
  PotentialData data_;
  Words grams_, ends_, runs_, facets_;
  std::size_t visited_ = 0;
};

}  // namespace

PotentialData ReadPotentialData(const model::Snapshot& snapshot, const StopToken& stop) {
  return Reader(snapshot, stop).Read();
}

}  // namespace bulian::match
