// Who and what bears on a type: what its signals are computed from, and what explanations name.
#ifndef SERVICES_MATCH_POTENTIAL_EVIDENCE_H_
#define SERVICES_MATCH_POTENTIAL_EVIDENCE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "services/match/potential_space.h"
#include "services/match/sparse_sums.h"
#include "services/match/weighted.h"

namespace bulian::match {

struct Evidence {
  std::vector<std::uint32_t> makers;  // known ones, ascending
  Weighted some_makers;               // of these some, spread evenly; weights are equal and sum to 1
  Weighted alike, ends, runs;         // types by likeness of names, of their ends, of runs of three; best first
  Weighted kin, cousins, inputs;      // types near in the taxonomy or joined by inputs; one may stand more than once
  Weighted pseudo_makers;             // who makes most types of like names
  Weighted kin_makers, sense_makers;  // who makes most of the kin; most types of a like sense
  // Companies but makers that are high in one of these three lists, which are kept short; ascending. Only where
  // rankings do not look at all companies.
  std::vector<std::uint32_t> leading;

  bool IsMaker(std::uint32_t company) const { return std::binary_search(makers.begin(), makers.end(), company); }
};

// How alike the type is to each type in sense, -1 to 1; empty without directions. Costs types x directions.
Eigen::VectorXf SenseLikeness(const PotentialSpace& space, std::uint32_t type);

// Deterministic. The three lists of companies have weights that sum to 1, best first. Lists of makers are read up to
// fixed limits, so that the time depends on the types alone: of a type that very many make some are seen, spread
// evenly, and of many types those that count most.
Evidence FindEvidence(const PotentialSpace& space, std::uint32_t type, const Eigen::VectorXf& senses);

// Words of what some companies make: the weighted sum of their profiles. `sums` has a place for each gram.
Weighted SumProfiles(const PotentialSpace& space, const Weighted& companies, SparseSums* sums);

// Shows the makers of the types, in the order of the list, as visit(company, weight of the type), until about `most`
// were seen; of one type no more than some thousand.
template <class Visit>
void VisitMakers(const PotentialSpace& space, const Weighted& types, std::size_t most, Visit&& visit) {
  constexpr std::size_t kMostOfOne = 4096;
  std::size_t seen = 0;
  for (const auto& [type, weight] : types) {
    const auto makers = space.makers()[type];
    const std::size_t count = std::min(makers.size(), kMostOfOne);
    for (std::size_t i = 0; i < count; ++i) visit(makers[i * makers.size() / count].column, weight);
    if ((seen += count) >= most) return;
  }
}

}  // namespace bulian::match

#endif  // SERVICES_MATCH_POTENTIAL_EVIDENCE_H_
