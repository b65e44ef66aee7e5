// A target held against a block of offers at once: how well each fits, exactly, and at most how well it scores.
//
// Says the same as FitOfOffer (fit.h), which an offer that may reach the page is judged by in full; made for those that
// will not. Immutable and thread-safe; the target must outlive it.
#ifndef SERVICES_MATCH_OFFER_SCREEN_H_
#define SERVICES_MATCH_OFFER_SCREEN_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "services/match/place.h"
#include "services/match/target.h"
#include "services/model/interval_limits.h"
#include "services/model/offer_postings.h"

namespace bulian::match {

class OfferScreen {
 public:
  explicit OfferScreen(const Target& target);

  using SlotMask = std::uint32_t;  // a bit a slot
  struct Sight {
    SlotMask valid = 0;  // at the target's date
    // Of all slots, also those that are not valid. Neither violated nor unknown: all is satisfied.
    SlotMask violated = 0, unknown = 0;
    std::array<std::uint8_t, model::kOfferBlockSlots> attributes{}, certificates{};  // how many are satisfied
  };
  // The first `slots` of a block.
  Sight Look(const model::OfferBlock& block, std::size_t slots) const;

  // No less than the lower end of the score of a slot that is not violated, whatever its embedding: the sum of
  // score_parts.h with products in place of quotients, and a margin far over what that can change.
  double ScoreLimit(const model::Offer& offer, std::size_t slot, const Sight& sight, const Place& place) const {
    // What is not stated is NaN and compares as false: the lower end of the part is 0.
    const double free = offer.capacity * static_cast<double>(offer.free_share) * per_need_;
    const float lead = 1 + offer.lead_time_days * (1.0F / 90);
    return certain_ + proximity_ * place.proximity.lower + each_attribute_ * sight.attributes[slot] +
           each_certificate_ * sight.certificates[slot] + capacity_ * (free > 0 ? std::min(1.0, free) : 0) +
           static_cast<double>(lead >= 1 ? readiness_[offer.level & 3u] / lead : 0);
  }

 private:
  struct Interval {
    std::size_t index;  // in the target's attributes
    model::IntervalLimits limits;
  };
  void LookAtInterval(const Interval& interval, const model::OfferBlock& block, std::size_t slots, Sight* sight) const;
  void LookAtOthers(const model::OfferBlock& block, std::size_t slots, Sight* sight) const;

  const Target& target_;
  std::vector<Interval> intervals_;
  std::vector<std::size_t> others_;  // indexes of attributes that are no comparable intervals
  // The weighted parts: what all have, what hangs on the offer, and what a part grows by.
  double certain_, proximity_, capacity_, per_need_, each_attribute_, each_certificate_;
  std::array<float, 4> readiness_;  // by level, delivered at once
};

}  // namespace bulian::match

#endif  // SERVICES_MATCH_OFFER_SCREEN_H_
