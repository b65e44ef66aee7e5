// Lists of companies or types with weights.
#ifndef SERVICES_MATCH_WEIGHTED_H_
#define SERVICES_MATCH_WEIGHTED_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace bulian::match {

using Weighted = std::vector<std::pair<std::uint32_t, float>>;  // companies or types with weights

// The heaviest, heaviest first; ties by index.
Weighted Heaviest(Weighted all, std::size_t most);

// Those above 0, by index.
Weighted NonZero(const std::vector<float>& values);

// Nothing is done to a list without weight.
void ScaleToSum(Weighted* weights);

// At most `most` of the companies, spread evenly over all of them, of equal weights that sum to 1.
Weighted EvenShare(const std::vector<std::uint32_t>& companies, std::size_t most);

}  // namespace bulian::match

#endif  // SERVICES_MATCH_WEIGHTED_H_
