#include "services/gap/closure_division.h"

#include <algorithm>

namespace bulian::gap {
namespace {

// What is left of an amount after rounding is nothing.
constexpr double kNothing = 1e-12;
constexpr int kNotReached = -2, kStart = -1;

}  // namespace

CapacityDivision::CapacityDivision(const std::vector<ClosureDemand>* demands)
    : demands_(demands), reached_by_(demands->size(), kNotReached) {
  left_.reserve(demands->size());
  for (const ClosureDemand& demand : *demands) left_.push_back(demand.unmet);
}

bool CapacityDivision::IsOpen(int demand) const {
  const auto at = static_cast<std::size_t>(demand);
  return left_[at] > kNothing * (*demands_)[at].unmet;
}

double& CapacityDivision::SentTo(int added, int demand) {
  const Added& one = added_[static_cast<std::size_t>(added)];
  const std::vector<int>& feeds = one.supply->feeds;
  const auto position = std::lower_bound(feeds.begin(), feeds.end(), demand) - feeds.begin();
  return sent_[one.begin + static_cast<std::size_t>(position)];
}

double CapacityDivision::Add(const ClosureSupply& supply) {
  added_.push_back({&supply, supply.amount, sent_.size()});
  sent_.resize(sent_.size() + supply.feeds.size(), 0.0);
  const double before = share_;
  while (added_.back().left > kNothing * supply.amount) {
    const int target = FindTarget();
    if (target < 0) break;
    Push(target);
  }
  return share_ - before;
}

void CapacityDivision::Clear() {
  for (const Added& added : added_) {
    for (const int demand : added.supply->feeds) {
      left_[static_cast<std::size_t>(demand)] = (*demands_)[static_cast<std::size_t>(demand)].unmet;
    }
  }
  added_.clear();
  sent_.clear();
  share_ = 0;
}

int CapacityDivision::FindTarget() {
  for (const int demand : touched_) reached_by_[static_cast<std::size_t>(demand)] = kNotReached;
  touched_.clear();
  by_way_of_.assign(added_.size(), kNotReached);
  const int last = static_cast<int>(added_.size()) - 1;
  by_way_of_[static_cast<std::size_t>(last)] = kStart;
  queue_.assign(1, last);
  int best = -1;
  const auto weight = [&](int demand) { return (*demands_)[static_cast<std::size_t>(demand)].weight; };
  for (std::size_t at = 0; at < queue_.size(); ++at) {
    const int from = queue_[at];
    for (const int demand : added_[static_cast<std::size_t>(from)].supply->feeds) {
      if (reached_by_[static_cast<std::size_t>(demand)] != kNotReached) continue;
      reached_by_[static_cast<std::size_t>(demand)] = from;
      touched_.push_back(demand);
      if (IsOpen(demand) &&
          (best < 0 || weight(demand) > weight(best) || (weight(demand) == weight(best) && demand < best)))
        best = demand;
      for (int other = 0; other < last; ++other) {
        if (by_way_of_[static_cast<std::size_t>(other)] != kNotReached) continue;
        const std::vector<int>& feeds = added_[static_cast<std::size_t>(other)].supply->feeds;
        if (!std::binary_search(feeds.begin(), feeds.end(), demand) || SentTo(other, demand) <= 0) continue;
        by_way_of_[static_cast<std::size_t>(other)] = demand;
        queue_.push_back(other);
      }
    }
  }
  return best;
}

void CapacityDivision::Push(int target) {
  const int last = static_cast<int>(added_.size()) - 1;
  double amount = std::min(added_.back().left, left(target));
  int from = reached_by_[static_cast<std::size_t>(target)];
  while (from != last) {
    const int through = by_way_of_[static_cast<std::size_t>(from)];
    amount = std::min(amount, SentTo(from, through));
    from = reached_by_[static_cast<std::size_t>(through)];
  }
  int demand = target;
  for (from = reached_by_[static_cast<std::size_t>(demand)];; from = reached_by_[static_cast<std::size_t>(demand)]) {
    SentTo(from, demand) += amount;
    if (from == last) break;
    demand = by_way_of_[static_cast<std::size_t>(from)];
    double& taken = SentTo(from, demand);
    taken -= amount;
    if (taken <= kNothing * (*demands_)[static_cast<std::size_t>(demand)].unmet) taken = 0;
  }
  const auto at = static_cast<std::size_t>(target);
  left_[at] -= amount;
  if (!IsOpen(target)) left_[at] = 0;
  added_.back().left -= amount;
  share_ += amount * (*demands_)[at].weight;
}

}  // namespace bulian::gap
