#include "services/match/potential_reasons.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bulian/v1/capability.pb.h"
#include "bulian/v1/enterprise.pb.h"
#include "services/model/record_fields.h"

namespace bulian::match {
namespace {

using Cell = SparseRows::Cell;
using model::ResourceType;

constexpr std::size_t kMostNamed = 3, kMostWords = 5;

constexpr std::array kOfWords = {kWords, kNames, kLabels, kTextCommon, kTextMiddle, kTextRare};
constexpr std::array kOfCapabilities = {kNearest,  kNear,     kNearShare, kPseudo, kEnds,      kRuns,
                                        kRunWords, kContains, kWithin,    kSense,  kSenseShare};
constexpr std::array kOfTogether = {kTogether,    kWalk,      kPairsMaker,    kPairsClosest,
                                    kPairsCommon, kPairsRare, kTogetherShare, kTogetherMost};
constexpr std::array kOfNeighbours = {kPseudoCommon, kPseudoMiddle,  kPseudoRare,        kMakerCommon,
                                      kMakerMiddle,  kMakerRare,     kMakerWords,        kPseudoWords,
                                      kClosestMaker, kClosestPseudo, kClosestMakerWords, kClosestPseudoWords,
                                      kPairsPseudo,  kPseudoWalk,    kSenseText,         kSensePairs};
constexpr std::array kOfIndustry = {kIndustryLift, kIndustryShare, kMakerIndustry};
constexpr std::array kOfTaxonomy = {kKin, kCousins, kInputs, kKinText, kKinPairs};
constexpr std::array kOfLinks = {kSells, kTrades, kPeers};
constexpr std::array kOfSize = {kSize};
constexpr std::array<std::span<const Signal>, 8> kGroups = {kOfCapabilities, kOfTogether, kOfNeighbours, kOfWords,
                                                            kOfIndustry,     kOfTaxonomy, kOfLinks,      kOfSize};

class Writer {
 public:
  Writer(const PotentialModel& model, const PotentialRanking& ranking, const model::Snapshot& snapshot,
         std::uint32_t company)
      : space_(model.space()),
        data_(model.data()),
        ranking_(ranking),
        evidence_(ranking.evidence()),
        snapshot_(snapshot),
        company_(company),
        weights_(ranking.WeightsOf(model, company, kGroups)) {}

  std::vector<v1::PotentialReason> Write() {
    Capabilities();
    Together();
    Neighbours();
    Words();
    Industry();
    Taxonomy();
    Links();
    const std::size_t made = space_.makes()[company_].size();
    Add("size", kOfSize, made > 0 ? "makes " + std::to_string(made) + " types" : "", {},
        "no capability of any type is stated");
    std::stable_sort(reasons_.begin(), reasons_.end(), [](const auto& a, const auto& b) {
      return a.missing() != b.missing() ? b.missing() : a.weight() > b.weight();
    });
    return std::move(reasons_);
  }

 private:
  // A reason of `text`, or when that is empty one that says what is missing.
  void Add(std::string_view kind, std::span<const Signal> signals, std::string text, std::vector<std::string> names,
           std::string_view missing) {
    v1::PotentialReason reason;
    reason.set_kind(kind.data(), kind.size());
    reason.set_weight(WeightOf(signals));
    reason.set_missing(text.empty());
    if (text.empty()) text = missing;
    reason.set_text(std::move(text));
    for (std::string& name : names) reason.add_names(std::move(name));
    reasons_.push_back(std::move(reason));
  }

  double WeightOf(std::span<const Signal> signals) const {
    const auto group = std::find_if(kGroups.begin(), kGroups.end(),
                                    [&](std::span<const Signal> one) { return one.data() == signals.data(); });
    return weights_[static_cast<std::size_t>(group - kGroups.begin())];
  }

  std::string Shown(ResourceType type, model::Row row, int field) const {
    v1::LocalizedText text;
    const std::string_view bytes = model::StringField(snapshot_.RecordBytes(type, row), field);
    text.ParsePartialFromArray(bytes.data(), static_cast<int>(bytes.size()));
    return !text.en().empty() ? text.en() : text.zh();
  }

