#include "services/match/offer_screen.h"

#include <algorithm>
#include <span>

#include "services/match/fit.h"

namespace bulian::match {
namespace {

using model::OfferAttribute;

double ShareOfOne(std::size_t asked) { return asked == 0 ? 0 : 1 / static_cast<double>(asked); }

}  // namespace

OfferScreen::OfferScreen(const Target& target)
    : target_(target),
      attribute_share_(ShareOfOne(target.compiled.attributes.size())),
      certificate_share_(ShareOfOne(target.compiled.certificates.size())),
      per_need_(target.need.upper > 0 ? 1 / (target.need.upper * target.unit_factor) : 0) {
  for (std::size_t i = 0; i < target.compiled.attributes.size(); ++i) {
    const model::RequiredAttribute& required = target.compiled.attributes[i];
    if (required.comparable && required.value.kind == OfferAttribute::Kind::kInterval) {
      intervals_.push_back({i, model::LimitsOf(required.relation, required.value)});
    } else {
      others_.push_back(i);
    }
  }
}

OfferScreen::Sight OfferScreen::Look(const model::OfferBlock& block, std::size_t slots) const {
  Sight sight;
  for (std::size_t slot = 0; slot < slots; ++slot) {
    const model::Offer& offer = block.offers[slot];
    const SlotMask unknown = offer.level == v1::LEVEL_UNSPECIFIED, low = offer.level < target_.min_level;
    sight.valid |= SlotMask{ValidAt(offer, target_.as_of)} << slot;
    sight.unknown |= unknown << slot;
    sight.violated |= (low & ~unknown) << slot;
  }
  for (const Interval& interval : intervals_) LookAtInterval(interval, block, slots, &sight);
  if (!others_.empty() || !target_.compiled.certificates.empty()) LookAtOthers(block, slots, &sight);
  return sight;
}

// Without branches on what the numbers are: half of them meet what is asked and half do not.
void OfferScreen::LookAtInterval(const Interval& interval, const model::OfferBlock& block, std::size_t slots,
                                 Sight* sight) const {
  const OfferAttribute& required = target_.compiled.attributes[interval.index].value;
  std::size_t usual = 0;  // where the last offer had the attribute
  for (std::size_t slot = 0; slot < slots; ++slot) {
    const std::span<const OfferAttribute> stated = model::OfferRef(&block, slot).attributes();
    const OfferAttribute* offered = nullptr;
    if (usual < stated.size() && stated[usual].key == required.key) {
      offered = &stated[usual];
    } else if ((offered = model::FindAttribute(stated, required.key)) != nullptr) {
      usual = static_cast<std::size_t>(offered - stated.data());
    }
    if (offered == nullptr || offered->kind != required.kind || offered->dimension != required.dimension) {
      sight->unknown |= SlotMask{1} << slot;
      continue;
    }
    const bool holds = interval.limits.Hold(offered->min, offered->max);
    sight->attributes[slot] = static_cast<std::uint8_t>(sight->attributes[slot] + holds);
    sight->violated |= SlotMask{!holds} << slot;
  }
}

void OfferScreen::LookAtOthers(const model::OfferBlock& block, std::size_t slots, Sight* sight) const {
  for (std::size_t slot = 0; slot < slots; ++slot) {
    const model::OfferRef offer(&block, slot);
    const auto note = [&](v1::Fit fit, std::uint8_t* satisfied) {
      *satisfied = static_cast<std::uint8_t>(*satisfied + (fit == v1::SATISFIED));
      sight->unknown |= SlotMask{fit == v1::UNKNOWN} << slot;
      sight->violated |= SlotMask{fit == v1::VIOLATED} << slot;
    };
    for (const std::size_t index : others_) note(AttributeFit(target_, index, offer), &sight->attributes[slot]);
    for (const model::Symbol scheme : target_.compiled.certificates) {
      note(model::FitOfCertificate(scheme, offer.certificates(), target_.as_of), &sight->certificates[slot]);
    }
  }
}

// ScoreOffer and WithoutEmbedding with products in place of quotients, and a margin far over what that can change.
double OfferScreen::ScoreLimit(const model::OfferBlock& block, std::size_t slot, const Sight& sight,
                               const Place& place) const {
  constexpr double kMargin = 1e-6;
  constexpr std::array<float, 4> kLevels = {0.2F, 0.2F, 0.5F, 1};
  const model::Offer& offer = block.offers[slot];
  const PartWeights& weights = target_.weights;
  const double free = offer.capacity * static_cast<double>(offer.free_share) * per_need_;
  const float lead = 1 + offer.lead_time_days * (1.0F / 90);
  double limit = weights[kEmbeddingPart] + weights[kProximityPart] * place.proximity.lower;
  limit += weights[kFitPart] * (intervals_.empty() && others_.empty() ? 1 : sight.attributes[slot] * attribute_share_);
  limit += weights[kCertificatesPart] *
           (target_.compiled.certificates.empty() ? 1 : sight.certificates[slot] * certificate_share_);
  // What is not stated is NaN and compares as false: the lower end of the part is 0.
  if (target_.need.upper == 0) {
    limit += weights[kCapacityPart];
  } else if (free > 0) {
    limit += weights[kCapacityPart] * std::min(1.0, free);
  }
  if (lead >= 1) {
    limit += weights[kReadinessPart] * static_cast<double>(kLevels[offer.level <= v1::VOLUME ? offer.level : 0] / lead);
  }
  return limit + kMargin;
}

}  // namespace bulian::match
