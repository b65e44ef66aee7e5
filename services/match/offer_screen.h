// A target held against a block of offers at once: how well each fits, exactly, and at most how well it scores.
//
// Says the same as FitOfOffer (fit.h), which an offer that may reach the page is judged by in full; made for those that
// will not. Immutable and thread-safe; the target must outlive it.
#ifndef SERVICES_MATCH_OFFER_SCREEN_H_
#define SERVICES_MATCH_OFFER_SCREEN_H_

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

  // No less than the lower end of the score of a slot that is not violated, whatever its embedding.
  double ScoreLimit(const model::OfferBlock& block, std::size_t slot, const Sight& sight, const Place& place) const;

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
  double attribute_share_, certificate_share_, per_need_;
};

}  // namespace bulian::match

#endif  // SERVICES_MATCH_OFFER_SCREEN_H_
