#include "services/match/type_signals.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace bulian::match {
namespace {

using Cell = SparseRows::Cell;
using Eigen::Index;

constexpr std::size_t kMakersAlone = 8, kPseudoAlone = 8, kWidelyMade = 4096, kProfileWords = 400;

}  // namespace

TypeSignals::TypeSignals(const PotentialSpace& space, std::uint32_t type)
    : space_(space),
      data_(space.data()),
      type_(type),
      senses_(SenseLikeness(space, type)),
      evidence_(FindEvidence(space, type, senses_)),
      type_at_(data_.types.size()),
      gram_at_(data_.gram_count) {
  OfNames();
  OfContainment();
  OfKin();
  OfTogether();
  Walk(evidence_.some_makers, kReached);
  Walk(evidence_.pseudo_makers, kPseudoReached);
  OfLabels();
  OfWords();
  OfLatent();
  OfTrades();
}

float& TypeSignals::WeightOf(std::uint32_t type, OfType what) {
  std::uint32_t& at = type_at_[type];
  if (at == 0) {
    at = static_cast<std::uint32_t>(type_weights_.size());
    type_weights_.emplace_back();
  }
  return type_weights_[at][what];
}

void TypeSignals::AddSquares(const Weighted& types, OfType what) {
  for (const auto& [other, alike] : types) WeightOf(other, what) = alike * alike;
}

void TypeSignals::OfNames() {
  AddSquares(evidence_.alike, kSquared);
  AddSquares(evidence_.ends, kEndSquared);
  AddSquares(evidence_.runs, kRunSquared);
  for (const auto& [other, alike] : evidence_.alike) {
    WeightOf(other, kLikeness) = alike;
    WeightOf(other, kSquaredRare) = alike * alike / std::sqrt(space_.Made(other));
    WeightOf(other, kSold) = alike / 2;
  }
  WeightOf(type_, kSold) = 1;
  const TypeLikeness& types = space_.types();
  for (const Cell& run : types.runs[type_]) {
    const auto with = types.runs_of_run[run.column];
    const float rarity = std::log(static_cast<float>(data_.types.size()) / static_cast<float>(with.size()));
    for (const Cell& other : with) {
      if (other.column != type_) WeightOf(other.column, kRunRarity) += rarity;
    }
  }
}

// Types whose grams include all of the type's, and those all of whose grams are the type's, by the share they make up.
void TypeSignals::OfContainment() {
  const auto asked = data_.type_text[type_];
  std::vector<float> shared(data_.types.size());
  for (const Cell& gram : asked) {
    for (const Cell& other : space_.types().text_of_gram[gram.column]) ++shared[other.column];
  }
  shared[type_] = 0;
  const auto count = static_cast<float>(asked.size());
  for (std::uint32_t type = 0; type < shared.size(); ++type) {
    if (shared[type] == 0) continue;
    const auto other = static_cast<float>(data_.type_text[type].size());
    if (shared[type] == count) WeightOf(type, kContainsIt) = count / other;
    if (shared[type] == other && other > 1) WeightOf(type, kWithinIt) = other / count;
  }
}

void TypeSignals::OfKin() {
  const auto add = [&](const Weighted& types, OfType what) {
    for (const auto& [type, weight] : types) WeightOf(type, what) += weight;
  };
  add(evidence_.kin, kIsKin);
  add(evidence_.cousins, kIsCousin);
  add(evidence_.inputs, kIsInput);
}

void TypeSignals::OfTogether() {
  for (const auto& [maker, weight] : evidence_.some_makers) {
    for (const Cell& made : space_.makes()[maker]) {
      const std::size_t makers = space_.makers()[made.column].size();
      if (made.column == type_ || makers > kWidelyMade) continue;
      WeightOf(made.column, kMadeWith) += weight / std::sqrt(static_cast<float>(makers));
    }
  }
}

// F. Christoffel et al., Blockbusters and wallflowers (RecSys 2015), with alpha 0.6 and beta 0.3.
void TypeSignals::Walk(const Weighted& from, OfType what) {
  for (const auto& [company, weight] : from) {
    const float each = weight * std::pow(space_.Makes(company), -0.6F);
    for (const Cell& made : space_.makes()[company]) {
      const std::size_t makers = space_.makers()[made.column].size();
      if (made.column == type_ || makers > kWidelyMade) continue;
      WeightOf(made.column, what) += each * std::pow(static_cast<float>(makers), -0.6F);
    }
  }
}

