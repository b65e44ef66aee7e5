// Who supplies a segment today: the three nested supplier sets and what they add up to. Pure, thread-safe.
#ifndef SERVICES_GAP_SUPPLIER_SETS_H_
#define SERVICES_GAP_SUPPLIER_SETS_H_

#include <array>
#include <cstdint>
#include <vector>

#include "services/gap/bounds.h"
#include "services/gap/counted_offer.h"
#include "services/gap/requirement_fit.h"
#include "services/gap/segment_need.h"
#include "services/gap/verdicts.h"
#include "services/model/snapshot.h"

namespace bulian::gap {

// What an offer counts for the cluster: in_cluster + free of the total, and what is not stated only at the upper end.
// An offer in another dimension or basis than `type`, or without a total, has [0, unbounded).
Bounds GapCapacity(const model::Offer& offer, const model::TypeNode& type);

// The offers that count for a requirement.
struct CountedSupply {
  std::vector<CountedOffer> offers;  // least capacity first
  std::vector<model::Row> types;     // of the offers, ascending
  std::vector<model::Row> pooled;    // capabilities of the offers that draw on a pool, ascending
  std::int64_t offers_read = 0;      // those looked at
};
// The offers of `type` or a type it subsumes that are valid at `as_of`, local or perhaps so, of no alliance, and do not
// violate the requirement. Once `stop` says so it looks at no more.
CountedSupply CountOffers(const model::Snapshot& snapshot, model::Row type, const RequirementFit& requirement,
                          model::Day as_of, const StopSignal& stop);

struct SupplyFacts {
  std::array<SetMetrics, kSetCount> metrics;  // without external shares
  GreatestHeld greatest;                      // by suppliers of the possible set
  int owner_unknown = 0;                      // suppliers of the possible set without an owner record
  std::vector<model::Row> capabilities;       // of the possible set, ascending
  std::vector<HeldCapacity> held;             // of the same, least capacity first
  std::array<HeldSum, kSetCount> sums;        // of them, by smallest set
  std::vector<model::Row> types;              // of the capabilities, ascending
  std::vector<model::Row> pooled;             // of the capabilities, those that draw on a pool, ascending
  std::vector<SegmentSupplier> suppliers;     // their enterprises, ascending, each with its smallest set
  std::vector<CountedOffer> listed;           // by name of the capability, at most kListedLimit
  bool complete = true;                       // `listed` has all
};
SupplyFacts SummariseSupply(const model::Snapshot& snapshot, model::Day as_of, CountedSupply counted, bool has_unit);

}  // namespace bulian::gap

#endif  // SERVICES_GAP_SUPPLIER_SETS_H_
