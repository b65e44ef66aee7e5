// A small network that weighs signals: a linear part that starts from and is pulled to plain weights, and one layer of
// hinges for what signals say together. How many makers are known moves the linear weights and opens and closes hinges,
// because with more of them other signals tell most. Learned by the list: the held-out companies of a type should have
// the greatest scores of all (Z. Cao et al., Learning to rank: from pairwise approach to listwise approach, ICML 2007),
// by Adam (D. Kingma, J. Ba, 2015). Pure; the same numbers every time on one machine.
#ifndef SERVICES_MATCH_POTENTIAL_NET_H_
#define SERVICES_MATCH_POTENTIAL_NET_H_

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include "services/match/latent_basis.h"
#include "services/match/retrieval.h"

namespace bulian::match {

// One type with some of the companies that could make it.
struct Lecture {
  std::vector<std::uint32_t> companies;
  RowMatrix signals;            // companies x signals, standardised
  Eigen::VectorXf truth;        // of held-out makers, sums to 1; 0 for the others
  Eigen::VectorXf log_weights;  // logarithm of how many companies one stands for
  float makers = 0;             // known ones
  float weight = 1;             // how many lectures it counts for
};

// Immutable once learned, then thread-safe.
class PotentialNet {
 public:
  // Of these weights alone.
  explicit PotentialNet(const Eigen::VectorXf& weights)
      : prior_(weights), linear_(weights), linear_by_makers_(Eigen::VectorXf::Zero(weights.size())) {}

  // Learns from all lectures but each `folds`-th from `fold` on. False if stopped.
  bool Learn(std::span<const Lecture> lectures, std::size_t fold, std::size_t folds, const StopToken& stop);

  // One score for each row of companies x signals, for a type with so many known makers.
  Eigen::VectorXf Score(const RowMatrix& signals, float makers) const;
  Eigen::Index signals() const { return linear_.size(); }

 private:
  class Adam;
  struct Slopes;

  // Numbers to start from, drawn by `random`.
  void Start(std::mt19937_64& random);
  void AddSlopes(const Lecture& lecture, float weight, Slopes* slopes) const;
  // Of each signal and of each hinge, for a type with so many known makers.
  Eigen::VectorXf LinearFor(float makers) const;
  Eigen::VectorXf OffsetsFor(float makers) const;

  Eigen::VectorXf prior_, linear_, linear_by_makers_;
  Eigen::MatrixXf inner_;                        // signals x hinges; empty: none
  Eigen::VectorXf offsets_, by_makers_, outer_;  // per hinge
};

}  // namespace bulian::match

#endif  // SERVICES_MATCH_POTENTIAL_NET_H_
