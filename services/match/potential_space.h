// What the potential model computes with: the pairs of a cluster, or part of them, with the indexes built on them.
#ifndef SERVICES_MATCH_POTENTIAL_SPACE_H_
#define SERVICES_MATCH_POTENTIAL_SPACE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "services/match/latent_basis.h"
#include "services/match/latent_rows.h"
#include "services/match/potential_data.h"
#include "services/match/sparse_rows.h"

namespace bulian::match {

// The main directions of the companies' texts (grams) and of what they make (types).
struct PotentialBases {
  LatentBasis text, pairs;
};
using PotentialBasesPtr = std::shared_ptr<const PotentialBases>;

// Of types alone: how alike they are, whoever makes them. Immutable, thread-safe.
struct TypeLikeness {
  explicit TypeLikeness(const PotentialData& data);
  SparseRows text, text_of_gram;  // types x grams, unit length; and its transpose
  SparseRows ends, ends_of_end;   // types x ends of names, unit length; and its transpose
  SparseRows runs, runs_of_run;   // types x runs of names, unit length; and its transpose
  SparseRows children, users;     // transposes of parents and of inputs
  SparseRows facets_of;           // facets x companies
};

// Which companies a ranking looks at: all up to `all`; else those that lead a list of some kind of evidence, `listed`
// of each, and an even sample that stands for the others. Lists are found by looking at about `seen` entries of
// inverted lists for each kind.
struct SubjectLimits {
  std::size_t all = 8192, listed = 200, sample = 1024, seen = 64'000;
};

// Immutable, thread-safe; keeps references to what it is made of.
class PotentialSpace {
 public:
  // `makes` as PotentialData::makes or with fewer pairs; everything is found from these alone but the directions, if
  // `known` gives some: finding them is most of the work. Uses up to two threads. Stopped: what it holds is of no use.
  PotentialSpace(const PotentialData& data, const TypeLikeness& types, SparseRows makes, const SubjectLimits& limits,
                 const StopToken& stop, PotentialBasesPtr known = nullptr);

  const PotentialData& data() const { return data_; }
  const TypeLikeness& types() const { return types_; }
  const PotentialBasesPtr& bases() const { return bases_; }
  const SparseRows& makes() const { return makes_; }
  const SparseRows& makers() const { return makers_; }  // types x companies
  // Companies x grams, BM25 weights: of all that is said of a company, of its descriptions and annotations alone, of
  // its names alone.
  const SparseRows& words() const { return words_; }
  const SparseRows& labels() const { return labels_; }
  const SparseRows& names() const { return names_; }
  // Companies x grams of what they make, by how often and how rare, unit length.
  const SparseRows& profiles() const { return profiles_; }
  // Transposes of these and of PotentialData::sells, by which companies are found. Only where rankings do not look at
  // all companies.
  const SparseRows& words_of_gram() const { return words_of_gram_; }
  const SparseRows& profile_of_gram() const { return profile_of_gram_; }
  const SparseRows& sellers() const { return sellers_; }
  const LatentRows& text() const { return *text_; }
  const LatentRows& pairs() const { return *pairs_; }
  // Types x text directions, unit length: what their words mean by the company they keep. Empty without directions.
  const RowMatrix& senses() const { return senses_; }
  // The words of a type as the text directions read them.
  std::vector<SparseRows::Cell> ProfileOf(std::uint32_t type) const;
  std::size_t companies() const { return makes_.rows(); }
  // Of how many companies a type is made, and how many types a company makes; 1 at least.
  float Made(std::uint32_t type) const { return static_cast<float>(std::max<std::size_t>(1, makers_[type].size())); }
  float Makes(std::uint32_t company) const {
    return static_cast<float>(std::max<std::size_t>(1, makes_[company].size()));
  }
  // Per company, how far it is believed in what it claims to make.
  const std::vector<float>& trust() const { return trust_; }
  // ln((share of a label among some + a little) / (its share among all)).
  float LabelGain(std::uint32_t label, float share) const {
    return share == 0 ? label_gains_[label] : FindLabelGain(label, share);
  }
  // How many companies a ranking looks at.
  const SubjectLimits& limits() const { return limits_; }
  // Companies that make anything: what scores are compared with.
  const std::vector<std::uint32_t>& active() const { return active_; }

 private:
  // Counted grams of companies: of what they make, and with `whole` of what they sell and their own text too.
  SparseRows Documents(bool whole) const;
  SparseRows UnitProfiles(const SparseRows& documents) const;
  // Companies x types, each company as much as any; fills active_.
  SparseRows EvenPairs();
  void FindSenses();
  float FindLabelGain(std::uint32_t label, float share) const;

  const PotentialData& data_;
  const TypeLikeness& types_;
  const SubjectLimits limits_;
  PotentialBasesPtr bases_;
  SparseRows makes_, makers_, words_, names_, labels_, profiles_, words_of_gram_, profile_of_gram_, sellers_;
  std::vector<float> trust_, label_gains_;  // the latter without any share
  std::vector<float> rarity_;               // per gram, as the text profiles weigh it
  std::vector<std::uint32_t> active_;
  std::unique_ptr<const LatentRows> text_, pairs_;
  RowMatrix senses_;
};

}  // namespace bulian::match

#endif  // SERVICES_MATCH_POTENTIAL_SPACE_H_
