#include "services/match/potential_evidence.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "services/match/type_steps.h"

namespace bulian::match {
namespace {

using Cell = SparseRows::Cell;

constexpr std::size_t kMostAlike = 200, kMostSenses = 512, kMostPseudo = 50, kMostMakers = 256, kMostCousins = 2000,
                      kMostSeen = 160'000;

class Finder {
 public:
  Finder(const PotentialSpace& space, std::uint32_t type, Evidence* evidence)
      : space_(space), data_(space.data()), type_(type), evidence_(*evidence), tally_(space.companies()) {}

  void Run(const Eigen::VectorXf& senses) {
    for (const Cell& maker : space_.makers()[type_]) evidence_.makers.push_back(maker.column);
    evidence_.some_makers = EvenShare(evidence_.makers, kMostMakers);
    Names();
    KinAndInputs();
    Senses(senses);
    std::sort(evidence_.leading.begin(), evidence_.leading.end());
    const auto end = std::unique(evidence_.leading.begin(), evidence_.leading.end());
    evidence_.leading.erase(end, evidence_.leading.end());
  }

 private:
  bool IsMade(std::uint32_t type) const { return !space_.makers()[type].empty(); }
  float Rare(std::uint32_t type) const { return 1 / std::sqrt(space_.Made(type)); }

  // Other types that are made at all, by likeness of two unit rows.
  Weighted Alike(const SparseRows& rows, const SparseRows& turned) const {
    std::vector<float> likeness(data_.types.size());
    for (const Cell& gram : rows[type_]) {
      for (const Cell& other : turned[gram.column]) likeness[other.column] += gram.value * other.value;
    }
    likeness[type_] = 0;
    Weighted alike = NonZero(likeness);
    std::erase_if(alike, [&](const auto& one) { return !IsMade(one.first); });
    return Heaviest(std::move(alike), kMostAlike);
  }

  // Who makes most of the types, by what they weigh; `damped(company)` is a factor.
  template <class Damped>
  Weighted Foremost(const Weighted& types, const Damped& damped) {
    VisitMakers(space_, types, kMostSeen, [&](std::uint32_t company, float weight) { tally_.Add(company, weight); });
    Weighted all = tally_.Take();
    for (auto& [company, weight] : all) weight *= space_.trust()[company] * damped(company);
    Weighted foremost = Heaviest(all, kMostPseudo);
    if (space_.companies() > space_.limits().all) {
      std::erase_if(all, [&](const auto& one) { return evidence_.IsMaker(one.first); });
      for (const auto& [company, weight] : Heaviest(std::move(all), space_.limits().listed)) {
        evidence_.leading.push_back(company);
      }
    }
    ScaleToSum(&foremost);
    return foremost;
  }

  void Names() {
    const TypeLikeness& types = space_.types();
    evidence_.alike = Alike(types.text, types.text_of_gram);
    evidence_.ends = Alike(types.ends, types.ends_of_end);
    evidence_.runs = Alike(types.runs, types.runs_of_run);
    Weighted rare = evidence_.alike;
    for (auto& [other, alike] : rare) alike *= alike * Rare(other);
    evidence_.pseudo_makers = Foremost(rare, [](std::uint32_t) { return 1.0F; });
  }

  void AddRelated(const std::vector<std::uint32_t>& types, Weighted* related) const {
    const float each = 1 / std::sqrt(static_cast<float>(types.size()));
    for (const std::uint32_t type : types) {
      if (type != type_ && IsMade(type)) related->emplace_back(type, each * Rare(type));
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
    AddRelated(parents, &evidence_.kin);
    AddRelated(children, &evidence_.kin);
    AddRelated(siblings, &evidence_.kin);
    AddRelated(Step(Step(Step(parents, data_.parents), types.children), types.children), &evidence_.cousins);
    AddRelated(inputs, &evidence_.inputs);
    AddRelated(users, &evidence_.inputs);
    AddRelated(Step(inputs, types.users), &evidence_.inputs);
    AddRelated(Step(users, data_.inputs), &evidence_.inputs);
    Weighted near = evidence_.kin;
    for (const Weighted* further : {&evidence_.cousins, &evidence_.inputs}) {
      for (const auto& [type, weight] : *further) near.emplace_back(type, 0.3F * weight);
    }
    const std::size_t count = near.size();
    evidence_.kin_makers = Foremost(Heaviest(std::move(near), count), [](std::uint32_t) { return 1.0F; });
  }

  void Senses(const Eigen::VectorXf& senses) {
    Weighted alike;
    for (std::uint32_t type = 0; type < static_cast<std::uint32_t>(senses.size()); ++type) {
      const float one = senses(type), power = one * one * one * one;
      if (one > 0 && type != type_ && IsMade(type)) alike.emplace_back(type, power * Rare(type));
    }
    evidence_.sense_makers = Foremost(Heaviest(std::move(alike), kMostSenses), [&](std::uint32_t company) {
      return std::pow(space_.Makes(company) + 3, -0.25F);
    });
  }

  const PotentialSpace& space_;
  const PotentialData& data_;
  const std::uint32_t type_;
  Evidence& evidence_;
  SparseSums tally_;
};

}  // namespace

Eigen::VectorXf SenseLikeness(const PotentialSpace& space, std::uint32_t type) {
  const RowMatrix& senses = space.senses();
  if (senses.cols() == 0) return {};
  Eigen::VectorXf likeness = senses * senses.row(type).transpose();
  likeness(type) = 0;
  return likeness;
}

Weighted SumProfiles(const PotentialSpace& space, const Weighted& companies, SparseSums* sums) {
  for (const auto& [company, weight] : companies) {
    for (const Cell& gram : space.profiles()[company]) {
      if (gram.value > 0) sums->Add(gram.column, weight * gram.value);
    }
  }
  return sums->Take();
}

Evidence FindEvidence(const PotentialSpace& space, std::uint32_t type, const Eigen::VectorXf& senses) {
  Evidence evidence;
  Finder(space, type, &evidence).Run(senses);
  return evidence;
}

}  // namespace bulian::match
