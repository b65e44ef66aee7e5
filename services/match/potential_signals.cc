#include "services/match/potential_signals.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

#include "services/match/claim_trust.h"
#include "services/match/type_steps.h"
#include "services/match/weighted.h"

namespace bulian::match {
namespace {

using Cell = SparseRows::Cell;
using Eigen::Index;

constexpr std::size_t kMostAlike = 200, kMostPseudo = 50, kMostMakers = 256, kClosestOf = 8, kClosestPseudoOf = 8,
                      kMostCousins = 2000, kWidelyMade = 4096, kProfileWords = 400;

float Made(const PotentialSpace& space, std::uint32_t type) {
  return static_cast<float>(std::max<std::size_t>(1, space.makers()[type].size()));
}
float Makes(const PotentialSpace& space, std::uint32_t company) {
  return static_cast<float>(std::max<std::size_t>(1, space.makes()[company].size()));
}

class Computation {
 public:
  Computation(const PotentialSpace& space, std::uint32_t type, RowMatrix* values, Evidence* evidence)
      : space_(space),
        data_(space.data()),
        type_(type),
        values_(*values),
        evidence_(*evidence),
        trust_(ClaimTrust(space.makes())) {
    values_.setZero(kSignalCount, static_cast<Index>(space.companies()));
  }

  void Run() {
    evidence_ = {};
    for (const Cell& maker : space_.makers()[type_]) evidence_.makers.push_back(maker.column);
    makers_ = EvenShare(evidence_.makers, kMostMakers);
    Likeness();
    KinAndInputs();
    OfWords(space_.words(), kWords);
    OfWords(space_.names(), kNames);
    OfWords(space_.labels(), kLabels);
    Lift(evidence_.pseudo_makers, kIndustryLift, kIndustryShare);
    Lift(makers_, kMakerIndustry, -1);
    Containment();
    Profiles();
    Sense();
    Latent();
    Together();
    Walk(makers_, kWalk);
    Walk(evidence_.pseudo_makers, kPseudoWalk);
    Links();
    for (std::size_t company = 0; company < space_.companies(); ++company) {
      const float trust = trust_[company];
      At(kSize, company) = std::log1p(trust * static_cast<float>(space_.makes()[company].size()));
      if (trust < 1) values_.col(static_cast<Index>(company)).head(kSize) *= trust * trust;  // roots are taken later
    }
  }

 private:
  float& At(int signal, std::size_t company) { return values_(signal, static_cast<Index>(company)); }

  void OfWords(const SparseRows& postings, Signal signal) {
    for (const Cell& gram : data_.type_text[type_]) {
      const float asked = std::min(gram.value, 3.0F);
      for (const Cell& company : postings[gram.column]) At(signal, company.column) += asked * company.value;
    }
  }

  // Other types that are made at all, by likeness of two unit rows.
  Weighted Alike(const SparseRows& rows, const SparseRows& turned) const {
    std::vector<float> likeness(data_.types.size());
    for (const Cell& gram : rows[type_]) {
      for (const Cell& other : turned[gram.column]) likeness[other.column] += gram.value * other.value;
    }
    likeness[type_] = 0;
    for (std::size_t type = 0; type < likeness.size(); ++type) {
      if (space_.makers()[type].empty()) likeness[type] = 0;
    }
    return Heaviest(NonZero(likeness), kMostAlike);
  }

  void Likeness() {
    const TypeLikeness& types = space_.types();
    evidence_.alike = Alike(types.text, types.text_of_gram);
    for (const auto& [other, alike] : evidence_.alike) {
      const float squared = alike * alike, rare = squared / std::sqrt(Made(space_, other));
      for (const Cell& maker : space_.makers()[other]) {
        At(kNearest, maker.column) = std::max(At(kNearest, maker.column), alike);
        At(kNear, maker.column) += squared;
        At(kPseudo, maker.column) += rare;
      }
    }
    const auto add_squares = [&](const Weighted& alike_types, Signal signal) {
      for (const auto& [other, alike] : alike_types) {
        for (const Cell& maker : space_.makers()[other]) At(signal, maker.column) += alike * alike;
      }
    };
    add_squares(Alike(types.ends, types.ends_of_end), kEnds);
    add_squares(Alike(types.runs, types.runs_of_run), kRuns);
    for (const Cell& run : types.runs[type_]) {
      const auto with = types.runs_of_run[run.column];
      const float rarity = std::log(static_cast<float>(data_.types.size()) / static_cast<float>(with.size()));
      for (const Cell& other : with) {
        if (other.column == type_) continue;
        for (const Cell& maker : space_.makers()[other.column]) At(kRunWords, maker.column) += rarity;
      }
    }
    Weighted pseudo;
    for (std::uint32_t company = 0; company < space_.companies(); ++company) {
      At(kNearShare, company) = At(kNear, company) / std::sqrt(Makes(space_, company) + 3);
      if (At(kPseudo, company) > 0) pseudo.emplace_back(company, trust_[company] * At(kPseudo, company));
    }
    evidence_.pseudo_makers = Heaviest(std::move(pseudo), kMostPseudo);
    ScaleToSum(&evidence_.pseudo_makers);
  }

