#include "services/match/fit.h"

#include <span>

namespace bulian::match {
namespace {

v1::Fit Count(v1::Fit fit, Tally* tally) {
  tally->satisfied += fit == v1::SATISFIED ? 1 : 0;
  tally->unknown += fit == v1::UNKNOWN ? 1 : 0;
  return fit;
}

}  // namespace

v1::Fit AttributeFit(const Target& target, std::size_t index, const model::OfferRef& offer) {
  const model::RequiredAttribute& required = target.compiled.attributes[index];
  const model::OfferAttribute* const offered = model::FindAttribute(offer.attributes(), required.value.key);
  const std::span<const model::Symbol> words =
      offered == nullptr ? std::span<const model::Symbol>() : offer.words(*offered);
  return model::FitOf(required, target.compiled.WordsOf(required), offered, words);
}

OfferFit DetailedFit(const Target& target, const model::OfferRef& offer) {
  OfferFit result;
  result.fit = LevelFit(offer->level, target.min_level);
  for (std::size_t i = 0; i < target.compiled.attributes.size(); ++i) {
    result.fit = model::And(result.fit, Count(AttributeFit(target, i, offer), &result.attributes));
  }
  for (const model::Symbol scheme : target.compiled.certificates) {
    const v1::Fit fit = model::FitOfCertificate(scheme, offer.certificates(), target.as_of);
    result.fit = model::And(result.fit, Count(fit, &result.certificates));
  }
  return result;
}

}  // namespace bulian::match
