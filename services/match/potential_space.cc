#include "services/match/potential_space.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "services/match/claim_trust.h"

namespace bulian::match {
namespace {

using Cell = SparseRows::Cell;
using Cells = std::vector<Cell>;

// Numbers a basis may hold: with a million companies it keeps its memory, not its directions.
constexpr std::size_t kBasisNumbers = std::size_t{64} << 20;
constexpr std::size_t kTextDirections = 256, kPairDirections = 96, kFewestDirections = 16;
// Words of all companies together; each company keeps its own share of them at least.
constexpr std::size_t kDocumentCells = std::size_t{48} << 20, kFewestWords = 48;
constexpr float kSaturation = 1.2F, kLengthShare = 0.75F;  // BM25's k1 and b (Robertson, Zaragoza, 2009)

std::vector<std::size_t> CountsByColumn(const SparseRows& matrix, std::size_t columns) {
  std::vector<std::size_t> counts(columns);
  for (std::size_t row = 0; row < matrix.rows(); ++row) {
    for (const Cell& cell : matrix[row]) ++counts[cell.column];
  }
  return counts;
}

void ScaleToUnit(Cells* cells) {
  float sum = 0;
  for (const Cell& cell : *cells) sum += cell.value * cell.value;
  if (sum <= 0) return;
  const float factor = 1 / std::sqrt(sum);
  for (Cell& cell : *cells) cell.value *= factor;
}

// (1 + ln count) x ln(1 + rows / (rows with it + 1)), scaled to length 1.
SparseRows UnitRows(const SparseRows& counted, std::size_t columns) {
  const std::vector<std::size_t> counts = CountsByColumn(counted, columns);
  SparseRows result;
  for (std::size_t row = 0; row < counted.rows(); ++row) {
    Cells cells(counted[row].begin(), counted[row].end());
    for (Cell& cell : cells) {
      cell.value = (1 + std::log(cell.value)) *
                   std::log(1 + static_cast<float>(counted.rows()) / static_cast<float>(counts[cell.column] + 1));
    }
    ScaleToUnit(&cells);
    result.Append(std::move(cells));
  }
  return result;
}

// The same rows with BM25 weights.
SparseRows Bm25(const SparseRows& documents, std::size_t columns) {
  const std::vector<std::size_t> counts = CountsByColumn(documents, columns);
  std::vector<float> lengths(documents.rows());
  double total = 0;
  std::size_t filled = 0;
  for (std::size_t row = 0; row < documents.rows(); ++row) {
    for (const Cell& cell : documents[row]) lengths[row] += cell.value;
    total += static_cast<double>(lengths[row]);
    filled += lengths[row] > 0;
  }
  const float mean = filled > 0 ? static_cast<float>(total / static_cast<double>(filled)) : 1;
  const auto all = static_cast<float>(documents.rows());
  SparseRows weighted;
  for (std::size_t row = 0; row < documents.rows(); ++row) {
    Cells cells(documents[row].begin(), documents[row].end());
    const float length = kSaturation * (1 - kLengthShare + kLengthShare * lengths[row] / mean);
    for (Cell& cell : cells) {
      const auto with = static_cast<float>(counts[cell.column]);
      cell.value =
          cell.value * (kSaturation + 1) / (cell.value + length) * std::log(1 + (all - with + 0.5F) / (with + 0.5F));
    }
    weighted.Append(std::move(cells));
  }
  return weighted;
}

std::size_t Directions(std::size_t wanted, std::size_t rows, std::size_t columns) {
  return std::clamp(kBasisNumbers / std::max<std::size_t>(1, rows + columns), kFewestDirections, wanted);
}

}  // namespace

TypeLikeness::TypeLikeness(const PotentialData& data)
    : text(UnitRows(data.type_text, data.gram_count)),
      text_of_gram(Transposed(text, data.gram_count)),
      ends(UnitRows(data.type_ends, data.end_count)),
      ends_of_end(Transposed(ends, data.end_count)),
      runs(UnitRows(data.type_runs, data.run_count)),
      runs_of_run(Transposed(runs, data.run_count)),
      children(Transposed(data.parents, data.types.size())),
      users(Transposed(data.inputs, data.types.size())),
      facets_of(Transposed(data.facets, data.facet_count())) {}

// A company's words are those of its own text, of what it makes and of what it sells. One that states thousands of
// things keeps the words it states most often.
SparseRows PotentialSpace::Documents(bool whole) const {
  const std::size_t most = std::max(kFewestWords, kDocumentCells / std::max<std::size_t>(1, companies()));
  SparseRows documents;
  for (std::size_t company = 0; company < companies(); ++company) {
    Cells cells;
    if (whole) {
      cells.assign(data_.own_text[company].begin(), data_.own_text[company].end());
      cells.insert(cells.end(), data_.label_text[company].begin(), data_.label_text[company].end());
    }
    const auto add = [&](std::uint32_t type) {
      cells.insert(cells.end(), data_.type_text[type].begin(), data_.type_text[type].end());
    };
    for (const Cell& made : makes_[company]) add(made.column);
    for (const Cell& sold : data_.sells[company]) {
      if (whole && !makes_.Has(company, sold.column)) add(sold.column);
    }
    SparseRows one;
    one.Append(std::move(cells));
    Cells summed(one[0].begin(), one[0].end());
    if (summed.size() > most) {
      std::stable_sort(summed.begin(), summed.end(), [](const Cell& a, const Cell& b) { return a.value > b.value; });
      summed.resize(most);
    }
    documents.Append(std::move(summed));
  }
  return documents;
}

SparseRows PotentialSpace::UnitProfiles(const SparseRows& documents) const {
  SparseRows profiles;
  for (std::size_t company = 0; company < documents.rows(); ++company) {
    Cells cells(documents[company].begin(), documents[company].end());
    for (Cell& cell : cells) cell.value = std::log1p(cell.value) * rarity_[cell.column];
    ScaleToUnit(&cells);
    profiles.Append(std::move(cells));
  }
  return profiles;
}

std::vector<Cell> PotentialSpace::ProfileOf(std::uint32_t type) const {
  Cells cells(data_.type_text[type].begin(), data_.type_text[type].end());
  for (Cell& cell : cells) cell.value = std::log1p(cell.value) * rarity_[cell.column];
  return cells;
}

SparseRows PotentialSpace::EvenPairs() {
  SparseRows pairs;
  for (std::size_t company = 0; company < companies(); ++company) {
    Cells made(makes_[company].begin(), makes_[company].end());
    const auto count = static_cast<float>(made.size());
    for (Cell& cell : made) {
      cell.value = 1 / (std::sqrt(count) * std::pow(static_cast<float>(makers_[cell.column].size()), 0.25F));
    }
    if (!made.empty()) active_.push_back(static_cast<std::uint32_t>(company));
    pairs.Append(std::move(made));
  }
  return pairs;
}

void PotentialSpace::FindSenses() {
  SparseRows words;
  for (std::uint32_t type = 0; type < data_.types.size(); ++type) words.Append(ProfileOf(type));
  senses_ = Times(words, bases_->text.directions);
  for (Eigen::Index type = 0; type < senses_.rows(); ++type) {
    const float norm = senses_.row(type).norm();
    if (norm > 1e-9F) senses_.row(type) /= norm;
  }
}

float PotentialSpace::FindLabelGain(std::uint32_t label, float share) const {
  const float usual = static_cast<float>(types_.facets_of[label].size()) / static_cast<float>(companies());
  return std::log((share + 0.02F * usual + 1e-4F) / (usual + 1e-4F));
}

PotentialSpace::PotentialSpace(const PotentialData& data, const TypeLikeness& types, SparseRows makes,
                               const SubjectLimits& limits, const StopToken& stop, PotentialBasesPtr known)
    : data_(data),
      types_(types),
      limits_(limits),
      bases_(std::move(known)),
      makes_(std::move(makes)),
      makers_(Transposed(makes_, data.types.size())),
      trust_(ClaimTrust(makes_)) {
  const auto stopped = [&] { return stop && stop(); };
  names_ = Bm25(data.own_text, data.gram_count);
  labels_ = Bm25(data.label_text, data.gram_count);
  const SparseRows documents = Documents(true);
  words_ = Bm25(documents, data.gram_count);
  if (stopped()) return;
  const std::vector<std::size_t> counts = CountsByColumn(documents, data.gram_count);
  rarity_.resize(data.gram_count);
  for (std::size_t gram = 0; gram < rarity_.size(); ++gram) {
    rarity_[gram] = std::log(static_cast<float>(companies() + 1) / static_cast<float>(counts[gram] + 1));
  }
  profiles_ = UnitProfiles(Documents(false));
  for (std::uint32_t label = 0; label < data.facet_count(); ++label) {
    label_gains_.push_back(FindLabelGain(label, 0));
  }
  if (companies() > limits_.all) {
    words_of_gram_ = Transposed(words_, data.gram_count);
    profile_of_gram_ = Transposed(profiles_, data.gram_count);
    sellers_ = Transposed(data.sells, data.types.size());
  }
  const SparseRows profiles = UnitProfiles(documents), pairs = EvenPairs();
  if (stopped()) return;
  if (bases_ == nullptr) {
    auto found = std::make_shared<PotentialBases>();
    found->text =
        FindLatentBasis(profiles, data.gram_count, Directions(kTextDirections, companies(), data.gram_count), stop);
    if (stopped()) return;
    found->pairs =
        FindLatentBasis(pairs, data.types.size(), Directions(kPairDirections, companies(), data.types.size()), stop);
    bases_ = std::move(found);
  }
  if (stopped()) return;
  text_ = std::make_unique<const LatentRows>(profiles, bases_->text);
  pairs_ = std::make_unique<const LatentRows>(pairs, bases_->pairs);
  FindSenses();
}

}  // namespace bulian::match
