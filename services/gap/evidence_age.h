// Whether a statement counts as verified, or only as claimed or stale. Pure.
#ifndef SERVICES_GAP_EVIDENCE_AGE_H_
#define SERVICES_GAP_EVIDENCE_AGE_H_

#include <cstdint>

#include "services/model/day.h"

namespace bulian::gap {

// Older than the limit: evidence day + max age < as_of. A claim without a date is never stale.
inline bool IsStale(model::Day evidence_day, int max_age_days, model::Day as_of) {
  return evidence_day != model::kDistantFuture && std::int64_t{evidence_day} + max_age_days < as_of;
}

inline bool IsValid(model::Day from, model::Day until, model::Day as_of) { return from <= as_of && as_of <= until; }

}  // namespace bulian::gap

#endif  // SERVICES_GAP_EVIDENCE_AGE_H_
