// Measures the nested supplier sets of one list of counted offers, one after another.
#ifndef SERVICES_GAP_SUPPLY_METER_H_
#define SERVICES_GAP_SUPPLY_METER_H_

#include <cstdint>
#include <span>
#include <vector>

#include "services/gap/bounds.h"
#include "services/gap/counted_offer.h"
#include "services/gap/ownership_groups.h"
#include "services/gap/segment_need.h"
#include "services/gap/verdicts.h"
#include "services/model/snapshot.h"

namespace bulian::gap {

// Each set adds its suppliers to those of the one before, so that ownership is climbed once. Belongs to one thread.
class SupplyMeter {
 public:
  // `offers`, least capacity first: sums of floating point numbers are taken in that order. Nothing is owned; all
  // outlives this, the offers until the last measurement.
  SupplyMeter(const model::Snapshot& snapshot, model::Day as_of, std::span<const CountedOffer> offers, bool has_unit);

  // k, index and capacity of the offers of a set, without external share. The index is absent without a unit. No set
  // may be asked for after a greater one.
  SetMetrics Measure(int set);
  // The same of the set measured last with one more offer.
  SetMetrics MeasureWith(model::Row enterprise, const Bounds& capacity) const;

  // After all have been measured, by the suppliers of the last set.
  GreatestHeld Greatest();

  // The enterprises of all offers, ascending, each with its smallest set.
  const std::vector<SegmentSupplier>& suppliers() const { return suppliers_; }
  // Of offers of the set measured last: fills `owner_group` and `owner_unknown`.
  void NameOwners(std::span<CountedOffer> offers);

 private:
  int PositionOf(model::Row enterprise) const;
  // With one more offer of the enterprise of node `extra` unless that is negative.
  SetMetrics Sum(OwnershipGroups* groups, int extra, const Bounds& extra_capacity) const;

  const model::Snapshot& snapshot_;
  model::Day as_of_;
  std::span<const CountedOffer> offers_;
  bool has_unit_;
  std::vector<model::Row> enterprises_;     // ascending
  std::vector<SegmentSupplier> suppliers_;  // by position in enterprises_
  std::vector<int> position_;               // by offer: in enterprises_
  OwnershipGroups groups_;                  // of the suppliers of the sets up to set_
  int set_ = -1;
};

}  // namespace bulian::gap

#endif  // SERVICES_GAP_SUPPLY_METER_H_
