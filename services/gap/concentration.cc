#include "services/gap/concentration.h"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace bulian::gap {
namespace {

// Least index: sqrt(HHI) is quasi-convex, so a minimiser clamps every capacity to one level m (the optimality
// conditions say m = sum(c^2) / sum(c)). Between two neighbouring ends of intervals the clamped set does not change, so
// m has a closed form there; where no interior solution exists the minimum lies on an end.
double LeastIndex(std::span<const Bounds> capacities) {
  const std::size_t n = capacities.size();
  std::vector<double> lowers, uppers, levels;
  for (const Bounds& c : capacities) {
    lowers.push_back(c.lower);
    uppers.push_back(c.upper);
    levels.push_back(c.lower);
    if (!c.unbounded()) levels.push_back(c.upper);
  }
  levels.push_back(1.0);  // a level above zero even when every end is 0 or unbounded
  std::sort(lowers.begin(), lowers.end());
  std::sort(uppers.begin(), uppers.end());
  std::sort(levels.begin(), levels.end());
  std::vector<double> upper_sum(n + 1, 0), upper_square(n + 1, 0), lower_sum(n + 1, 0), lower_square(n + 1, 0);
  for (std::size_t i = 0; i < n; ++i) {
    upper_sum[i + 1] = upper_sum[i] + uppers[i];
    upper_square[i + 1] = upper_square[i] + uppers[i] * uppers[i];
  }
  for (std::size_t i = n; i-- > 0;) {
    lower_sum[i] = lower_sum[i + 1] + lowers[i];
    lower_square[i] = lower_square[i + 1] + lowers[i] * lowers[i];
  }
  double best = 1;
  const auto consider = [&](double sum, double square, double free_count, double level) {
    const double total = sum + free_count * level;
    if (total > 0) best = std::min(best, (square + free_count * level * level) / (total * total));
  };
  std::size_t at_upper = 0, below_level = 0;  // uppers < level; lowers < level
  double previous = 0;
  for (const double level : levels) {
    while (at_upper < n && uppers[at_upper] < level) ++at_upper;
    while (below_level < n && lowers[below_level] < level) ++below_level;
    // For every m in (previous, level] the clamped ones are those with upper < level and those with lower >= level.
    const double sum = upper_sum[at_upper] + lower_sum[below_level];
    const double square = upper_square[at_upper] + lower_square[below_level];
    const auto free_count = static_cast<double>(below_level - at_upper);
    consider(sum, square, free_count, level);
    if (sum > 0) {
      const double interior = square / sum;
      if (interior >= previous && interior <= level) consider(sum, square, free_count, interior);
    }
    previous = level;
  }
  return best;
}

// Greatest index: a quasi-convex function over a box takes its maximum at a vertex.
double GreatestIndex(std::span<const Bounds> capacities) {
  std::vector<Bounds> uncertain;
  double fixed_sum = 0, fixed_square = 0, lower_total = 0;
  for (const Bounds& c : capacities) {
    if (c.unbounded()) return 1;
    lower_total += c.lower;
    if (c.lower < c.upper) {
      uncertain.push_back(c);
    } else {
      fixed_sum += c.lower;
      fixed_square += c.lower * c.lower;
    }
  }
  if (uncertain.size() > static_cast<std::size_t>(kExactUncertain)) {
    double share = 0;
    for (const Bounds& c : capacities) {
      if (c.upper > 0) share = std::max(share, c.upper / (c.upper + std::max(0.0, lower_total - c.lower)));
    }
    return std::min(1.0, share);
  }
  double best = 0;
  for (std::uint32_t vertex = 0; vertex < (1U << uncertain.size()); ++vertex) {
    double sum = fixed_sum, square = fixed_square;
    for (std::size_t i = 0; i < uncertain.size(); ++i) {
      const double c = (vertex >> i & 1U) != 0 ? uncertain[i].upper : uncertain[i].lower;
      sum += c;
      square += c * c;
    }
    if (sum > 0) best = std::max(best, square / (sum * sum));
  }
  return std::min(1.0, best);
}

}  // namespace

std::optional<Bounds> ConcentrationBounds(std::span<const Bounds> capacities) {
  double greatest = 0;  // the greatest finite end, to scale by
  bool any = false;
  for (const Bounds& c : capacities) {
    greatest = std::max({greatest, c.lower, c.unbounded() ? 0.0 : c.upper});
    any = any || c.upper > 0;
  }
  if (!any) return std::nullopt;
  std::vector<Bounds> scaled(capacities.begin(), capacities.end());
  if (greatest > 0) {
    for (Bounds& c : scaled) c = {c.lower / greatest, c.upper / greatest};
  }
  // Sums depend on their order; the caller's order must not show.
  std::sort(scaled.begin(), scaled.end(), [](const Bounds& a, const Bounds& b) {
    return a.lower < b.lower || (a.lower == b.lower && a.upper < b.upper);
  });
  const double upper = GreatestIndex(scaled);
  return Bounds{std::min(LeastIndex(scaled), upper), upper};
}

}  // namespace bulian::gap
