#include "services/match/potential_ranking.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "services/match/potential_model.h"

namespace bulian::match {

using Eigen::Index;
using model::Row;

PotentialRanking::PotentialRanking(const PotentialModel& model, std::uint32_t type) : type_(type) {
  const PotentialSpace& space = model.space();
  const TypeSignals of_type(space, type);
  evidence_ = of_type.evidence();
  Subjects subjects = SubjectsFor(space, type, evidence_);
  companies_ = std::move(subjects.companies);
  whole_ = companies_.size() == space.companies();
  signals_ = of_type.Of(companies_);
  standard_ = Standard(signals_, subjects.stands_for);
  standard_.Apply(&signals_);
  const Eigen::VectorXf scores = ScoresOf(model, companies_, signals_);
  log_total_ = LogTotal(scores, subjects.stands_for);
  best_ = Ranked(model, companies_, scores);
  const std::vector<std::uint32_t>& index = model.data().company_of_row;
  probabilities_.resize(companies_.size());
  for (const Likely& likely : best_) {
    const auto at = std::lower_bound(companies_.begin(), companies_.end(), index[likely.enterprise]);
    probabilities_[static_cast<std::size_t>(at - companies_.begin())] = likely.probability;
  }
}

std::vector<PotentialRanking::Likely> PotentialRanking::Ranked(const PotentialModel& model,
                                                               std::span<const std::uint32_t> companies,
                                                               const Eigen::VectorXf& scores) const {
  std::vector<std::uint32_t> order(companies.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(),
            [&](std::uint32_t a, std::uint32_t b) { return scores(a) != scores(b) ? scores(a) > scores(b) : a < b; });
  std::vector<Likely> ranked;
  ranked.reserve(order.size());
  const Calibration& calibration = LessonOf(model).calibration;
  for (const std::uint32_t i : order) {
    ranked.push_back({model.data().companies[companies[i]],
                      calibration.Probability(static_cast<double>(scores(i) - log_total_), evidence_.makers.size())});
  }
  return ranked;
}

const TaskLesson& PotentialRanking::LessonOf(const PotentialModel& model) const {
  return evidence_.makers.empty() ? model.lesson().cold : model.lesson().warm;
}

Eigen::VectorXf PotentialRanking::ScoresOf(const PotentialModel& model, std::span<const std::uint32_t> companies,
                                           const RowMatrix& signals) const {
  Eigen::VectorXf scores = LessonOf(model).Score(signals, evidence_.makers.size());
  const std::vector<float>& leans = model.leans(!evidence_.makers.empty());
  for (std::size_t i = 0; i < companies.size(); ++i) scores(static_cast<Index>(i)) += leans[companies[i]];
  return scores;
}

const TypeSignals& PotentialRanking::Others(const PotentialModel& model) const {
  std::call_once(signals_once_, [&] {
    of_others_ = std::make_unique<const TypeSignals>(model.space(), type_);
    found_later_ += 4 * (model.data().gram_count + model.data().types.size() * 2);
  });
  return *of_others_;
}

std::span<const PotentialRanking::Likely> PotentialRanking::others(const PotentialModel& model) const {
  if (whole_) return {};
  std::call_once(others_once_, [&] {
    constexpr std::size_t kTogether = 4096;
    std::vector<std::uint32_t> all;
    auto seen = companies_.begin();
    for (std::uint32_t company = 0; company < model.space().companies(); ++company) {
      if (seen != companies_.end() && *seen == company) {
        ++seen;
      } else {
        all.push_back(company);
      }
    }
    Eigen::VectorXf scores(static_cast<Index>(all.size()));
    for (std::size_t begin = 0; begin < all.size(); begin += kTogether) {
      const auto some = std::span(all).subspan(begin, std::min(kTogether, all.size() - begin));
      RowMatrix signals = Others(model).Of(some);
      standard_.Apply(&signals);
      scores.segment(static_cast<Index>(begin), signals.cols()) = ScoresOf(model, some, signals);
    }
    others_ = Ranked(model, all, scores);
    found_later_ += others_.size() * sizeof(Likely);
  });
  return others_;
}

Eigen::VectorXf PotentialRanking::SignalsOf(const PotentialModel& model, std::uint32_t company) const {
  const auto at = std::lower_bound(companies_.begin(), companies_.end(), company);
  if (at != companies_.end() && *at == company) return signals_.col(at - companies_.begin());
  RowMatrix signals = Others(model).Of(std::span(&company, 1));
  standard_.Apply(&signals);
  return signals.col(0);
}

double PotentialRanking::ProbabilityOf(const PotentialModel& model, Row enterprise) const {
  const std::vector<std::uint32_t>& index = model.data().company_of_row;
  if (enterprise >= index.size() || index[enterprise] == kNoIndex) return 0;
  const std::uint32_t company = index[enterprise];
  const auto at = std::lower_bound(companies_.begin(), companies_.end(), company);
  if (at != companies_.end() && *at == company)
    return probabilities_[static_cast<std::size_t>(at - companies_.begin())];
  const Eigen::VectorXf scores = ScoresOf(model, std::span(&company, 1), SignalsOf(model, company));
  return LessonOf(model).calibration.Probability(static_cast<double>(scores(0) - log_total_), evidence_.makers.size());
}

std::vector<double> PotentialRanking::WeightsOf(const PotentialModel& model, std::uint32_t company,
                                                std::span<const std::span<const Signal>> groups) const {
  const Eigen::VectorXf own = SignalsOf(model, company);
  RowMatrix all(own.size(), static_cast<Index>(groups.size()) + 1);
  all.colwise() = own;
  for (std::size_t group = 0; group < groups.size(); ++group) {
    for (const Signal signal : groups[group]) all(signal, static_cast<Index>(group) + 1) = 0;
  }
  const Eigen::VectorXf scores = LessonOf(model).Score(all, evidence_.makers.size());
  std::vector<double> weights;
  for (std::size_t group = 0; group < groups.size(); ++group) {
    weights.push_back(static_cast<double>(scores(0) - scores(static_cast<Index>(group) + 1)));
  }
  return weights;
}

PotentialRanking::Reasons PotentialRanking::KeptReasons(std::uint32_t company) const {
  std::lock_guard lock(mutex_);
  for (const auto& [of, reasons] : reasons_) {
    if (of == company) return reasons;
  }
  return nullptr;
}

void PotentialRanking::KeepReasons(std::uint32_t company, Reasons reasons) const {
  constexpr std::size_t kMostKept = 32, kBytesOfOne = 2000;
  std::lock_guard lock(mutex_);
  if (reasons_.size() == kMostKept) return;
  reasons_.emplace_back(company, std::move(reasons));
  found_later_ += kBytesOfOne;
}

std::size_t PotentialRanking::bytes() const {
  const std::size_t lists = evidence_.makers.size() + 2 * (evidence_.alike.size() + evidence_.ends.size() +
                                                           evidence_.runs.size() + evidence_.kin.size());
  return static_cast<std::size_t>(signals_.size()) * sizeof(float) +
         companies_.size() * (sizeof(Likely) + sizeof(double) + sizeof(std::uint32_t)) + lists * 4 + found_later_;
}

}  // namespace bulian::match
