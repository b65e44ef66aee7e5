// How far an enterprise is already part of the chain around a segment.
#ifndef SERVICES_MATCH_EMBEDDING_H_
#define SERVICES_MATCH_EMBEDDING_H_

#include <cstdint>
#include <span>
#include <vector>

#include "services/model/snapshot.h"

namespace bulian::match {

// 1: a valid supply link of the enterprise delivers a product of a neighbouring segment's type, or goes to an
// enterprise that holds a valid capability of such a type. 0.5: it holds such a capability itself. Else 0. A type
// stands for itself and all it subsumes. Immutable and thread-safe; the snapshot must outlive it.
class Embedding {
 public:
  Embedding(const model::Snapshot& snapshot, std::span<const model::Row> neighbour_types, model::Day as_of);

  // Whether there is a neighbour at all; without one nothing is asked.
  bool asked() const { return !is_neighbour_.empty(); }
  double Of(model::Row enterprise) const;

 private:
  bool IsNeighbour(model::Row type) const { return type < is_neighbour_.size() && is_neighbour_[type] != 0; }
  bool Holds(model::Row enterprise) const;

  const model::Snapshot& snapshot_;
  model::Day as_of_;
  std::vector<std::uint8_t> is_neighbour_;  // by row of a type
};

}  // namespace bulian::match

#endif  // SERVICES_MATCH_EMBEDDING_H_
