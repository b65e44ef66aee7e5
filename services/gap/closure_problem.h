// What could close unmet demand, as numbers only: demands, supplies that would come new, and choices that each bring
// some of them. Plain values.
#ifndef SERVICES_GAP_CLOSURE_PROBLEM_H_
#define SERVICES_GAP_CLOSURE_PROBLEM_H_

#include <vector>

namespace bulian::gap {

// A segment.
struct ClosureDemand {
  double unmet = 0;      // SI units a year, or of the stock; 0: nothing, or not known
  double weight = 0;     // share of the segment's demand one such unit is
  bool missing = false;  // it has no supplier
  double share() const { return unmet * weight; }
};

// Capacity that would come new. It is divisible and counts once.
struct ClosureSupply {
  double amount = 0;          // SI units, in the dimension of all it feeds
  std::vector<int> feeds{};   // demands it can be divided over, ascending
  std::vector<int> begins{};  // missing demands it would be a supplier of, ascending
};

// What is chosen or not. No supply is in two choices of one search.
struct ClosureChoice {
  std::vector<int> supplies{};
};

struct ClosureProblem {
  std::vector<ClosureDemand> demands{};
  std::vector<ClosureSupply> supplies{};
  std::vector<ClosureChoice> choices{};  // of equal ones the first is preferred
};

// Shares and prices that differ by no more are equal: it is rounding.
inline constexpr double kClosureTolerance = 1e-9;

// What some choices close together: first the sum of closed shares of demand counts, then how many missing demands get
// a supplier.
struct ClosureValue {
  double share = 0;
  int missing = 0;
  bool IsOver(const ClosureValue& other) const {
    return share > other.share + kClosureTolerance ||
           (share >= other.share - kClosureTolerance && missing > other.missing);
  }
  // Nothing that is not over this can be over the other.
  bool CannotBeOver(const ClosureValue& other) const {
    return share < other.share - kClosureTolerance ||
           (share <= other.share + kClosureTolerance && missing <= other.missing);
  }
  friend bool operator==(const ClosureValue&, const ClosureValue&) = default;
};

}  // namespace bulian::gap

#endif  // SERVICES_GAP_CLOSURE_PROBLEM_H_