  // Types whose grams include all of the type's, and those all of whose grams are the type's, by the share they make
  // up.
  void Containment() {
    const auto asked = data_.type_text[type_];
    std::vector<float> shared(data_.types.size());
    for (const Cell& gram : asked) {
      for (const Cell& other : space_.types().text_of_gram[gram.column]) ++shared[other.column];
    }
    shared[type_] = 0;
    const auto count = static_cast<float>(asked.size());
    for (std::uint32_t type = 0; type < shared.size(); ++type) {
      if (shared[type] == 0 || space_.makers()[type].empty()) continue;
      const auto other = static_cast<float>(data_.type_text[type].size());
      const auto add = [&](Signal signal, float share) {
        for (const Cell& maker : space_.makers()[type]) At(signal, maker.column) += share;
      };
      if (shared[type] == count) add(kContains, count / other);
      if (shared[type] == other && other > 1) add(kWithin, other / count);
    }
  }

  // Adds the cosines of all profiles with a mean of some, kept to its heaviest words; or the best of one by one.
  void OfProfiles(WeightedRows companies, Signal signal) {
    Weighted words;
    if (companies.size() == 1) {
      for (const Cell& gram : space_.profiles()[companies[0].first]) words.emplace_back(gram.column, gram.value);
    } else {
      std::vector<float> sum(data_.gram_count);
      for (const auto& [company, weight] : companies) {
        for (const Cell& gram : space_.profiles()[company]) sum[gram.column] += weight * gram.value;
      }
      words = NonZero(sum);
    }
    for (const auto& [gram, weight] : Heaviest(std::move(words), kProfileWords)) {
      for (const Cell& company : space_.profile_of_gram()[gram]) At(signal, company.column) += weight * company.value;
    }
  }
  void ClosestProfile(WeightedRows companies, std::size_t count, Signal signal) {
    std::vector<float> best(space_.companies());
    for (std::size_t i = 0; i < std::min(count, companies.size()); ++i) {
      values_.row(signal).setZero();
      OfProfiles(companies.subspan(i, 1), signal);
      const float weight = companies[i].second / companies[0].second;
      for (std::size_t company = 0; company < best.size(); ++company) {
        best[company] = std::max(best[company], weight * At(signal, company));
      }
    }
    for (std::size_t company = 0; company < best.size(); ++company) At(signal, company) = best[company];
  }
  void Profiles() {
    OfProfiles(makers_, kMakerWords);
    OfProfiles(evidence_.pseudo_makers, kPseudoWords);
    ClosestProfile(makers_, kClosestOf, kClosestMakerWords);
    ClosestProfile(evidence_.pseudo_makers, kClosestPseudoOf, kClosestPseudoWords);
  }

  void AddRelated(const std::vector<std::uint32_t>& types, float weight, Signal signal) {
    if (types.empty()) return;
    const float each = weight / std::sqrt(static_cast<float>(types.size()));
    for (const std::uint32_t type : types) {
      if (type == type_ || space_.makers()[type].empty()) continue;
      const float value = each / std::sqrt(Made(space_, type));
      evidence_.kin.emplace_back(type, value);
      for (const Cell& maker : space_.makers()[type]) At(signal, maker.column) += value;
    }
  }

  std::vector<std::uint32_t> Step(const std::vector<std::uint32_t>& from, const SparseRows& along) const {
    return StepAlong(from, along, type_, kMostCousins);
  }

  void KinAndInputs() {
    const TypeLikeness& types = space_.types();
    const std::vector<std::uint32_t> self = {type_}, parents = Step(self, data_.parents),
                                     children = Step(self, types.children), siblings = Step(parents, types.children),
                                     inputs = Step(self, data_.inputs), users = Step(self, types.users);
    AddRelated(parents, 1, kKin);
    AddRelated(children, 1, kKin);
    AddRelated(siblings, 1, kKin);
    AddRelated(Step(Step(Step(parents, data_.parents), types.children), types.children), 1, kCousins);
    AddRelated(inputs, 1, kInputs);
    AddRelated(users, 1, kInputs);
    AddRelated(Step(inputs, types.users), 1, kInputs);
    AddRelated(Step(users, data_.inputs), 1, kInputs);
    Weighted near;
    for (std::uint32_t company = 0; company < space_.companies(); ++company) {
      const float weight = At(kKin, company) + 0.3F * (At(kCousins, company) + At(kInputs, company));
      if (weight > 0) near.emplace_back(company, trust_[company] * weight);
    }
    kin_makers_ = Heaviest(std::move(near), kMostPseudo);
    ScaleToSum(&kin_makers_);
  }