  // `lead: A, B, C`, and their names.
  void AddNamed(std::string_view kind, std::span<const Signal> signals, std::string_view lead, ResourceType type,
                std::span<const std::uint32_t> indexes, std::string_view missing) {
    std::string text;
    std::vector<std::string> names;
    for (const std::uint32_t index : indexes.first(std::min(indexes.size(), kMostNamed))) {
      const bool of_type = type == ResourceType::kCapabilityType;
      const model::Row row = of_type ? data_.types[index] : data_.companies[index];
      text += (text.empty() ? std::string(lead) + ": " : ", ") +
              Shown(type, row,
                    of_type ? int{v1::CapabilityType::kDisplayNameFieldNumber}
                            : int{v1::Enterprise::kDisplayNameFieldNumber});
      names.push_back(snapshot_.Name(type, row));
    }
    Add(kind, signals, std::move(text), std::move(names), missing);
  }

  // Those of `all`, heaviest first, that the company makes.
  std::vector<std::uint32_t> MadeOf(Weighted all) const {
    std::erase_if(all, [&](const auto& one) { return !space_.makes().Has(company_, one.first); });
    std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
    std::vector<std::uint32_t> types;
    for (const auto& [type, weight] : all) {
      if (std::find(types.begin(), types.end(), type) == types.end()) types.push_back(type);
    }
    return types;
  }

  void Capabilities() {
    AddNamed("capabilities", kOfCapabilities, "makes types of like names", ResourceType::kCapabilityType,
             MadeOf(evidence_.alike), "makes no type of a like name");
  }

  void Together() {
    if (evidence_.makers.empty()) return;
    std::vector<std::pair<std::uint32_t, float>> shared;
    for (const Cell& made : space_.makes()[company_]) {
      if (made.column == ranking_.type()) continue;
      std::size_t both = 0;
      for (const auto& [maker, weight] : evidence_.some_makers) both += space_.makes().Has(maker, made.column);
      if (both > 0) shared.emplace_back(made.column, static_cast<float>(both));
    }
    AddNamed("made_together", kOfTogether, "makes what makers make too", ResourceType::kCapabilityType, MadeOf(shared),
             "makes nothing that known makers make");
  }

  void Neighbours() {
    std::vector<std::pair<float, std::uint32_t>> alike;
    const auto add = [&](std::uint32_t other) {
      if (other == company_) return;
      const float cosine = space_.text().dimensions() > 0 ? space_.text().Cosine(company_, other, 1) : 0;
      if (cosine > 0.1F) alike.emplace_back(-cosine, other);
    };
    for (std::size_t i = 0; i < std::min<std::size_t>(64, evidence_.some_makers.size()); ++i)
      add(evidence_.some_makers[i].first);
    const bool known = !evidence_.makers.empty();
    if (!known) {
      for (const auto& [other, weight] : evidence_.pseudo_makers) add(other);
    }
    std::sort(alike.begin(), alike.end());
    std::vector<std::uint32_t> companies;
    for (const auto& [cosine, other] : alike) companies.push_back(other);
    AddNamed("neighbours", kOfNeighbours, known ? "is like makers" : "is like makers of like types",
             ResourceType::kEnterprise, companies, known ? "is like no maker" : "is like no maker of a like type");
  }

  void Words() {
    std::vector<std::pair<float, std::string>> words;
    for (const Cell& gram : data_.type_text[ranking_.type()]) {
      const auto said = space_.words()[company_];
      const auto at = std::lower_bound(said.begin(), said.end(), gram.column,
                                       [](const Cell& cell, std::uint32_t wanted) { return cell.column < wanted; });
      if (at == said.end() || at->column != gram.column) continue;
      const std::string& word = data_.grams[gram.column];
      words.emplace_back(-at->value, word.starts_with('=') ? word.substr(1) : word);
    }
    std::sort(words.begin(), words.end());
    std::string text;
    for (std::size_t i = 0; i < std::min(words.size(), kMostWords); ++i) {
      text += (i == 0 ? "shares the words: " : ", ") + words[i].second;
    }
    Add("words", kOfWords, std::move(text), {}, "shares no word with the type");
  }

