// Which companies are looked at to rank them for a type.
#ifndef SERVICES_MATCH_POTENTIAL_SUBJECTS_H_
#define SERVICES_MATCH_POTENTIAL_SUBJECTS_H_

#include <cstdint>
#include <span>
#include <vector>

#include "services/match/potential_evidence.h"
#include "services/match/potential_space.h"

namespace bulian::match {

struct Subjects {
  std::vector<std::uint32_t> companies;  // ascending
  // For how many companies one stands, of those that make something and are not known to make the type: what scores are
  // compared with. 0 for those that are none of these.
  std::vector<float> stands_for;
};

// All companies, or within the space's limits those that lead by what they make, by words, by what makers and
// pseudo-makers make, by their words, by links; those in `also` (ascending); and a sample. Deterministic.
Subjects SubjectsFor(const PotentialSpace& space, std::uint32_t type, const Evidence& evidence,
                     std::span<const std::uint32_t> also = {});

}  // namespace bulian::match

#endif  // SERVICES_MATCH_POTENTIAL_SUBJECTS_H_