// ln((share of a label among these + a little) / (its share of all)).
void TypeSignals::OfLabels() {
  const auto share = [&](const Weighted& among, float LabelWeights::*of) {
    for (const auto& [company, weight] : among) {
      for (const Cell& facet : data_.facets[company]) labels_[facet.column].*of += weight;
    }
  };
  share(evidence_.pseudo_makers, &LabelWeights::pseudo_share);
  share(evidence_.some_makers, &LabelWeights::maker_share);
  for (auto& [facet, weights] : labels_) {
    weights.pseudo_gain = space_.LabelGain(facet, weights.pseudo_share);
    weights.maker_gain = space_.LabelGain(facet, weights.maker_share);
  }
}

float* TypeSignals::GramRow(std::uint32_t gram) {
  std::uint32_t& at = gram_at_[gram];
  if (at == 0) {
    at = static_cast<std::uint32_t>(gram_weights_.size() / width_);
    gram_weights_.resize(gram_weights_.size() + width_);
  }
  return &gram_weights_[at * width_];
}

// Kept to its heaviest words.
void TypeSignals::AddProfile(Weighted words, std::size_t column) {
  for (const auto& [gram, weight] : Heaviest(std::move(words), kProfileWords)) GramRow(gram)[column] = weight;
}

// Columns: how often the type says a word; the makers' mean profile; the pseudo-makers'; the closest ones' one by one.
void TypeSignals::OfWords() {
  closest_makers_ = std::min(kMakersAlone, evidence_.some_makers.size());
  closest_pseudo_ = std::min(kPseudoAlone, evidence_.pseudo_makers.size());
  width_ = 3 + closest_makers_ + closest_pseudo_;
  gram_weights_.assign(width_, 0);
  for (const Cell& gram : data_.type_text[type_]) GramRow(gram.column)[0] = std::min(gram.value, 3.0F);
  SparseSums sums(data_.gram_count);
  const auto one = [&](std::uint32_t company) {
    Weighted words;
    for (const Cell& gram : space_.profiles()[company]) words.emplace_back(gram.column, gram.value);
    return words;
  };
  AddProfile(SumProfiles(space_, evidence_.some_makers, &sums), 1);
  AddProfile(SumProfiles(space_, evidence_.pseudo_makers, &sums), 2);
  for (std::size_t i = 0; i < closest_makers_; ++i) AddProfile(one(evidence_.some_makers[i].first), 3 + i);
  for (std::size_t i = 0; i < closest_pseudo_; ++i) {
    AddProfile(one(evidence_.pseudo_makers[i].first), 3 + closest_makers_ + i);
  }
}

void TypeSignals::OfLatent() {
  const LatentRows& text = space_.text();
  const LatentRows& pairs = space_.pairs();
  const Weighted& pseudo = evidence_.pseudo_makers;
  const Weighted& makers = evidence_.some_makers;
  const Eigen::VectorXf words = text.Project(space_.ProfileOf(type_), space_.bases()->text);
  for (int leveling = 0; leveling < static_cast<int>(kLevelings.size()); ++leveling) {
    text_.Add(text.Unit(words, leveling), kTextCommon + leveling);
    if (!pseudo.empty()) text_.Add(text.Mean(pseudo, leveling), kPseudoCommon + leveling);
    if (!makers.empty()) text_.Add(text.Mean(makers, leveling), kMakerCommon + leveling);
  }
  const auto both = [&](const Weighted& companies, int of_text, int of_pairs) {
    if (companies.empty()) return;
    text_.Add(text.Mean(companies, 1), of_text);
    pairs_.Add(pairs.Mean(companies, 1), of_pairs);
  };
  both(evidence_.kin_makers, kKinText, kKinPairs);
  both(evidence_.sense_makers, kSenseText, kSensePairs);
  const std::size_t closest = std::min(kMakersAlone, makers.size());
  for (std::size_t i = 0; i < closest; ++i) {
    const auto one = std::span(makers).subspan(i * makers.size() / closest, 1);
    text_.Add(text.Mean(one, 1), kClosestMaker, 1);
    pairs_.Add(pairs.Mean(one, 1), kPairsClosest, 1);
  }
  for (std::size_t i = 0; i < std::min(kPseudoAlone, pseudo.size()); ++i) {
    text_.Add(text.Mean(std::span(pseudo).subspan(i, 1), 1), kClosestPseudo, pseudo[i].second / pseudo[0].second);
  }
  if (!makers.empty()) {
    pairs_.Add(pairs.Mean(makers, 0), kPairsCommon);
    pairs_.Add(pairs.Mean(makers, 1), kPairsMaker);
    pairs_.Add(pairs.Mean(makers, 2), kPairsRare);
  }
  if (!pseudo.empty()) pairs_.Add(pairs.Mean(pseudo, 1), kPairsPseudo);
}

