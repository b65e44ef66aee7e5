// How far a company is believed that claims to make much more than others do.
#ifndef SERVICES_MATCH_CLAIM_TRUST_H_
#define SERVICES_MATCH_CLAIM_TRUST_H_

#include <algorithm>
#include <cstddef>
#include <vector>

#include "services/match/sparse_rows.h"

namespace bulian::match {

// Per company 1, or, for one that makes more types than the limit, the limit over how many it makes. The limit is four
// times what 95 of 100 of those that make anything do not exceed, and 20 at least. `makes` is companies x types.
inline std::vector<float> ClaimTrust(const SparseRows& makes) {
  constexpr std::size_t kUsualTimes = 4, kLeast = 20;
  std::vector<std::size_t> sizes;
  for (std::size_t company = 0; company < makes.rows(); ++company) {
    if (!makes[company].empty()) sizes.push_back(makes[company].size());
  }
  std::size_t limit = kLeast;
  if (!sizes.empty()) {
    const auto usual = sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() * 95 / 100);
    std::nth_element(sizes.begin(), usual, sizes.end());
    limit = std::max(limit, kUsualTimes * *usual);
  }
  std::vector<float> trust(makes.rows(), 1);
  for (std::size_t company = 0; company < trust.size(); ++company) {
    const std::size_t size = makes[company].size();
    if (size > limit) trust[company] = static_cast<float>(limit) / static_cast<float>(size);
  }
  return trust;
}

}  // namespace bulian::match

#endif  // SERVICES_MATCH_CLAIM_TRUST_H_
