// Sums for many things most of which get none: companies, words.
#ifndef SERVICES_MATCH_SPARSE_SUMS_H_
#define SERVICES_MATCH_SPARSE_SUMS_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "services/match/weighted.h"

namespace bulian::match {

// Belongs to one thread; meant to be reused, since it has a number for each thing there is.
class SparseSums {
 public:
  explicit SparseSums(std::size_t things) : sums_(things) {}

  // `value` above 0.
  void Add(std::uint32_t thing, float value) {
    if (sums_[thing] == 0) touched_.push_back(thing);
    sums_[thing] += value;
  }
  // All sums in the order in which things first got something; starts again. Costs what was touched.
  Weighted Take() {
    Weighted all;
    all.reserve(touched_.size());
    for (const std::uint32_t thing : touched_) all.emplace_back(thing, std::exchange(sums_[thing], 0.0F));
    touched_.clear();
    return all;
  }

 private:
  std::vector<float> sums_;
  std::vector<std::uint32_t> touched_;
};

}  // namespace bulian::match

#endif  // SERVICES_MATCH_SPARSE_SUMS_H_
