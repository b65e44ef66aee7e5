// One pass over the offers of some types.
#ifndef SERVICES_MATCH_RETRIEVAL_H_
#define SERVICES_MATCH_RETRIEVAL_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "services/match/fit.h"
#include "services/model/snapshot.h"

namespace bulian::match {

// Asked every few hundred offers; true: stop, nobody waits for the answer any more.
using StopToken = std::function<bool()>;

// Visits the offers of exactly these types, whatever the date: visit(block, slots) as OfferPostings::VisitBlocks.
// Counts every offer looked at in `examined`. False if it was told to stop.
template <class Visit>
bool VisitOfferBlocks(const model::Snapshot& records, std::span<const model::Row> types, const StopToken& stop,
                      std::int64_t* examined, Visit&& visit) {
  bool stopped = false;
  for (const model::Row type : types) {
    records.OffersOfType(type).VisitBlocks(visit, [&](std::size_t visited) {
      *examined += static_cast<std::int64_t>(visited);
      stopped = stop && stop();
      return !stopped;
    });
    if (stopped) return false;
  }
  return true;
}

// The same with visit(OfferRef) for those that are valid at `as_of`.
template <class Visit>
bool VisitOffers(const model::Snapshot& records, std::span<const model::Row> types, model::Day as_of,
                 const StopToken& stop, std::int64_t* examined, Visit&& visit) {
  return VisitOfferBlocks(records, types, stop, examined, [&](const model::OfferBlock& block, std::size_t slots) {
    for (std::size_t slot = 0; slot < slots; ++slot) {
      if (ValidAt(block.offers[slot], as_of)) visit(model::OfferRef(&block, slot));
    }
  });
}

}  // namespace bulian::match

#endif  // SERVICES_MATCH_RETRIEVAL_H_
