// Whether an offer meets a target, and the parts of its score. Pure.
#ifndef SERVICES_MATCH_FIT_H_
#define SERVICES_MATCH_FIT_H_

#include "bulian/v1/attribute.pb.h"
#include "services/match/place.h"
#include "services/match/score_parts.h"
#include "services/match/target.h"
#include "services/model/snapshot.h"

namespace bulian::match {

// How many of the asked ones are met; the rest of the asked is violated.
struct Tally {
  int satisfied = 0, unknown = 0;
};

struct OfferFit {
  v1::Fit fit = v1::UNKNOWN;
  Tally attributes, certificates;
};

// A level that is not stated is UNKNOWN.
inline v1::Fit LevelFit(std::uint8_t level, std::uint8_t min_level) {
  if (level == v1::LEVEL_UNSPECIFIED) return v1::UNKNOWN;
  return level >= min_level ? v1::SATISFIED : v1::VIOLATED;
}

// The `index`-th required attribute against what the offer states.
v1::Fit AttributeFit(const Target& target, std::size_t index, const model::OfferRef& offer);

// Level, attributes and certificates of an offer whose type and validity are right.
OfferFit DetailedFit(const Target& target, const model::OfferRef& offer);
inline OfferFit FitOfOffer(const Target& target, const model::OfferRef& offer) {
  if (target.asks_details()) return DetailedFit(target, offer);
  return {LevelFit(offer->level, target.min_level), {}, {}};
}

inline bool ValidAt(const model::Offer& offer, model::Day as_of) {
  return (offer.valid_from <= as_of) & (as_of <= offer.valid_until);
}

// The parts but embedding, which hangs on the enterprise. `similarity` scales the fit part: 1 for an offer of the type
// itself, the likeness of a near one.
inline Parts ScoreOffer(const Target& target, const OfferFit& fit, const model::Offer& offer, const Place& place,
                        double similarity) {
  Parts parts;
  const Range share =
      SharePart(fit.attributes.satisfied, fit.attributes.unknown, static_cast<int>(target.compiled.attributes.size()));
  parts[kFitPart] = {share.lower * similarity, share.upper * similarity};
  parts[kCapacityPart] =
      CapacityPart(FreeCapacity(offer, target.dimension, target.stock, target.unit_factor), target.need);
  parts[kReadinessPart] = ReadinessPart(offer.level, offer.lead_time_days);
  parts[kCertificatesPart] = SharePart(fit.certificates.satisfied, fit.certificates.unknown,
                                       static_cast<int>(target.compiled.certificates.size()));
  parts[kProximityPart] = place.proximity;
  parts[kEmbeddingPart] = {0, 0};
  return parts;
}

}  // namespace bulian::match

#endif  // SERVICES_MATCH_FIT_H_
