// What a cluster's own pairs teach: some are held out, and the weights are learned that find them again.
#ifndef SERVICES_MATCH_POTENTIAL_LESSON_H_
#define SERVICES_MATCH_POTENTIAL_LESSON_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "services/match/potential_net.h"
#include "services/match/potential_signals.h"
#include "services/match/potential_space.h"

namespace bulian::match {

// Turns a score into the probability that the pair is among those held out: logistic in the logarithm of the score's
// share of all companies' scores and of how many makers are known.
struct Calibration {
  double share = 1, offset = 0, makers = 0;
  // `log_share` below 0: logarithm of exp(score) over its sum over all companies.
  double Probability(double log_share, std::size_t known_makers) const;
};

// For types with known makers (warm) or without (cold). The mean of some networks, each of which has not seen a part of
// the lectures: that part calibrates.
struct TaskLesson {
  std::vector<PotentialNet> nets;
  Calibration calibration;
  std::vector<std::pair<std::uint64_t, float>> leans;  // by key, ascending; 0 for others
  std::size_t lectures = 0;                            // 0: nothing to learn from, plain weights

  // To be added to companies' scores whatever the type (potential_leans.h), of the companies with these keys.
  std::vector<float> LeansOf(std::span<const std::uint64_t> keys) const;

  // Mean score of the networks per company, for a type with so many known makers; `signals` as TypeSignals and
  // Standard leave them.
  Eigen::VectorXf Score(const RowMatrix& signals, std::size_t known_makers) const;
};

struct PotentialLesson {
  std::int64_t revision = 0;  // of the records it was learned from
  TaskLesson warm, cold;
  // The directions of the same records, and what their rows stand for.
  PotentialBasesPtr bases;
  std::vector<std::string> grams, types;
};

// The directions for other grams and types: what a lesson does not know has no part in any.
PotentialBasesPtr DirectionsFor(const PotentialLesson& lesson, std::span<const std::string> grams,
                                std::span<const std::string> types);

// Deterministic; no more than some thousand held-out pairs, so that time is bounded whatever the cluster's size. Runs
// up to two threads. nullopt if stopped.
std::optional<PotentialLesson> LearnPotential(const PotentialData& data, const TypeLikeness& types,
                                              const SubjectLimits& limits, const StopToken& stop);

// Logarithm of the sum of exp(score) over all that the companies stand for; 0 if they stand for nobody.
float LogTotal(const Eigen::VectorXf& scores, std::span<const float> stands_for);

}  // namespace bulian::match

#endif  // SERVICES_MATCH_POTENTIAL_LESSON_H_
