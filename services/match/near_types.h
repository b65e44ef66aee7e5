// Types near to a type in the taxonomy, and how like it they are.
#ifndef SERVICES_MATCH_NEAR_TYPES_H_
#define SERVICES_MATCH_NEAR_TYPES_H_

#include <vector>

#include "services/model/snapshot.h"

namespace bulian::match {

struct NearType {
  model::Row type = model::kNoRow;
  double similarity = 0;  // above 0, below 1
};

// Types that share an ancestor with `type`, at most three steps away (up to the ancestor, then down: a parent is 1, a
// sibling 2, a cousin 3), without what `type` subsumes. Likeness is Lin's measure over the taxonomy,
//   2 IC(ancestor) / (IC(type) + IC(other)),  IC(t) = -ln(number of types t subsumes, itself included / number of
//   types),
// with the ancestor that makes it greatest; types under 0.1 are left out, so that a root that subsumes nearly
// everything makes nothing near. By row. (D. Lin, An information-theoretic definition of similarity, ICML 1998, with
// the counts of the taxonomy in place of a corpus.)
std::vector<NearType> FindNearTypes(const model::Snapshot& snapshot, model::Row type);

}  // namespace bulian::match

#endif  // SERVICES_MATCH_NEAR_TYPES_H_
