#include "services/gap/production_sweep.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace bulian::gap {
namespace {

// Whether the ends of what a set counts differ, and whether it counts more than the set before.
struct SetFacts {
  bool uncertain = false, adds = false;
};

std::array<SetFacts, kSetCount> FactsOf(const ProductionModel& model) {
  std::array<SetFacts, kSetCount> facts;
  bool everywhere = false;
  for (const ProductionInput& input : model.inputs) everywhere |= std::isnan(input.coefficient);
  for (const ProductionPool& pool : model.pools) everywhere |= pool.capacity.lower != pool.capacity.upper;
  for (int set = 0; set < kSetCount; ++set) {
    facts[set].uncertain = everywhere;
    for (const CapacityClass& some : model.classes) {
      const int first = *std::min_element(some.sets.begin(), some.sets.end());
      facts[set].uncertain |= first <= set && (some.unbounded > 0 || some.lower != some.upper);
      facts[set].adds |= std::find(some.sets.begin(), some.sets.end(), set) != some.sets.end();
    }
  }
  facts[0].adds = true;
  return facts;
}

class Sweeper {
 public:
  Sweeper(ProductionProgram* program, std::span<const Outage> outages, bool proofs, const StopSignal& stop)
      : program_(*program), outages_(outages), proofs_(proofs), stop_(stop) {
    sweep_.without.resize(outages.size());
    sweep_.without_proofs.resize(outages.size());
  }

  absl::StatusOr<ProductionSweep> Run() {
    const std::array<SetFacts, kSetCount> facts = FactsOf(program_.model());
    for (int set = 0; set < kSetCount; ++set) {
      for (const bool upper : {false, true}) {
        // Nothing differs from the end, or the set, before.
        const bool same_end = upper && !facts[set].uncertain;
        const bool same_set = !facts[set].adds && !same_end && set != kClaimedSet;
        if (same_end || same_set) {
          Copy(same_end ? set : set - 1, !same_end && upper, {.set = set, .upper = upper});
        } else if (absl::Status status = Solve({.set = set, .upper = upper}); !status.ok()) {
          return status;
        }
      }
    }
    return std::move(sweep_);
  }

 private:
  static double& EndOf(Bounds& bounds, bool upper) { return upper ? bounds.upper : bounds.lower; }

  void Copy(int from_set, bool from_upper, SupplyCase to) {
    const auto copy = [&](ThreeBounds& of_sets) {
      EndOf(of_sets[to.set], to.upper) = EndOf(of_sets[from_set], from_upper);
    };
    copy(sweep_.all);
    for (ThreeBounds& one : sweep_.without) copy(one);
  }

  // The lower end holds for the upper too but for rounding.
  static void Put(double value, SupplyCase of, ThreeBounds* to) {
    Bounds& bounds = (*to)[of.set];
    EndOf(bounds, of.upper) = of.upper ? std::max(bounds.lower, value) : value;
  }

  absl::Status Solve(SupplyCase of) {
    const bool wanted = proofs_ && of.set == kClaimedSet;
    program_.Choose(of);
    auto all = program_.Deliver(stop_);
    if (!all.ok()) return all.status();
    Put(all->value, of, &sweep_.all);
    if (of.set == kClaimedSet && std::isfinite(all->value)) sweep_.all_proofs.push_back({of, *std::move(all)});
    for (std::size_t i = 0; i < outages_.size(); ++i) {
      if (stop_ && stop_()) return absl::CancelledError("stopped");
      if (outages_[i].holdings.empty() && outages_[i].at_segment.empty()) continue;
      Delivery delivery;
      const auto value = program_.DeliverWithout(outages_[i], wanted ? &delivery : nullptr, stop_);
      if (!value.ok()) return value.status();
      Put(*value, of, &sweep_.without[i]);
      if (wanted && std::isfinite(*value)) sweep_.without_proofs[i].push_back({of, std::move(delivery)});
    }
    return absl::OkStatus();
  }

  ProductionProgram& program_;
  const std::span<const Outage> outages_;
  const bool proofs_;
  const StopSignal& stop_;
  ProductionSweep sweep_;
};

}  // namespace

absl::StatusOr<ProductionSweep> SweepProduction(ProductionProgram* program, std::span<const Outage> outages,
                                                bool proofs, const StopSignal& stop) {
  return Sweeper(program, outages, proofs, stop).Run();
}

}  // namespace bulian::gap
