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

// Asked every few thousand offers; true: stop, nobody waits for the answer any more.
using StopToken = std::function<bool()>;

// Visits the offers of exactly these types that are valid at `as_of`: visit(row, offer). Counts every offer looked at
// in `examined`. False if it was told to stop.
template <class Visit>
bool VisitOffers(const model::Snapshot& records, std::span<const model::Row> types, model::Day as_of,
                 const StopToken& stop, std::int64_t* examined, Visit&& visit) {
  // Rows of a posting list lie far apart: each stretch is asked for before it is read.
  constexpr std::size_t kTogether = 32;
  constexpr std::size_t kStretch = 4096;
  bool stopped = false;
  for (const model::Row type : types) {
    records.OffersOfType(type).ForEachBlock([&](std::span<const model::Row> rows) {
      const std::size_t size = rows.size();
      for (std::size_t begin = 0; begin < size && !stopped; begin += kStretch) {
        const std::size_t end = std::min(size, begin + kStretch);
        for (std::size_t next = begin; next < end; next += kTogether) {
          const std::span<const model::Row> some = rows.subspan(next, std::min(kTogether, end - next));
          records.PrefetchOffers(some);
          for (const model::Row row : some) {
            const model::Offer& offer = records.offer(row);
            if (ValidAt(offer, as_of)) visit(row, offer);
          }
        }
        *examined += static_cast<std::int64_t>(end - begin);
        stopped = stop && stop();
      }
    });
    if (stopped) return false;
  }
  return true;
}

}  // namespace bulian::match

#endif  // SERVICES_MATCH_RETRIEVAL_H_
