// How much of what the cluster delivers can hang on holdings that stop, whatever the other unknowns are. Pure,
// thread-safe.
//
// Take any plan and scale it down by 1 - r. If of each capacity the plan may use the stopped part is at most the share
// r, what is left suffices, so at most the share r is lost: r is the greatest of the stopped shares, of the classes
// that serve one segment only taken together, and of each class that serves several. It is 1 if a segment loses its
// last supplier or a class that draws on a pool stops. Ends of capacities are those that make the share greatest.
#ifndef SERVICES_GAP_PRODUCTION_SHARE_H_
#define SERVICES_GAP_PRODUCTION_SHARE_H_

#include <optional>

#include "services/gap/bounds.h"
#include "services/gap/production_program.h"

namespace bulian::gap {

// 0 to 1, on a supplier set.
double GreatestShareLost(const ProductionModel& model, const Outage& outage, int set);

// Amounts delivered with everything running and with something stopped, at both ends.
struct DeliveredEnds {
  Bounds all, without;
};
// What is lost at least and at most; `share` from GreatestShareLost().
Bounds LossOf(const DeliveredEnds& delivered, double share);
// Of what is delivered with everything running; nullopt if that is nothing.
std::optional<Bounds> ShareLost(const DeliveredEnds& delivered, double share);

}  // namespace bulian::gap

#endif  // SERVICES_GAP_PRODUCTION_SHARE_H_
