#include "services/match/offer_screen.h"

#include <span>

#include "services/match/fit.h"

namespace bulian::match {
namespace {

using model::OfferAttribute;

constexpr double kMargin = 1e-6;

double WeightOfEach(double weight, std::size_t asked) { return asked == 0 ? 0 : weight / static_cast<double>(asked); }

}  // namespace

OfferScreen::OfferScreen(const Target& target)
    : target_(target),
      certain_(target.weights[kEmbeddingPart] + kMargin),
      proximity_(target.weights[kProximityPart]),
      capacity_(target.weights[kCapacityPart]),
      per_need_(target.need.upper > 0 ? 1 / (target.need.upper * target.unit_factor) : 0),
      each_attribute_(WeightOfEach(target.weights[kFitPart], target.compiled.attributes.size())),
      each_certificate_(WeightOfEach(target.weights[kCertificatesPart], target.compiled.certificates.size())) {
  if (target.compiled.attributes.empty()) certain_ += target.weights[kFitPart];
  if (target.compiled.certificates.empty()) certain_ += target.weights[kCertificatesPart];
  if (target.need.upper == 0) certain_ += capacity_;
  const auto readiness = static_cast<float>(target.weights[kReadinessPart]);
  readiness_ = {0.2F * readiness, 0.2F * readiness, 0.5F * readiness, readiness};
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

}  // namespace bulian::match
