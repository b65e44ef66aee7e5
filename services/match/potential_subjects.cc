#include "services/match/potential_subjects.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <utility>

#include "services/match/sparse_sums.h"

namespace bulian::match {
namespace {

using Cell = SparseRows::Cell;

class Lister {
 public:
  Lister(const PotentialSpace& space, std::uint32_t type, const Evidence& evidence)
      : space_(space),
        data_(space.data()),
        type_(type),
        evidence_(evidence),
        companies_(space.companies()),
        listed_(evidence.leading) {}

  std::vector<std::uint32_t> List() {
    Words();
    for (const Weighted* of : {&evidence_.some_makers, &evidence_.pseudo_makers}) {
      MadeBy(*of);
      SaidOf(*of);
      TradesWith(*of);
    }
    for (const Cell& seller : space_.sellers()[type_]) companies_.Add(seller.column, 1);
    ListForemost(companies_.Take());
    return std::move(listed_);
  }

 private:
  void ListForemost(Weighted all) {
    std::erase_if(all, [&](const auto& one) { return evidence_.IsMaker(one.first); });
    for (const auto& [company, weight] : Heaviest(std::move(all), space_.limits().listed)) listed_.push_back(company);
  }

  // Companies by a weighted sum of inverted lists, the heaviest first until enough entries were seen; what is in very
  // many companies tells little and is passed over.
  void SumLists(Weighted lists, const SparseRows& inverted) {
    const std::size_t most = space_.limits().seen;
    std::size_t seen = 0;
    const std::size_t count = lists.size();
    for (const auto& [list, weight] : Heaviest(std::move(lists), count)) {
      const auto cells = inverted[list];
      if (cells.size() > most / 4) continue;
      for (const Cell& company : cells) {
        if (company.value > 0) companies_.Add(company.column, weight * company.value);
      }
      if ((seen += cells.size()) >= most) break;
    }
    ListForemost(companies_.Take());
  }

  // The rarest words first: they weigh most.
  void Words() {
    Weighted words(data_.type_text[type_].size());
    std::transform(data_.type_text[type_].begin(), data_.type_text[type_].end(), words.begin(), [&](const Cell& gram) {
      return std::pair(gram.column, 1 / (1 + static_cast<float>(space_.words_of_gram()[gram.column].size())));
    });
    std::size_t seen = 0;
    const std::size_t count = words.size();
    for (const auto& [gram, rarity] : Heaviest(std::move(words), count)) {
      const auto holders = space_.words_of_gram()[gram];
      if (seen > 0 && seen + holders.size() > space_.limits().seen) break;
      for (const Cell& holder : holders) companies_.Add(holder.column, holder.value);
      seen += holders.size();
    }
    ListForemost(companies_.Take());
  }

  void MadeBy(const Weighted& companies) {
    SparseSums types(data_.types.size());
    for (const auto& [company, weight] : companies) {
      const float each = weight * std::pow(space_.Makes(company), -0.6F);
      for (const Cell& made : space_.makes()[company]) {
        if (made.column != type_) types.Add(made.column, each * std::pow(space_.Made(made.column), -0.6F));
      }
    }
    Weighted reached = types.Take();
    const std::size_t count = reached.size();
    VisitMakers(space_, Heaviest(std::move(reached), count), space_.limits().seen,
                [&](std::uint32_t company, float weight) { companies_.Add(company, weight); });
    Weighted all = companies_.Take();
    for (auto& [company, weight] : all) weight *= std::pow(space_.Makes(company), -0.3F);
    ListForemost(std::move(all));
  }

  void SaidOf(const Weighted& companies) {
    SparseSums grams(data_.gram_count);
    SumLists(Heaviest(SumProfiles(space_, companies, &grams), kMostWords), space_.profile_of_gram());
  }

  void TradesWith(const Weighted& companies) {
    for (const auto& [company, weight] : companies) {
      for (const Cell& partner : data_.trades[company]) companies_.Add(partner.column, weight);
    }
    ListForemost(companies_.Take());
  }

  static constexpr std::size_t kMostWords = 400;

  const PotentialSpace& space_;
  const PotentialData& data_;
  const std::uint32_t type_;
  const Evidence& evidence_;
  SparseSums companies_;
  std::vector<std::uint32_t> listed_;
};

}  // namespace

Subjects SubjectsFor(const PotentialSpace& space, std::uint32_t type, const Evidence& evidence,
                     std::span<const std::uint32_t> also) {
  Subjects subjects;
  const auto is_open = [&](std::uint32_t company) {
    return !space.makes()[company].empty() && !evidence.IsMaker(company);
  };
  if (space.companies() <= space.limits().all) {
    for (std::uint32_t company = 0; company < space.companies(); ++company) {
      subjects.companies.push_back(company);
      subjects.stands_for.push_back(is_open(company) ? 1 : 0);
    }
    return subjects;
  }
  std::vector<std::uint32_t> listed = Lister(space, type, evidence).List();
  listed.insert(listed.end(), also.begin(), also.end());
  std::sort(listed.begin(), listed.end());
  listed.erase(std::unique(listed.begin(), listed.end()), listed.end());
  const std::vector<std::uint32_t>& active = space.active();
  const std::size_t sample = std::min(space.limits().sample, active.size());
  std::vector<std::uint32_t> sampled;
  for (std::size_t i = 0; i < sample; ++i) {
    const std::uint32_t company = active[i * active.size() / sample];
    if (is_open(company) && !std::binary_search(listed.begin(), listed.end(), company)) sampled.push_back(company);
  }
  const auto open = static_cast<std::size_t>(std::count_if(listed.begin(), listed.end(), is_open));
  const std::size_t others = active.size() - std::min(active.size(), evidence.makers.size() + open);
  const float each = sampled.empty() ? 0 : static_cast<float>(others) / static_cast<float>(sampled.size());
  std::merge(listed.begin(), listed.end(), sampled.begin(), sampled.end(), std::back_inserter(subjects.companies));
  for (const std::uint32_t company : subjects.companies) {
    const bool is_listed = std::binary_search(listed.begin(), listed.end(), company);
    subjects.stands_for.push_back(!is_open(company) ? 0 : is_listed ? 1 : each);
  }
  return subjects;
}

}  // namespace bulian::match
