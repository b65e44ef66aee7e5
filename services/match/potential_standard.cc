#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <vector>

#include "services/match/potential_signals.h"

namespace bulian::match {

using Eigen::Index;

void Standardise(const PotentialSpace& space, const Evidence& evidence, RowMatrix* values) {
  std::vector<std::uint32_t> compared;
  std::set_difference(space.active().begin(), space.active().end(), evidence.makers.begin(), evidence.makers.end(),
                      std::back_inserter(compared));
  for (Index signal = 0; signal < values->rows(); ++signal) {
    float* const row = values->data() + signal * values->cols();
    for (Index i = 0; i < values->cols(); ++i) row[i] = std::copysign(std::sqrt(std::abs(row[i])), row[i]);
    double sum = 0, squares = 0;
    for (const std::uint32_t company : compared) {
      sum += static_cast<double>(row[company]);
      squares += static_cast<double>(row[company]) * static_cast<double>(row[company]);
    }
    const double count = static_cast<double>(std::max<std::size_t>(1, compared.size())), mean = sum / count;
    const double deviation = std::sqrt(std::max(0.0, squares / count - mean * mean));
    const auto factor = deviation > 1e-6 ? static_cast<float>(1 / deviation) : 0.0F;
    for (Index i = 0; i < values->cols(); ++i) {
      row[i] = std::clamp((row[i] - static_cast<float>(mean)) * factor, -8.0F, 60.0F);
    }
  }
}

}  // namespace bulian::match