  // ln((share of a label among these + a little) / (its share of all)), averaged over a company's labels.
  void Lift(const Weighted& among, Signal lift, int share) {
    if (among.empty() || data_.facet_count() == 0) return;
    std::vector<float> found(data_.facet_count());
    for (const auto& [company, weight] : among) {
      for (const Cell& facet : data_.facets[company]) found[facet.column] += weight;
    }
    for (std::size_t facet = 0; facet < found.size(); ++facet) {
      const auto holders = space_.types().facets_of[facet];
      const float usual = static_cast<float>(holders.size()) / static_cast<float>(space_.companies());
      const float gain = std::log((found[facet] + 0.02F * usual + 1e-4F) / (usual + 1e-4F));
      for (const Cell& holder : holders) {
        At(lift, holder.column) += gain / static_cast<float>(data_.facets[holder.column].size());
        if (share >= 0) At(share, holder.column) += found[facet];
      }
    }
  }

  // Columns to liken all companies with, and where the answers go.
  struct Asked {
    std::vector<std::pair<Eigen::VectorXf, int>> columns;
    std::vector<std::pair<int, float>> signals;  // of a column; its factor: 0 is summed into the signal, else the best
    void Add(Eigen::VectorXf column, int leveling, int signal, float best_of = 0) {
      columns.emplace_back(std::move(column), leveling);
      signals.emplace_back(signal, best_of);
    }
  };

  void Answer(const LatentRows& rows, const Asked& asked) {
    if (asked.columns.empty() || rows.dimensions() == 0) return;
    const RowMatrix alike = rows.Alike(asked.columns);
    for (std::size_t i = 0; i < asked.columns.size(); ++i) {
      const auto [signal, best_of] = asked.signals[i];
      auto values = values_.row(signal).array();
      const auto column = alike.col(static_cast<Index>(i)).transpose().array();
      if (best_of == 0) {
        values += column;
      } else {
        values = values.max(column * best_of);
      }
    }
  }

  void Latent() {
    const LatentRows& text = space_.text();
    const LatentRows& pairs = space_.pairs();
    const Weighted& pseudo = evidence_.pseudo_makers;
    Asked of_text, of_pairs;
    const Eigen::VectorXf words = text.Project(space_.ProfileOf(type_), space_.bases().text);
    for (int leveling = 0; leveling < static_cast<int>(kLevelings.size()); ++leveling) {
      of_text.Add(text.Column(words, leveling), leveling, kTextCommon + leveling);
      if (!pseudo.empty()) of_text.Add(text.Mean(pseudo, leveling), leveling, kPseudoCommon + leveling);
      if (!makers_.empty()) of_text.Add(text.Mean(makers_, leveling), leveling, kMakerCommon + leveling);
    }
    if (!kin_makers_.empty()) {
      of_text.Add(text.Mean(kin_makers_, 1), 1, kKinText);
      of_pairs.Add(pairs.Mean(kin_makers_, 1), 1, kKinPairs);
    }
    for (std::size_t i = 0; i < std::min(kClosestOf, makers_.size()); ++i) {
      const auto one = std::span(makers_).subspan(i * makers_.size() / std::min(kClosestOf, makers_.size()), 1);
      of_text.Add(text.Mean(one, 1), 1, kClosestMaker, 1);
      of_pairs.Add(pairs.Mean(one, 1), 1, kPairsClosest, 1);
    }
    for (std::size_t i = 0; i < std::min(kClosestPseudoOf, pseudo.size()); ++i) {
      of_text.Add(text.Mean(std::span(pseudo).subspan(i, 1), 1), 1, kClosestPseudo,
                  pseudo[i].second / pseudo[0].second);
    }
    if (!sense_makers_.empty()) {
      of_text.Add(text.Mean(sense_makers_, 1), 1, kSenseText);
      of_pairs.Add(pairs.Mean(sense_makers_, 1), 1, kSensePairs);
    }
    if (!makers_.empty()) {
      of_pairs.Add(pairs.Mean(makers_, 0), 0, kPairsCommon);
      of_pairs.Add(pairs.Mean(makers_, 1), 1, kPairsMaker);
      of_pairs.Add(pairs.Mean(makers_, 2), 2, kPairsRare);
    }
    if (!pseudo.empty()) of_pairs.Add(pairs.Mean(pseudo, 1), 1, kPairsPseudo);
    Answer(text, of_text);
    Answer(pairs, of_pairs);
  }

