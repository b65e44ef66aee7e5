// What a program delivers on every supplier set and at both ends of what is unknown, with everything running and with
// things stopped.
#ifndef SERVICES_GAP_PRODUCTION_SWEEP_H_
#define SERVICES_GAP_PRODUCTION_SWEEP_H_

#include <array>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "services/gap/bounds.h"
#include "services/gap/production_program.h"
#include "services/gap/segment_need.h"

namespace bulian::gap {

using ThreeBounds = std::array<Bounds, kSetCount>;

// A delivery and the case it is of.
struct Proof {
  SupplyCase of;
  Delivery delivery;
};

// Proofs are of the claimed set, at each end that is finite and differs.
struct ProductionSweep {
  ThreeBounds all;
  std::vector<Proof> all_proofs;
  std::vector<ThreeBounds> without;                // by outage; [0, 0] of one that stops nothing
  std::vector<std::vector<Proof>> without_proofs;  // by outage, empty unless wanted
};

// Errors are those of ProductionProgram.
absl::StatusOr<ProductionSweep> SweepProduction(ProductionProgram* program, std::span<const Outage> outages,
                                                bool proofs, const StopSignal& stop);

}  // namespace bulian::gap

#endif  // SERVICES_GAP_PRODUCTION_SWEEP_H_
