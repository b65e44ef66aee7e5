// What an offer states, compiled for comparing: keys and words interned, numbers in SI units. Plain values.
#ifndef SERVICES_MODEL_OFFER_ATTRIBUTE_H_
#define SERVICES_MODEL_OFFER_ATTRIBUTE_H_

#include <cstdint>

#include "services/model/day.h"
#include "services/model/symbol.h"
#include "services/model/units.h"

namespace bulian::model {

// A technical parameter of an offer, units converted to SI. Sorted by key within an offer.
struct OfferAttribute {
  enum class Kind : std::uint8_t { kInterval, kWords, kFlag };
  Symbol key = 0;
  std::uint16_t words_begin = 0, words_count = 0;  // into the offer's words (folded, sorted by symbol)
  Kind kind = Kind::kFlag;
  bool flag = false;
  Dimension dimension{};    // of an interval
  double min = 0, max = 0;  // -inf and +inf where unbounded
};

struct OfferCertificate {
  Symbol scheme = 0;
  Day valid_until = kDistantFuture;
};

}  // namespace bulian::model

#endif  // SERVICES_MODEL_OFFER_ATTRIBUTE_H_