  void Industry() {
    if (data_.facets[company_].empty()) {
      Add("industry", kOfIndustry, "", {}, "no industry or label is stated");
      return;
    }
    std::vector<std::pair<double, std::uint32_t>> common;
    for (const Cell& facet : data_.facets[company_]) {
      double share = 0;
      for (const auto& [other, weight] : evidence_.pseudo_makers) {
        if (data_.facets.Has(other, facet.column)) share += static_cast<double>(weight);
      }
      for (const auto& [other, weight] : evidence_.some_makers) {
        if (data_.facets.Has(other, facet.column)) share += static_cast<double>(weight);
      }
      const auto holders = static_cast<double>(space_.types().facets_of[facet.column].size());
      if (share > 0) common.emplace_back(-share * static_cast<double>(space_.companies()) / holders, facet.column);
    }
    std::sort(common.begin(), common.end());
    std::string text;
    for (std::size_t i = 0; i < std::min(common.size(), kMostNamed); ++i) {
      text += (i == 0 ? "has labels usual among makers: " : ", ") + data_.facet_names[common[i].second];
    }
    Add("industry", kOfIndustry, std::move(text), {}, "has no industry or label that makers have");
  }

  Weighted Kin() const {
    Weighted all = evidence_.kin;
    for (const Weighted* further : {&evidence_.cousins, &evidence_.inputs}) {
      all.insert(all.end(), further->begin(), further->end());
    }
    return all;
  }

  void Taxonomy() {
    AddNamed("taxonomy", kOfTaxonomy, "makes kin, inputs or users of the type", ResourceType::kCapabilityType,
             MadeOf(Kin()), "makes nothing near in the taxonomy or joined by inputs");
  }

  void Links() {
    if (data_.sells.Has(company_, ranking_.type())) {
      Add("links", kOfLinks, "a supply link says that it sells the type", {}, "");
      return;
    }
    std::vector<std::uint32_t> partners;
    for (const Cell& partner : data_.trades[company_]) {
      const bool maker = std::binary_search(evidence_.makers.begin(), evidence_.makers.end(), partner.column);
      const bool pseudo = std::any_of(evidence_.pseudo_makers.begin(), evidence_.pseudo_makers.end(),
                                      [&](const auto& one) { return one.first == partner.column; });
      if (maker || pseudo) partners.push_back(partner.column);
    }
    AddNamed("links", kOfLinks, "trades with makers", ResourceType::kEnterprise, partners,
             "no supply link sells the type or joins it to a maker");
  }

  const PotentialSpace& space_;
  const PotentialData& data_;
  const PotentialRanking& ranking_;
  const Evidence& evidence_;
  const model::Snapshot& snapshot_;
  const std::uint32_t company_;
  const std::vector<double> weights_;  // by group
  std::vector<v1::PotentialReason> reasons_;
};

}  // namespace

void AddPotentialReasons(const PotentialModel& model, const PotentialRanking& ranking, const model::Snapshot& snapshot,
                         model::Row enterprise, google::protobuf::RepeatedPtrField<v1::PotentialReason>* reasons) {
  const auto& index = model.data().company_of_row;
  if (enterprise >= index.size() || index[enterprise] == kNoIndex) return;
  const std::uint32_t company = index[enterprise];
  PotentialRanking::Reasons found = ranking.KeptReasons(company);
  if (!found) {
    found = std::make_shared<const std::vector<v1::PotentialReason>>(Writer(model, ranking, snapshot, company).Write());
    ranking.KeepReasons(company, found);
  }
  reasons->Reserve(reasons->size() + static_cast<int>(found->size()));
  for (const v1::PotentialReason& reason : *found) *reasons->Add() = reason;
}

}  // namespace bulian::match
