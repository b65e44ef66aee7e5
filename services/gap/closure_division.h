// How supplies are divided over demands so that the sum of closed shares is greatest: a transport of greatest value.
//
// The amounts that supplies can bring to sets of demands form a polymatroid, so serving demands by falling weight is
// exact (Edmonds 1970); supplies and demands are complements (Gale, Politof 1981), so one more supply takes nothing
// from a demand and the same holds step by step. The value is a monotone submodular function of the set of supplies.
#ifndef SERVICES_GAP_CLOSURE_DIVISION_H_
#define SERVICES_GAP_CLOSURE_DIVISION_H_

#include <cstddef>
#include <vector>

#include "services/gap/closure_problem.h"

namespace bulian::gap {

// Grows by one supply at a time; always of greatest value for those added. Copies are independent. Belongs to one
// thread.
class CapacityDivision {
 public:
  // `demands` is not owned and outlives this.
  explicit CapacityDivision(const std::vector<ClosureDemand>* demands);

  // Adds a supply, which outlives this. Returns the share gained. Costs the paths along which it is divided.
  double Add(const ClosureSupply& supply);

  // Takes all supplies away. Costs what they feed.
  void Clear();

  // Sum of the closed shares.
  double share() const { return share_; }
  // What of a demand is still unmet.
  double left(int demand) const { return left_[static_cast<std::size_t>(demand)]; }
  // What the supply added as number `added` (from 0) gives to the demand at a position of its `feeds`. Demands of equal
  // weight are served in ascending order.
  double Sent(std::size_t added, std::size_t position) const { return sent_[added_[added].begin + position]; }

 private:
  struct Added {
    const ClosureSupply* supply = nullptr;
    double left = 0;
    std::size_t begin = 0;  // in sent_, by position in feeds
  };
  double& SentTo(int added, int demand);
  // The unsaturated demand of greatest weight that the last supply reaches by taking the place of others; -1: none.
  // Leaves the way there in reached_by_ and by_way_of_.
  int FindTarget();
  void Push(int target);
  bool IsOpen(int demand) const;

  const std::vector<ClosureDemand>* demands_;
  std::vector<double> left_;
  std::vector<Added> added_;
  std::vector<double> sent_;
  double share_ = 0;
  std::vector<int> reached_by_, by_way_of_, queue_, touched_;  // of FindTarget
};

}  // namespace bulian::gap

#endif  // SERVICES_GAP_CLOSURE_DIVISION_H_
