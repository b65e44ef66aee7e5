// How much more often a company turned out to be a maker than was foreseen, whatever the type: some companies state
// more of what they make than others that look alike.
#ifndef SERVICES_MATCH_POTENTIAL_LEANS_H_
#define SERVICES_MATCH_POTENTIAL_LEANS_H_

#include <Eigen/Core>
#include <cstdint>
#include <span>
#include <vector>

#include "services/match/potential_net.h"

namespace bulian::match {

// Counts over lectures; ln((found + 8) / (foreseen + 8)) is the logarithm of a gamma-Poisson mean, near 0 where little
// was seen. Belongs to one thread while it counts.
class Leans {
 public:
  // `trust` per company in what it claims: nobody gains by claims that are not believed. Kept by reference.
  explicit Leans(const std::vector<float>& trust) : trust_(trust), foreseen_(trust.size()), found_(trust.size()) {}

  // `scores` by a network that has not seen the lecture.
  void Count(const Lecture& lecture, const Eigen::VectorXf& scores);
  // Added to a company's score; 0 for one that no lecture showed.
  float Of(std::uint32_t company) const { return Without(company, 0, 0); }
  // Adds to the scores of a counted lecture what the other lectures say of each company.
  void AddTo(const Lecture& lecture, Eigen::VectorXf* scores) const;

 private:
  // Left out: a lecture in which it was so much foreseen and found.
  float Without(std::uint32_t company, float foreseen, float found) const;

  const std::vector<float>& trust_;
  std::vector<double> foreseen_, found_;
};

}  // namespace bulian::match

#endif  // SERVICES_MATCH_POTENTIAL_LEANS_H_
