#include "services/match/weighted.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace bulian::match {

Weighted Heaviest(Weighted all, std::size_t most) {
  const auto before = [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  };
  const auto end = all.begin() + static_cast<std::ptrdiff_t>(std::min(most, all.size()));
  std::partial_sort(all.begin(), end, all.end(), before);
  all.erase(end, all.end());
  return all;
}

Weighted NonZero(const std::vector<float>& values) {
  Weighted all;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] > 0) all.emplace_back(static_cast<std::uint32_t>(i), values[i]);
  }
  return all;
}

void ScaleToSum(Weighted* weights) {
  float sum = 0;
  for (const auto& [index, weight] : *weights) sum += weight;
  if (sum <= 0) return;
  for (auto& [index, weight] : *weights) weight /= sum;
}

Weighted EvenShare(const std::vector<std::uint32_t>& companies, std::size_t most) {
  Weighted share;
  const std::size_t count = std::min(companies.size(), most);
  for (std::size_t i = 0; i < count; ++i) {
    share.emplace_back(companies[i * companies.size() / count], 1 / static_cast<float>(count));
  }
  return share;
}

}  // namespace bulian::match
