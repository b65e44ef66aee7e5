// Companies by how likely they could make a type.
#ifndef SERVICES_MATCH_POTENTIAL_RANKING_H_
#define SERVICES_MATCH_POTENTIAL_RANKING_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "bulian/v1/match.pb.h"
#include "services/match/potential_lesson.h"
#include "services/match/potential_standard.h"
#include "services/match/potential_subjects.h"
#include "services/match/type_signals.h"
#include "services/model/snapshot.h"

namespace bulian::match {

class PotentialModel;

// Immutable but for what it finds when first asked, thread-safe. Of the model it was made by, which is given to each
// method that needs it: a model keeps its rankings.
class PotentialRanking {
 public:
  struct Likely {
    model::Row enterprise = model::kNoRow;
    double probability = 0;  // that the pair is among held-out pairs of the cluster
  };
  PotentialRanking(const PotentialModel& model, std::uint32_t type);

  // Who was looked at, best first, ties by name; also those that are known to make it.
  std::span<const Likely> best() const { return best_; }
  // Whether that is everybody.
  bool whole() const { return whole_; }
  // Everybody else, best first. The first call computes it: some microseconds a company.
  std::span<const Likely> others(const PotentialModel& model) const;
  // 0 for who is not ranked: an alliance.
  double ProbabilityOf(const PotentialModel& model, model::Row enterprise) const;

  // For explanations; companies and types by index.
  std::uint32_t type() const { return type_; }
  const Evidence& evidence() const { return evidence_; }
  // For each group of signals how the company's score falls without them; below 0 if it rises.
  std::vector<double> WeightsOf(const PotentialModel& model, std::uint32_t company,
                                std::span<const std::span<const Signal>> groups) const;
  // What was said of a company when it was explained before, or null; it is kept for the first few.
  using Reasons = std::shared_ptr<const std::vector<v1::PotentialReason>>;
  Reasons KeptReasons(std::uint32_t company) const;
  void KeepReasons(std::uint32_t company, Reasons reasons) const;
  // Of memory, about.
  std::size_t bytes() const;

 private:
  const TaskLesson& LessonOf(const PotentialModel& model) const;
  Eigen::VectorXf ScoresOf(const PotentialModel& model, std::span<const std::uint32_t> companies,
                           const RowMatrix& signals) const;
  // Scores and probabilities of columns of standardised signals.
  std::vector<Likely> Ranked(const PotentialModel& model, std::span<const std::uint32_t> companies,
                             const Eigen::VectorXf& scores) const;
  const TypeSignals& Others(const PotentialModel& model) const;
  // Standardised.
  Eigen::VectorXf SignalsOf(const PotentialModel& model, std::uint32_t company) const;

  std::uint32_t type_;
  bool whole_ = true;
  Evidence evidence_;
  Standard standard_;
  float log_total_ = 0;
  std::vector<std::uint32_t> companies_;  // looked at, ascending
  RowMatrix signals_;                     // of these, standardised
  std::vector<double> probabilities_;     // of these
  std::vector<Likely> best_;
  mutable std::mutex mutex_;
  mutable std::vector<std::pair<std::uint32_t, Reasons>> reasons_;
  mutable std::once_flag signals_once_, others_once_;
  mutable std::unique_ptr<const TypeSignals> of_others_;
  mutable std::vector<Likely> others_;
  mutable std::atomic<std::size_t> found_later_{0};  // bytes
};

}  // namespace bulian::match

#endif  // SERVICES_MATCH_POTENTIAL_RANKING_H_
