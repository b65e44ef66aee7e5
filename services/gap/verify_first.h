// What to verify first where an answer hangs on claimed or stale evidence: how far the interval between verified and
// claimed suppliers shrinks, and which kinds are settled, when one offer is verified. Pure, thread-safe.
#ifndef SERVICES_GAP_VERIFY_FIRST_H_
#define SERVICES_GAP_VERIFY_FIRST_H_

#include <vector>

#include "bulian/v1/gap.pb.h"
#include "services/gap/segment_need.h"
#include "services/model/snapshot.h"

namespace bulian::gap {

struct Verification {
  model::Row enterprise = model::kNoRow, capability = model::kNoRow;
  std::vector<v1::GapKind> settles;  // hanging kinds whose verdict becomes that on claimed suppliers, ascending
  double capacity = 0;               // rise of the lower end of verified capacity, canonical units per year
  int suppliers = 0;                 // rise of the number of independent verified suppliers
};

// The claimed and stale offers of a segment, those that settle most kinds first, then by capacity, suppliers and name;
// at most kListedLimit. Reads the offers of the segment anew.
std::vector<Verification> VerifyFirst(const ClusterAnalysis& analysis, int segment);

}  // namespace bulian::gap

#endif  // SERVICES_GAP_VERIFY_FIRST_H_
