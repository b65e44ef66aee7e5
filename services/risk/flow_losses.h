// What a supply flow loses when one supplier stops, exactly, by maximum flow. Pure, thread-safe.
//
// The network must be one in which inputs substitute each other and all amounts are in one unit (gains rescaled to 1):
// with two inputs that are both needed, a flow overstates what can be made.
// F is the most that reaches final demand. If supplier x stops, the flow f_x through it is sent around x in the
// residual network without x; what cannot be is lost: loss(x) = f_x - maxflow(x_in -> x_out), limited to f_x. A
// supplier with f_x = 0 loses nothing, since the same flow is still possible without it.
#ifndef SERVICES_RISK_FLOW_LOSSES_H_
#define SERVICES_RISK_FLOW_LOSSES_H_

#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace bulian::risk {

struct FlowNetwork {
  std::vector<double> capacity;                // of each supplier, units per period; infinity if unbounded
  std::vector<std::pair<int, int>> links;      // from supplier to buyer, both indexes of `capacity`; cycles are legal
  std::vector<int> raw;                        // suppliers that need no input, each at most once
  std::vector<std::pair<int, double>> demand;  // (supplier that delivers, final demand), finite units per period
};

struct FlowLosses {
  double delivered = 0;            // F, units per period
  std::vector<double> loss;        // of each supplier's stop, units per period, 0 to F
  std::vector<int> cut_suppliers;  // the certificate: their capacities and the demands below sum to F, and
  std::vector<int> cut_demands;    // no raw supplier reaches an uncut demand without passing a cut supplier
};

// INVALID_ARGUMENT for an index out of range, a negative or NaN capacity or demand, an unbounded demand.
absl::StatusOr<FlowLosses> AssessFlowLosses(const FlowNetwork& network);
// F alone; the same errors.
absl::StatusOr<double> DeliveredFlow(const FlowNetwork& network);

}  // namespace bulian::risk

#endif  // SERVICES_RISK_FLOW_LOSSES_H_
