#include "services/match/potential_leans.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace bulian::match {
namespace {

using Eigen::Index;

// As if each company also were so often foreseen and found: few lectures move little.
constexpr double kUsual = 8;

// Shares that the scores give; 0 for who stands for others or is known not to make it.
Eigen::VectorXf Shares(const Lecture& lecture, const Eigen::VectorXf& scores) {
  Eigen::ArrayXf shares = (scores + lecture.log_weights).array();
  shares = (shares - shares.maxCoeff()).exp();
  shares /= shares.sum();
  return ((lecture.log_weights.array() == 0).cast<float>() * shares).matrix();
}

}  // namespace

void Leans::Count(const Lecture& lecture, const Eigen::VectorXf& scores) {
  const Eigen::VectorXf shares = Shares(lecture, scores);
  for (Index row = 0; row < shares.size(); ++row) {
    const std::uint32_t company = lecture.companies[static_cast<std::size_t>(row)];
    foreseen_[company] += static_cast<double>(lecture.weight * shares(row));
    found_[company] += static_cast<double>(lecture.weight * lecture.truth(row));
  }
}

float Leans::Without(std::uint32_t company, float foreseen, float found) const {
  const double more = found_[company] - static_cast<double>(found) + kUsual,
               expected = foreseen_[company] - static_cast<double>(foreseen) + kUsual;
  const auto lean = static_cast<float>(std::log(more / expected));
  return trust_[company] < 1 ? std::min(0.0F, lean) : lean;
}

void Leans::AddTo(const Lecture& lecture, Eigen::VectorXf* scores) const {
  const Eigen::VectorXf shares = Shares(lecture, *scores);
  for (Index row = 0; row < shares.size(); ++row) {
    const std::uint32_t company = lecture.companies[static_cast<std::size_t>(row)];
    (*scores)(row) += Without(company, lecture.weight * shares(row), lecture.weight * lecture.truth(row));
  }
}

}  // namespace bulian::match