void TypeSignals::OfTrades() {
  if (data_.trades.size() == 0) return;
  const auto add = [&](const Weighted& companies, float factor) {
    for (const auto& [company, weight] : companies) partners_[company] += factor * weight;
  };
  add(evidence_.some_makers, 1);
  add(evidence_.pseudo_makers, 0.5F);
  for (const auto* companies : {&evidence_.some_makers, &evidence_.pseudo_makers}) {
    for (const auto& [company, weight] : *companies) {
      for (const Cell& partner : data_.trades[company]) {
        if (data_.trades[partner.column].size() <= kWidelyMade) between_.try_emplace(partner.column, 0.0F);
      }
    }
  }
  for (auto& [company, sum] : between_) {
    for (const Cell& partner : data_.trades[company]) {
      if (const auto at = partners_.find(partner.column); at != partners_.end()) sum += at->second;
    }
    sum /= std::sqrt(static_cast<float>(data_.trades[company].size()));
  }
}

void TypeSignals::Made(std::uint32_t company, float* out, Index stride) const {
  TypeWeights sums{};
  float likeness = 0, with = 0, sense = 0, senses = 0, sold = 0;
  for (const Cell& made : space_.makes()[company]) {
    const TypeWeights& weights = type_weights_[type_at_[made.column]];
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += weights[i];
    likeness = std::max(likeness, weights[kLikeness]);
    with = std::max(with, weights[kMadeWith]);
    if (senses_.size() == 0) continue;
    const float one = std::max(0.0F, senses_(made.column));
    sense = std::max(sense, one);
    senses += one * one * one * one;
  }
  for (const Cell& type : data_.sells[company]) sold = std::max(sold, type_weights_[type_at_[type.column]][kSold]);
  const float makes = space_.Makes(company), root = std::sqrt(makes + 3), step = std::pow(makes, -0.3F);
  const auto set = [&](Signal signal, float value) { out[signal * stride] = value; };
  set(kNearest, likeness);
  set(kNear, sums[kSquared]);
  set(kNearShare, sums[kSquared] / root);
  set(kPseudo, sums[kSquaredRare]);
  set(kEnds, sums[kEndSquared]);
  set(kRuns, sums[kRunSquared]);
  set(kRunWords, sums[kRunRarity]);
  set(kContains, sums[kContainsIt]);
  set(kWithin, sums[kWithinIt]);
  set(kKin, sums[kIsKin]);
  set(kCousins, sums[kIsCousin]);
  set(kInputs, sums[kIsInput]);
  set(kTogether, sums[kMadeWith]);
  set(kTogetherShare, sums[kMadeWith] / root);
  set(kTogetherMost, with);
  set(kWalk, sums[kReached] * step);
  set(kPseudoWalk, sums[kPseudoReached] * step);
  set(kSense, sense);
  set(kSenseShare, senses / root);
  set(kSells, sold);
}

void TypeSignals::Labelled(std::uint32_t company, float* out, Index stride) const {
  const auto facets = data_.facets[company];
  if (facets.empty()) return;
  float share = 0, pseudo = 0, maker = 0;
  for (const Cell& facet : facets) {
    const auto at = labels_.find(facet.column);
    const bool found = at != labels_.end();
    share += found ? at->second.pseudo_share : 0;
    pseudo += found ? at->second.pseudo_gain : space_.LabelGain(facet.column, 0);
    maker += found ? at->second.maker_gain : space_.LabelGain(facet.column, 0);
  }
  const auto count = static_cast<float>(facets.size());
  if (!evidence_.pseudo_makers.empty()) {
    out[kIndustryLift * stride] = pseudo / count;
    out[kIndustryShare * stride] = share;
  }
  if (!evidence_.makers.empty()) out[kMakerIndustry * stride] = maker / count;
}

