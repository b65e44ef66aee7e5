// Who supplies a segment today: the three nested supplier sets and what they add up to. Pure, thread-safe.
#ifndef SERVICES_GAP_SUPPLIER_SETS_H_
#define SERVICES_GAP_SUPPLIER_SETS_H_

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "bulian/v1/attribute.pb.h"
#include "services/gap/bounds.h"
#include "services/gap/requirement_fit.h"
#include "services/gap/segment_need.h"
#include "services/gap/verdicts.h"
#include "services/model/snapshot.h"

namespace bulian::gap {

// An offer that counts for a segment.
struct CountedOffer {
  model::Row capability = model::kNoRow, enterprise = model::kNoRow;
  std::uint8_t set = 0;  // the smallest set it belongs to
  v1::Fit fit = v1::UNKNOWN;
  Bounds capacity{};  // canonical units of the segment's type per year
  bool stale = false, owner_unknown = false;
  model::Row owner_group = model::kNoRow;  // the first enterprise, by name, it is one supplier with
  friend bool operator==(const CountedOffer&, const CountedOffer&) = default;
};

// What an offer counts for the cluster: in_cluster + free of the total, and what is not stated only at the upper end.
// An offer in another dimension or basis than `type`, or without a total, has [0, unbounded).
Bounds GapCapacity(const model::Offer& offer, const model::TypeNode& type);

// The offers of `type` or a type it subsumes that are valid at `as_of`, local or perhaps so, of no alliance, and do not
// violate the requirement; least capacity first. `offers_read` counts those looked at.
std::vector<CountedOffer> CountOffers(const model::Snapshot& snapshot, model::Row type,
                                      const RequirementFit& requirement, model::Day as_of, std::int64_t* offers_read);

// k, index and capacity of the offers of one set (those whose set is at most `set`). The index is absent without a
// unit.
SetMetrics MeasureSet(const model::Snapshot& snapshot, model::Day as_of, std::span<const CountedOffer> offers, int set,
                      bool has_unit);

struct SupplyFacts {
  std::array<SetMetrics, kSetCount> metrics;  // without external shares
  int owner_unknown = 0;                      // suppliers of the possible set without an owner record
  std::vector<model::Row> capabilities;       // of the possible set, ascending
  std::vector<SegmentSupplier> suppliers;     // their enterprises, ascending, each with its smallest set
  std::vector<CountedOffer> listed;           // by name of the capability, at most kListedLimit
  bool complete = true;                       // `listed` has all
};
SupplyFacts SummariseSupply(const model::Snapshot& snapshot, model::Day as_of, std::vector<CountedOffer> offers,
                            bool has_unit);

}  // namespace bulian::gap

#endif  // SERVICES_GAP_SUPPLIER_SETS_H_