  // Rarer types count more among who makes alike ones, as for pseudo-makers.
  void Sense() {
    const RowMatrix& senses = space_.senses();
    if (senses.cols() == 0) return;
    Eigen::VectorXf likeness = senses * senses.row(type_).transpose();
    likeness(type_) = 0;
    Weighted alike;
    for (std::uint32_t company = 0; company < space_.companies(); ++company) {
      float most = 0, sum = 0, rare = 0;
      for (const Cell& made : space_.makes()[company]) {
        const float one = std::max(0.0F, likeness(made.column)), power = one * one * one * one;
        most = std::max(most, one);
        sum += power;
        rare += power / std::sqrt(Made(space_, made.column));
      }
      const float size = std::sqrt(Makes(space_, company) + 3);
      At(kSense, company) = most;
      At(kSenseShare, company) = sum / size;
      if (rare > 0) alike.emplace_back(company, trust_[company] * rare / std::sqrt(size));
    }
    sense_makers_ = Heaviest(std::move(alike), kMostPseudo);
    ScaleToSum(&sense_makers_);
  }

  void Together() {
    std::vector<float> shared(data_.types.size());
    for (const auto& [maker, weight] : makers_) {
      for (const Cell& made : space_.makes()[maker]) shared[made.column] += weight;
    }
    shared[type_] = 0;
    for (std::size_t type = 0; type < shared.size(); ++type) {
      const auto makers = space_.makers()[type];
      if (shared[type] == 0 || makers.size() > kWidelyMade) continue;
      const float value = shared[type] / std::sqrt(static_cast<float>(makers.size()));
      for (const Cell& maker : makers) {
        At(kTogether, maker.column) += value;
        At(kTogetherMost, maker.column) = std::max(At(kTogetherMost, maker.column), value);
      }
    }
    for (std::uint32_t company = 0; company < space_.companies(); ++company)
      At(kTogetherShare, company) = At(kTogether, company) / std::sqrt(Makes(space_, company) + 3);
  }

  // F. Christoffel et al., Blockbusters and wallflowers (RecSys 2015), with alpha 0.6 and beta 0.3.
  void Walk(const Weighted& from, Signal signal) {
    std::vector<float> reached(data_.types.size());
    for (const auto& [company, weight] : from) {
      const float each = weight * std::pow(Makes(space_, company), -0.6F);
      for (const Cell& made : space_.makes()[company]) reached[made.column] += each;
    }
    reached[type_] = 0;
    for (std::size_t type = 0; type < reached.size(); ++type) {
      const auto makers = space_.makers()[type];
      if (reached[type] == 0 || makers.size() > kWidelyMade) continue;
      const float each = reached[type] * std::pow(static_cast<float>(makers.size()), -0.6F);
      for (const Cell& maker : makers) At(signal, maker.column) += each;
    }
    for (std::uint32_t company = 0; company < space_.companies(); ++company) {
      if (At(signal, company) > 0) At(signal, company) *= std::pow(Makes(space_, company), -0.3F);
    }
  }

  void Links() {
    std::vector<float> likeness(data_.types.size());
    for (const auto& [other, alike] : evidence_.alike) likeness[other] = alike / 2;
    likeness[type_] = 1;
    for (std::uint32_t company = 0; company < space_.companies(); ++company) {
      for (const Cell& sold : data_.sells[company])
        At(kSells, company) = std::max(At(kSells, company), likeness[sold.column]);
    }
    const auto follow = [&](const Weighted& from, float factor) {
      for (const auto& [company, weight] : from) {
        for (const Cell& partner : data_.trades[company]) {
          At(kTrades, partner.column) += factor * weight;
          const auto further = data_.trades[partner.column];
          if (further.size() > kWidelyMade) continue;
          const float each = factor * weight / std::sqrt(static_cast<float>(further.size()));
          for (const Cell& peer : further) {
            if (peer.column != company) At(kPeers, peer.column) += each;
          }
        }
      }
    };
    follow(makers_, 1);
    follow(evidence_.pseudo_makers, 0.5F);
  }

  const PotentialSpace& space_;
  const PotentialData& data_;
  const std::uint32_t type_;
  RowMatrix& values_;
  Evidence& evidence_;
  const std::vector<float> trust_;  // in what a company claims
  Weighted makers_, kin_makers_, sense_makers_;
};

}  // namespace

void ComputeSignals(const PotentialSpace& space, std::uint32_t type, RowMatrix* values, Evidence* evidence) {
  Computation(space, type, values, evidence).Run();
}

}  // namespace bulian::match
