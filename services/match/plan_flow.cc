#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

#include "services/lp/network_flow.h"
#include "services/match/plan_relaxation.h"

namespace bulian::match {
namespace {

using Whole = std::int64_t;

constexpr int kAmountBits = 42;  // of the greatest need
constexpr int kCostBits = 60;    // of the greatest cost times the number of nodes
constexpr Whole kRanks = 256;    // the last digit of a cost, where the order of equal pairs stands

// The network of a part: sources and a node for pairs that draw on nothing; nodes of suppliers with several pairs;
// gaps; a node that fills what is left of every gap, at a cost over that of any pair.
class PlanNetwork {
 public:
  explicit PlanNetwork(const PlanProblem& problem) : problem_(problem) {
    Scale();
    for (const PlanSource& source : problem.sources) AddNode(std::isinf(source.capacity) ? 0 : Units(source.capacity));
    free_ = AddNode(1);
    gaps_ = static_cast<int>(network_.supply.size());
    Whole needs = 1;  // one more than is needed, so that its potential is 0
    for (const PlanNeed& gap : problem.gaps) {
      AddNode(-Units(gap.need));
      needs += Units(gap.need);
    }
    rest_ = AddNode(needs);
    AddArcs();
  }

  absl::StatusOr<PlanRelaxation> Solve(const std::function<bool()>& stop) const {
    const auto flow = lp::MinimizeCost(network_, stop);
    if (!flow && stop && stop()) return absl::CancelledError("stopped");
    if (!flow) return absl::FailedPreconditionError("the fixed choices cannot all be kept");
    PlanRelaxation relaxation;
    for (std::size_t i = 0; i < problem_.pairs.size(); ++i) {
      const lp::FlowArc& arc = network_.arcs[pair_arcs_[i]];
      const Whole units = flow->flow[pair_arcs_[i]];
      // Ends come back as they were given.
      const PlanPair& pair = problem_.pairs[i];
      relaxation.amounts.push_back(units == arc.upper   ? pair.limit
                                   : units == arc.lower ? pair.floor
                                                        : static_cast<double>(units) / amount_scale_);
    }
    FillPrices(*flow, &relaxation.prices);
    return relaxation;
  }

 private:
  Whole Units(double amount) const { return std::llround(amount * amount_scale_); }

  void Scale() {
    double greatest_need = 0, greatest_value = 0;
    for (const PlanNeed& gap : problem_.gaps) greatest_need = std::max(greatest_need, gap.need);
    for (const PlanPair& pair : problem_.pairs) greatest_value = std::max(greatest_value, pair.value);
    const auto power = [](double greatest, int bits) {
      return greatest > 0 ? std::ldexp(1.0, bits - (std::ilogb(greatest) + 1)) : 1.0;
    };
    amount_scale_ = power(greatest_need, kAmountBits);
    const std::size_t nodes = problem_.gaps.size() + problem_.sources.size() + problem_.pairs.size() + 2;
    const int bits = kCostBits - static_cast<int>(std::bit_width(nodes)) - 10;
    value_scale_ = power(greatest_value, bits);
    greatest_cost_ = (std::llround(greatest_value * value_scale_) + 1) * kRanks;
  }

  int AddNode(Whole supply) {
    network_.supply.push_back(supply);
    return static_cast<int>(network_.supply.size()) - 1;
  }

  void AddArcs() {
    network_.arcs.reserve(problem_.pairs.size() + problem_.gaps.size());
    pair_arcs_.reserve(problem_.pairs.size());
    std::size_t begin = 0;
    for (int gap = 0; gap < static_cast<int>(problem_.gaps.size()); ++gap) {
      std::size_t end = begin;
      while (end < problem_.pairs.size() && problem_.pairs[end].gap == gap) ++end;
      AddGap(gap, begin, end);
      begin = end;
    }
  }

  void AddGap(int gap, std::size_t begin, std::size_t end) {
    const Whole need = Units(problem_.gaps[gap].need);
    network_.arcs.push_back({rest_, gaps_ + gap, 0, need, greatest_cost_});
    // How many pairs a supplier has.
    std::vector<std::pair<int, int>> several;  // supplier, node
    std::vector<int> suppliers;
    for (std::size_t i = begin; i < end; ++i) suppliers.push_back(problem_.pairs[i].supplier);
    std::sort(suppliers.begin(), suppliers.end());
    for (std::size_t i = 1; i < suppliers.size(); ++i) {
      if (suppliers[i] != suppliers[i - 1] || (!several.empty() && several.back().first == suppliers[i])) continue;
      const int node = AddNode(0);
      several.emplace_back(suppliers[i], node);
      supplier_nodes_.push_back({gap, suppliers[i], node});
      network_.arcs.push_back(
          {node, gaps_ + gap, 0, Units(std::min(problem_.gaps[gap].supplier_limit, problem_.gaps[gap].need)), 0});
    }
    for (std::size_t i = begin; i < end; ++i) {
      const PlanPair& pair = problem_.pairs[i];
      const Whole limit = Units(pair.limit), floor = Units(pair.floor);
      const Whole rank = std::min<Whole>(static_cast<Whole>(i - begin), kRanks - 1);
      const int from = pair.source < 0 ? free_ : pair.source;
      // A source without limit has what all may ask of it, and one more, so that its price is 0.
      if (from == free_ || std::isinf(problem_.sources[from].capacity)) network_.supply[from] += limit + 1;
      const auto of_several =
          std::find_if(several.begin(), several.end(), [&](const auto& one) { return one.first == pair.supplier; });
      pair_arcs_.push_back(static_cast<int>(network_.arcs.size()));
      network_.arcs.push_back({from, of_several == several.end() ? gaps_ + gap : of_several->second, floor, limit,
                               greatest_cost_ - std::llround(pair.value * value_scale_) * kRanks + rank});
    }
  }

  void FillPrices(const lp::FlowSolution& flow, PlanPrices* prices) const {
    const double unit = 1 / (value_scale_ * static_cast<double>(kRanks));
    // What the order of equal pairs adds up to is no price.
    const auto price = [&](Whole cost) { return cost <= 8 * kRanks ? 0.0 : static_cast<double>(cost) * unit; };
    const auto potential = [&](int node) { return flow.potential[node]; };
    for (int i = 0; i < static_cast<int>(problem_.sources.size()); ++i) {
      const bool unlimited = std::isinf(problem_.sources[i].capacity);
      prices->sources.push_back(unlimited ? 0 : price(potential(i) - potential(rest_)));
    }
    for (int i = 0; i < static_cast<int>(problem_.gaps.size()); ++i)
      prices->gaps.push_back(price(greatest_cost_ + potential(rest_) - potential(gaps_ + i)));
    prices->suppliers.resize(problem_.gaps.size());
    for (const SupplierNode& one : supplier_nodes_) {
      const double over = price(potential(gaps_ + one.gap) - potential(one.node));
      if (over > 0) prices->suppliers[one.gap].emplace_back(one.supplier, over);
    }
  }

  struct SupplierNode {
    int gap, supplier, node;
  };

  const PlanProblem& problem_;
  double amount_scale_ = 1, value_scale_ = 1;
  Whole greatest_cost_ = 0;
  lp::FlowNetwork network_;
  int free_ = 0, gaps_ = 0, rest_ = 0;
  std::vector<int> pair_arcs_;
  std::vector<SupplierNode> supplier_nodes_;
};

}  // namespace

absl::StatusOr<PlanRelaxation> RelaxAsFlow(const PlanProblem& problem, const std::function<bool()>& stop) {
  return PlanNetwork(problem).Solve(stop);
}

}  // namespace bulian::match
