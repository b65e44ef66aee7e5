// Eight cascades at once, each in a lane of its own: every link is read once for all of them. What a lane computes does
// not depend on the others, nor on the processor's vectors: products and sums are rounded one by one (no fused
// multiply-add), in one order.
//
// Arrays hold eight doubles a firm, lane after lane, by compiled number, 64-byte aligned. Pure functions of what is
// given.
#ifndef SERVICES_RISK_ESRI_LANES_H_
#define SERVICES_RISK_ESRI_LANES_H_

#include <cstdint>
#include <span>

#include "services/risk/esri_network.h"

namespace bulian::risk {

inline constexpr std::int32_t kLanes = 8;

// One step in parts, made for one kind of processor.
struct LaneKernel {
  const char* name;
  // What each supplier's loss costs its buyers, after the market has replaced what it can.
  void (*lost_inputs)(const EsriNetwork& net, const double* loss, double* lost);
  // The new losses of all buyers, in place, and by how much the level of any fell at most, per lane.
  void (*buyers)(const EsriNetwork& net, const double* lost, double* loss, double* fell);
  // The new losses of all suppliers, from the old ones.
  void (*suppliers)(const EsriNetwork& net, const double* old_loss, double* loss, double* fell);
  // Weighted losses per lane: of the worse side, of each side.
  void (*totals)(const EsriNetwork& net, const double* down, const double* up, double* worse, double* down_sum,
                 double* up_sum);
  // Keeps lanes where `kept` is 1 and clears those where it is 0.
  void (*clear)(const EsriNetwork& net, const double* kept, double* down, double* up);
};

// Those this processor runs, the best first; the last runs on any of the kind it is built for.
std::span<const LaneKernel* const> LaneKernels();

}  // namespace bulian::risk

#endif  // SERVICES_RISK_ESRI_LANES_H_