void TypeSignals::Said(std::uint32_t company, float* out, Index stride) const {
  const auto asked = [&](const SparseRows& rows) {
    float sum = 0;
    for (const Cell& gram : rows[company]) {
      if (const std::uint32_t at = gram_at_[gram.column]; at != 0) sum += gram_weights_[at * width_] * gram.value;
    }
    return sum;
  };
  out[kWords * stride] = asked(space_.words());
  out[kNames * stride] = asked(space_.names());
  out[kLabels * stride] = asked(space_.labels());
  std::array<float, 3 + kMakersAlone + kPseudoAlone> sums{};
  for (const Cell& gram : space_.profiles()[company]) {
    const std::uint32_t at = gram_at_[gram.column];
    if (at == 0) continue;
    const float* const weights = &gram_weights_[at * width_];
    for (std::size_t i = 1; i < width_; ++i) sums[i] += weights[i] * gram.value;
  }
  out[kMakerWords * stride] = sums[1];
  out[kPseudoWords * stride] = sums[2];
  float best = 0;
  for (std::size_t i = 0; i < closest_makers_; ++i) best = std::max(best, sums[3 + i]);
  out[kClosestMakerWords * stride] = best;
  best = 0;
  const Weighted& pseudo = evidence_.pseudo_makers;
  for (std::size_t i = 0; i < closest_pseudo_; ++i) {
    best = std::max(best, sums[3 + closest_makers_ + i] * pseudo[i].second / pseudo[0].second);
  }
  out[kClosestPseudoWords * stride] = best;
}

void TypeSignals::Traded(std::uint32_t company, float* out, Index stride) const {
  if (partners_.empty()) return;
  const auto own = partners_.find(company);
  float trades = 0, peers = 0;
  for (const Cell& partner : data_.trades[company]) {
    if (const auto at = partners_.find(partner.column); at != partners_.end()) trades += at->second;
    const auto at = between_.find(partner.column);
    if (at == between_.end()) continue;
    peers += at->second;
    if (own != partners_.end()) {
      peers -= own->second / std::sqrt(static_cast<float>(data_.trades[partner.column].size()));
    }
  }
  out[kTrades * stride] = trades;
  out[kPeers * stride] = std::max(0.0F, peers);
}

void TypeSignals::Along(const LatentRows& rows, const Latent& latent, std::span<const std::uint32_t> companies,
                        RowMatrix* values) const {
  if (latent.columns.empty() || rows.dimensions() == 0) return;
  const RowMatrix alike = rows.Alike(companies, latent.columns);
  for (std::size_t i = 0; i < latent.columns.size(); ++i) {
    const auto [signal, best_of] = latent.signals[i];
    auto into = values->row(signal).array();
    const auto column = alike.col(static_cast<Index>(i)).transpose().array();
    if (best_of == 0) {
      into += column;
    } else {
      into = into.max(column * best_of);
    }
  }
}

RowMatrix TypeSignals::Of(std::span<const std::uint32_t> companies) const {
  RowMatrix values = RowMatrix::Zero(kSignalCount, static_cast<Index>(companies.size()));
  if (companies.empty()) return values;
  const Index stride = values.cols();
  for (std::size_t i = 0; i < companies.size(); ++i) {
    float* const out = values.data() + i;
    Made(companies[i], out, stride);
    Labelled(companies[i], out, stride);
    Said(companies[i], out, stride);
    Traded(companies[i], out, stride);
  }
  Along(space_.text(), text_, companies, &values);
  Along(space_.pairs(), pairs_, companies, &values);
  for (std::size_t i = 0; i < companies.size(); ++i) {
    const float trust = space_.trust()[companies[i]];
    const auto makes = static_cast<float>(space_.makes()[companies[i]].size());
    auto column = values.col(static_cast<Index>(i));
    if (trust < 1) column.head(kSize) *= trust * trust;  // roots are taken later
    column(kSize) = std::log1p(trust * makes);
  }
  return values;
}

}  // namespace bulian::match
