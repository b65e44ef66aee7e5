#include "services/match/holdout.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <utility>

namespace bulian::match {
namespace {

constexpr std::size_t kMostWarm = 800, kMostCold = 350, kEnoughCold = 100;

void Shuffle(std::vector<std::uint32_t>* values, std::mt19937_64& random) {
  for (std::size_t i = values->size(); i > 1; --i) std::swap((*values)[i - 1], (*values)[random() % i]);
}

std::vector<std::uint32_t> CompaniesOf(std::span<const SparseRows::Cell> makers) {
  std::vector<std::uint32_t> companies;
  for (const SparseRows::Cell& maker : makers) companies.push_back(maker.column);
  return companies;
}

void SortByType(std::vector<HeldOut>* held) {
  std::sort(held->begin(), held->end(), [](const HeldOut& a, const HeldOut& b) { return a.type < b.type; });
}

// A fifth of the makers, at least one.
HeldOut SomeMakers(std::uint32_t type, std::span<const SparseRows::Cell> makers, std::mt19937_64& random) {
  std::vector<std::uint32_t> companies = CompaniesOf(makers);
  Shuffle(&companies, random);
  companies.resize(std::max<std::size_t>(1, (companies.size() + 2) / 5));
  std::sort(companies.begin(), companies.end());
  return {type, std::move(companies)};
}

// Adds what the outcomes teach; takes their types out of `single` and `several`, so that no round holds them out again.
void HoldOutcomes(const SparseRows& makers, const PotentialOutcomes& outcomes, std::mt19937_64& random,
                  std::vector<std::uint32_t>* single, std::vector<std::uint32_t>* several, Holdout* holdout) {
  std::vector<std::uint32_t> taken;
  for (std::uint32_t type = 0; type < outcomes.won.rows() && taken.size() < kMostWarm; ++type) {
    const auto won = outcomes.won[type];
    if (!won.empty()) {
      const bool others = std::any_of(makers[type].begin(), makers[type].end(), [&](const SparseRows::Cell& maker) {
        return !outcomes.won.Has(type, maker.column);
      });
      (others ? holdout->warm : holdout->cold).push_back({type, CompaniesOf(won), true});
    } else if (!outcomes.lost[type].empty() && makers[type].size() > 1) {
      holdout->warm.push_back(SomeMakers(type, makers[type], random));
      holdout->warm.back().outcome = true;
    } else {
      continue;
    }
    taken.push_back(type);
  }
  for (auto* types : {single, several})
    std::erase_if(*types, [&](std::uint32_t type) { return std::binary_search(taken.begin(), taken.end(), type); });
}

}  // namespace

Holdout HoldOut(const SparseRows& makes, const PotentialOutcomes& outcomes, std::size_t types, std::size_t round) {
  const SparseRows makers = Transposed(makes, types);
  std::vector<std::uint32_t> single, several;
  for (std::uint32_t type = 0; type < types; ++type) {
    if (makers[type].size() == 1) single.push_back(type);
    if (makers[type].size() > 1) several.push_back(type);
  }
  std::mt19937_64 random(15485863);
  Holdout of_outcomes;
  std::mt19937_64 of_lost(32452843);  // of its own, so that without outcomes nothing differs
  HoldOutcomes(makers, outcomes, of_lost, &single, &several, &of_outcomes);
  Shuffle(&single, random);
  Shuffle(&several, random);
  const std::size_t warm = std::min(kMostWarm, several.size() * 23 / 100),
                    cold = std::min(kMostCold, several.size() / 10),
                    alone = cold >= kEnoughCold ? 0 : std::min(kEnoughCold - cold, single.size() / 10);
  const std::size_t first = round * (warm + cold), first_alone = round * alone;
  Holdout holdout;
  if (round == 0) holdout = std::move(of_outcomes);
  for (std::size_t i = first; i < first + warm; ++i)
    holdout.warm.push_back(SomeMakers(several[i], makers[several[i]], random));
  for (std::size_t i = first + warm; i < first + warm + cold; ++i)
    holdout.cold.push_back({several[i], CompaniesOf(makers[several[i]])});
  for (std::size_t i = first_alone; i < first_alone + alone; ++i)
    holdout.cold.push_back({single[i], CompaniesOf(makers[single[i]])});
  SortByType(&holdout.warm);
  SortByType(&holdout.cold);
  return holdout;
}

SparseRows Without(const SparseRows& makes, const Holdout& holdout) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> hidden;
  for (const auto* held : {&holdout.warm, &holdout.cold}) {
    for (const HeldOut& one : *held) {
      for (const std::uint32_t company : one.companies) hidden.emplace_back(company, one.type);
    }
  }
  std::sort(hidden.begin(), hidden.end());
  SparseRows left;
  for (std::uint32_t company = 0; company < makes.rows(); ++company) {
    std::vector<SparseRows::Cell> cells;
    for (const SparseRows::Cell& made : makes[company]) {
      if (!std::binary_search(hidden.begin(), hidden.end(), std::pair(company, made.column))) cells.push_back(made);
    }
    left.Append(std::move(cells));
  }
  return left;
}

}  // namespace bulian::match
