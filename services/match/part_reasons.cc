#include "services/match/part_reasons.h"

#include <cmath>

#include "services/match/texts.h"

namespace bulian::match {
namespace {

// For reading, not for computing: four digits.
std::string Rounded(double value) {
  if (value == 0 || !std::isfinite(value)) return NumberText(value);
  if (std::abs(value) >= 1000) return NumberText(std::round(value));
  if (std::abs(value) < 1e-300) return NumberText(value);
  double scale = 1000, digits = std::abs(value);
  for (; digits >= 10; digits /= 10) scale /= 10;
  for (; digits < 1; digits *= 10) scale *= 10;
  return NumberText(std::round(value * scale) / scale);
}

std::string RangeText(Range range) {
  if (range.lower == range.upper) return Rounded(range.lower);
  return Rounded(range.lower) + ".." + (range.upper == kUnbounded ? "" : Rounded(range.upper));
}

std::string TallyText(const Tally& tally, std::size_t asked, const char* met) {
  std::string text = std::to_string(tally.satisfied) + " of " + std::to_string(asked) + met;
  if (tally.unknown > 0) text += ", " + std::to_string(tally.unknown) + " unknown";
  return text;
}

}  // namespace

std::string FitReason(const Target& target, const OfferFit& fit, double similarity) {
  std::string text;
  if (!target.compiled.attributes.empty()) {
    text = TallyText(fit.attributes, target.compiled.attributes.size(), " met");
  }
  if (similarity < 1) text += (text.empty() ? "likeness " : "; likeness ") + Rounded(similarity);
  return text;
}

std::string CapacityReason(const Target& target, Range free) {
  if (target.need_known && target.need.upper == 0) return "nothing is needed";
  if (free.upper == 0) return "nothing free";
  const bool unknown = free.lower == 0 && free.upper == kUnbounded;
  std::string text = unknown ? "free unknown" : "free " + RangeText(free);
  if (unknown && !target.need_known) return text;
  if (target.need_known) text += " of " + RangeText(target.need);
  if (!target.unit.empty()) text += " " + target.unit + (target.stock ? "" : " per year");
  return target.need_known ? text + " needed" : text;
}

std::string ReadinessReason(const model::Offer& offer) {
  const std::string level =
      offer.level == v1::LEVEL_UNSPECIFIED ? "level unknown" : v1::Level_Name(static_cast<v1::Level>(offer.level));
  if (std::isnan(offer.lead_time_days)) return level + ", lead time unknown";
  return level + ", " + Rounded(static_cast<double>(offer.lead_time_days)) + " days";
}

std::string CertificatesReason(const Target& target, const OfferFit& fit) {
  return TallyText(fit.certificates, target.compiled.certificates.size(), " held");
}

std::string ProximityReason(const Place& place) {
  if (place.local < 0) return "place unknown";
  if (place.local > 0) return "local";
  if (place.proximity.lower == 0.8) return "same prefecture";
  return place.proximity.lower == 0.6 ? "same province" : "another province";
}

std::string EmbeddingReason(double value) {
  if (value == 1) return "supplies a neighbour";
  return value == 0.5 ? "holds a neighbour's type" : "no tie to a neighbour";
}

}  // namespace bulian::match
