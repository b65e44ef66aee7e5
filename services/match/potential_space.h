// What the potential model computes with: the pairs of a cluster, or part of them, with the indexes built on them.
#ifndef SERVICES_MATCH_POTENTIAL_SPACE_H_
#define SERVICES_MATCH_POTENTIAL_SPACE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "services/match/latent_basis.h"
#include "services/match/latent_rows.h"
#include "services/match/potential_data.h"
#include "services/match/sparse_rows.h"

namespace bulian::match {

// The main directions of the companies' texts and of what they make.
struct PotentialBases {
  LatentBasis text, pairs;
};

// Of types alone: how alike they are, whoever makes them. Immutable, thread-safe.
struct TypeLikeness {
  explicit TypeLikeness(const PotentialData& data);
  SparseRows text, text_of_gram;  // types x grams, unit length; and its transpose
  SparseRows ends, ends_of_end;   // types x ends of names, unit length; and its transpose
  SparseRows runs, runs_of_run;   // types x runs of names, unit length; and its transpose
  SparseRows children, users;     // transposes of parents and of inputs
  SparseRows facets_of;           // facets x companies
};

// Immutable, thread-safe; keeps references to what it is made of.
class PotentialSpace {
 public:
  // `makes` as PotentialData::makes or with fewer pairs; everything is found from these alone. Uses up to two threads.
  // Stopped: what it holds is of no use.
  PotentialSpace(const PotentialData& data, const TypeLikeness& types, SparseRows makes, const StopToken& stop);

  const PotentialData& data() const { return data_; }
  const TypeLikeness& types() const { return types_; }
  const PotentialBases& bases() const { return bases_; }
  const SparseRows& makes() const { return makes_; }
  const SparseRows& makers() const { return makers_; }  // types x companies
  const SparseRows& words() const { return words_; }    // grams x companies, BM25 weights
  const SparseRows& labels() const { return labels_; }  // of their descriptions and annotations alone
  const SparseRows& names() const { return names_; }    // the same of the companies' own texts alone
  // Companies x grams of what they make, by how often and how rare, unit length; and its transpose.
  const SparseRows& profiles() const { return profiles_; }
  const SparseRows& profile_of_gram() const { return profile_of_gram_; }
  const LatentRows& text() const { return *text_; }
  const LatentRows& pairs() const { return *pairs_; }
  // Types x text directions, unit length: what their words mean by the company they keep. Empty without directions.
  const RowMatrix& senses() const { return senses_; }
  // The words of a type as the text directions read them.
  std::vector<SparseRows::Cell> ProfileOf(std::uint32_t type) const;
  std::size_t companies() const { return makes_.rows(); }
  // Companies that make anything: what scores are compared with.
  const std::vector<std::uint32_t>& active() const { return active_; }

 private:
  // Counted grams of companies: of what they make, and with `whole` of what they sell and their own text too.
  SparseRows Documents(bool whole) const;
  SparseRows UnitProfiles(const SparseRows& documents) const;
  // Companies x types, each company as much as any; fills active_.
  SparseRows EvenPairs();
  void FindSenses();

  const PotentialData& data_;
  const TypeLikeness& types_;
  PotentialBases bases_;
  SparseRows makes_, makers_, words_, names_, labels_, profiles_, profile_of_gram_;
  std::vector<float> rarity_;  // per gram, as the text profiles weigh it
  std::vector<std::uint32_t> active_;
  std::unique_ptr<const LatentRows> text_, pairs_;
  RowMatrix senses_;
};

}  // namespace bulian::match

#endif  // SERVICES_MATCH_POTENTIAL_SPACE_H_
