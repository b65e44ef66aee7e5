// What a part of a score stands on, for people: a few words, since every candidate carries some.
#ifndef SERVICES_MATCH_PART_REASONS_H_
#define SERVICES_MATCH_PART_REASONS_H_

#include <string>

#include "services/match/fit.h"
#include "services/match/place.h"
#include "services/match/target.h"

namespace bulian::match {

// `similarity` under 1: of a near type.
std::string FitReason(const Target& target, const OfferFit& fit, double similarity);
// `free 1200 of 3000 H87 per year needed`
std::string CapacityReason(const Target& target, Range free);
std::string ReadinessReason(const model::Offer& offer);
std::string CertificatesReason(const Target& target, const OfferFit& fit);
std::string ProximityReason(const Place& place);
// For a target that has neighbours in its chain.
std::string EmbeddingReason(double value);

}  // namespace bulian::match

#endif  // SERVICES_MATCH_PART_REASONS_H_
