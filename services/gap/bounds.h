// A number known to lie between two ends. Pure value.
#ifndef SERVICES_GAP_BOUNDS_H_
#define SERVICES_GAP_BOUNDS_H_

#include <cmath>
#include <limits>

namespace bulian::gap {

inline constexpr double kUnbounded = std::numeric_limits<double>::infinity();

struct Bounds {
  double lower = 0;
  double upper = 0;  // +infinity: no upper end

  bool unbounded() const { return std::isinf(upper); }
  Bounds& operator+=(const Bounds& other) {
    lower += other.lower;
    upper += other.upper;
    return *this;
  }
  friend bool operator==(const Bounds&, const Bounds&) = default;
};

}  // namespace bulian::gap

#endif  // SERVICES_GAP_BOUNDS_H_
