// A capability as analysis reads it.
#ifndef SERVICES_MODEL_OFFER_H_
#define SERVICES_MODEL_OFFER_H_

#include <cstdint>

#include "services/model/day.h"
#include "services/model/row_list.h"
#include "services/model/units.h"

namespace bulian::model {

// A capability as analysis reads it: plain values in SI units. NaN means not stated.
struct Offer {
  Row enterprise = kNoRow;
  Row type = kNoRow;
  Day valid_from = kDistantPast, valid_until = kDistantFuture;
  Day evidence_day = kDistantFuture;                              // kDistantFuture: a claim without a date, never stale
  std::uint32_t region = 0;                                       // GB/T 2260 of its site; 0: not known
  float lead_time_days = 0;                                       // NaN: not stated
  float in_cluster_share = 0, outside_share = 0, free_share = 0;  // NaN: not stated
  double capacity = 0;     // total in SI units of `dimension`, per year unless `stock`; NaN: not stated
  std::uint8_t level = 0;  // v1::Level
  bool verified = false;
  bool stock = false;
  Dimension dimension{};        // of `capacity`
  std::uint8_t pool_count = 0;  // pools it draws on
};

}  // namespace bulian::model

#endif  // SERVICES_MODEL_OFFER_H_
