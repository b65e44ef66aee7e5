#include "services/match/potential_standard.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace bulian::match {
namespace {

using Eigen::Index;

float Root(float value) { return std::copysign(std::sqrt(std::abs(value)), value); }

}  // namespace

Standard::Standard(const RowMatrix& values, std::span<const float> stands_for)
    : means_(values.rows()), factors_(values.rows()) {
  double count = 0;
  for (const float weight : stands_for) count += static_cast<double>(weight);
  count = std::max(1.0, count);
  for (Index signal = 0; signal < values.rows(); ++signal) {
    double sum = 0, squares = 0;
    for (std::size_t i = 0; i < stands_for.size(); ++i) {
      if (stands_for[i] == 0) continue;
      const auto value = static_cast<double>(Root(values(signal, static_cast<Index>(i))));
      sum += static_cast<double>(stands_for[i]) * value;
      squares += static_cast<double>(stands_for[i]) * value * value;
    }
    const double mean = sum / count, deviation = std::sqrt(std::max(0.0, squares / count - mean * mean));
    means_(signal) = static_cast<float>(mean);
    factors_(signal) = deviation > 1e-6 ? static_cast<float>(1 / deviation) : 0.0F;
  }
}

void Standard::Apply(RowMatrix* values) const {
  for (Index signal = 0; signal < values->rows(); ++signal) {
    float* const row = values->data() + signal * values->cols();
    for (Index i = 0; i < values->cols(); ++i) {
      row[i] = std::clamp((Root(row[i]) - means_(signal)) * factors_(signal), -8.0F, 60.0F);
    }
  }
}

}  // namespace bulian::match
