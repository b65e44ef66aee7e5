// The order of the ends of intervals, with its tolerance, and a required interval as plain limits on an offered one.
// Pure, thread-safe.
#ifndef SERVICES_MODEL_INTERVAL_LIMITS_H_
#define SERVICES_MODEL_INTERVAL_LIMITS_H_

#include "bulian/v1/chain.pb.h"
#include "services/model/offer_attribute.h"

namespace bulian::model {

inline constexpr double kIntervalTolerance = 1e-9;

// a <= b, or both finite and apart by no more than kIntervalTolerance of the greater magnitude.
bool AtMost(double a, double b);

// The greatest a with AtMost(a, b), and the least b with AtMost(a, b).
double GreatestAtMost(double b);
double LeastAtLeast(double a);

// An offered interval, comparable with the required one, satisfies it just if both its ends are within these: what
// attribute_algebra.h tells with the tolerance worked into the limits, for comparing many.
struct IntervalLimits {
  double min_from, min_to, max_from, max_to;
  bool Hold(double min, double max) const {
    return (min_from <= min) & (min <= min_to) & (max_from <= max) & (max <= max_to);
  }
};
// `required` is of the kind kInterval.
IntervalLimits LimitsOf(v1::AttributeRequirement::Relation relation, const OfferAttribute& required);

}  // namespace bulian::model

#endif  // SERVICES_MODEL_INTERVAL_LIMITS_H_
