// What makes signals comparable between types.
#ifndef SERVICES_MATCH_POTENTIAL_STANDARD_H_
#define SERVICES_MATCH_POTENTIAL_STANDARD_H_

#include <Eigen/Core>
#include <span>

#include "services/match/latent_basis.h"

namespace bulian::match {

// Signed square root, then how many standard deviations from the mean of those that companies stand for, within -8 to
// 60; 0 for a signal that says nothing.
class Standard {
 public:
  Standard() = default;
  // `values` signals x companies; `stands_for` a number for each of them.
  Standard(const RowMatrix& values, std::span<const float> stands_for);

  void Apply(RowMatrix* values) const;

 private:
  Eigen::VectorXf means_, factors_;
};

}  // namespace bulian::match

#endif  // SERVICES_MATCH_POTENTIAL_STANDARD_H_
