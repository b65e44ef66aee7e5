#include "services/model/interval_limits.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace bulian::model {

namespace {
constexpr double kInfinity = std::numeric_limits<double>::infinity();
}  // namespace

bool AtMost(double a, double b) {
  if (a <= b) return true;
  if (!std::isfinite(a) || !std::isfinite(b)) return false;
  return a - b <= kIntervalTolerance * std::max(std::fabs(a), std::fabs(b));
}

double GreatestAtMost(double b) {
  if (!std::isfinite(b)) return b;
  // Close to the answer, and from there by single steps: AtMost falls once from true to false as `a` grows.
  double a = b > 0 ? b / (1 - kIntervalTolerance) : b - kIntervalTolerance * b;
  while (!AtMost(a, b)) a = std::nextafter(a, -kInfinity);
  for (double next = std::nextafter(a, kInfinity); AtMost(next, b); next = std::nextafter(a, kInfinity)) a = next;
  return a;
}

double LeastAtLeast(double a) { return -GreatestAtMost(-a); }

IntervalLimits LimitsOf(v1::AttributeRequirement::Relation relation, const OfferAttribute& required) {
  switch (relation) {
    case v1::AttributeRequirement::OVERLAPS:
      return {-kInfinity, GreatestAtMost(required.max), LeastAtLeast(required.min), kInfinity};
    case v1::AttributeRequirement::WITHIN:
      return {LeastAtLeast(required.min), kInfinity, -kInfinity, GreatestAtMost(required.max)};
    default:
      return {-kInfinity, GreatestAtMost(required.min), LeastAtLeast(required.max), kInfinity};
  }
}

}  // namespace bulian::model
