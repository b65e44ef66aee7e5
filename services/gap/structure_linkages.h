// Linkages of segments from coefficients and gross demand. Pure, thread-safe.
//
// A holds canonical units of the feeding segment per canonical unit of the fed one, x the gross demand, and
// D_ij = a_ij x_j / x_i the share of the output of i that j uses. Upstreamness (Antras, Chor, Fally, Hillberry 2012) is
// u = (I - D)^-1 1, which is also the row sum of the Ghosh inverse (forward); backward is the column sum of (I - A)^-1.
// Rasmussen (1956) divides the sums by their mean.
#ifndef SERVICES_GAP_STRUCTURE_LINKAGES_H_
#define SERVICES_GAP_STRUCTURE_LINKAGES_H_

#include <vector>

#include "bulian/v1/structure.pb.h"
#include "services/gap/demand.h"

namespace bulian::gap {

struct LinkageSum {
  v1::LinkageValue::State state = v1::LinkageValue::UNKNOWN;
  double sum = 0;  // when KNOWN
};

struct Linkages {
  std::vector<LinkageSum> backward, forward;  // by segment; forward is upstreamness
  int backward_count = 0, forward_count = 0;  // KNOWN ones
  double backward_mean = 0, forward_mean = 0;
};

// Forward is UNKNOWN where demand is or is 0; backward where a coefficient on the way to the segment is. Both are
// DIVERGENT where a divergent part is on that way.
Linkages FindLinkages(const DemandProblem& problem, const DemandSolution& solution);

}  // namespace bulian::gap

#endif  // SERVICES_GAP_STRUCTURE_LINKAGES_H_
