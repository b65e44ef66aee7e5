#include "services/match/plan_whole.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "services/match/plan_block.h"

namespace bulian::match {
namespace {

constexpr std::size_t kSmallPart = 400;  // pairs: one program
constexpr std::size_t kBlockGaps = 12;   // planned anew together
constexpr std::size_t kBlockPairs = 14;  // of each gap, besides those in use
constexpr int kBlockNodes = 200;         // of one block's tree
constexpr int kMostSweeps = 4;

class Improver {
 public:
  Improver(const PlanProblem& problem, const PlanRelaxation& relaxation, const PlanLimits& limits,
           const std::function<bool()>& stop)
      : problem_(problem), relaxation_(relaxation), limits_(limits), stop_(stop) {
    pairs_of_.resize(problem.gaps.size());
    gaps_of_.resize(problem.sources.size());
    for (int i = 0; i < static_cast<int>(problem.pairs.size()); ++i) {
      const PlanPair& pair = problem.pairs[i];
      pairs_of_[pair.gap].push_back(i);
      if (pair.source >= 0 && pair.limit > 0) gaps_of_[pair.source].push_back(pair.gap);
    }
    FindReduced();
  }

  absl::StatusOr<WholePlan> Run() {
    plan_.bound = PriceBound(problem_, relaxation_.prices);
    if (problem_.pairs.size() <= kSmallPart) return WholeAtOnce();
    if (absl::Status status = Begin(); !status.ok()) return status;
    for (int sweep = 0; sweep < kMostSweeps && !GoodEnough(); ++sweep) {
      const double before = value_;
      if (absl::Status status = Sweep(sweep); !status.ok()) return status;
      if (value_ <= before * (1 + limits_.relative_gap / 10)) break;
    }
    return Finished();
  }

 private:
  // What a pair is worth beyond prices.
  void FindReduced() {
    const PlanPrices& prices = relaxation_.prices;
    for (const PlanPair& pair : problem_.pairs) {
      double reduced = pair.value - prices.gaps[pair.gap];
      if (pair.source >= 0) {
        reduced -= prices.sources[pair.source];
        for (const auto& [pool, load] : problem_.sources[pair.source].pools) reduced -= load * prices.pools[pool];
      }
      reduced_.push_back(reduced);
    }
  }

  absl::StatusOr<WholePlan> WholeAtOnce() {
    std::vector<int> pairs(problem_.pairs.size());
    std::iota(pairs.begin(), pairs.end(), 0);
    const std::vector<double> used(problem_.sources.size()), drawn(problem_.pools.size());
    const std::vector<double> start = Rounded();
    const auto block = PlanBlock(problem_, pairs, used, drawn, Keeps(problem_, start) ? start : std::vector<double>(),
                                 {std::max(1, limits_.nodes), limits_.relative_gap}, stop_);
    if (!block.ok()) return block.status();
    plan_.nodes = block->nodes;
    plan_.amounts = block->amounts;
    // A program's tolerance is wider than a plan's.
    if (!Keeps(problem_, plan_.amounts)) {
      if (!Keeps(problem_, start)) return absl::InternalError("the integer program's answer keeps not all limits");
      plan_.amounts = start;
    }
    const double value = ValueOf(problem_, plan_.amounts);
    plan_.bound = std::max(value, std::min(plan_.bound, block->bound));
    return plan_;
  }

  // The relaxation with whole lots, without gaps that lack suppliers then.
  std::vector<double> Rounded() const {
    std::vector<double> amounts = relaxation_.amounts;
    for (std::size_t i = 0; i < amounts.size(); ++i) {
      const double lot = problem_.gaps[problem_.pairs[i].gap].lot;
      if (lot > 0) amounts[i] = std::floor(amounts[i] / lot * (1 + kPlanRounding) + kPlanRounding) * lot;
    }
    for (std::size_t gap = 0; gap < problem_.gaps.size(); ++gap) {
      if (HasSuppliers(static_cast<int>(gap), amounts)) continue;
      for (const int pair : pairs_of_[gap]) amounts[pair] = problem_.pairs[pair].floor;
    }
    return amounts;
  }

  bool HasSuppliers(int gap, const std::vector<double>& amounts) const {
    const PlanNeed& need = problem_.gaps[gap];
    if (need.min_suppliers == 0) return true;
    std::map<int, double> given;
    bool any = false;
    for (const int pair : pairs_of_[gap]) {
      any = any || amounts[pair] > 0;
      if (problem_.pairs[pair].counts) given[problem_.pairs[pair].supplier] += amounts[pair];
    }
    int enough = 0;
    for (const auto& [supplier, amount] : given) enough += amount > 0 && amount >= need.least * (1 - kPlanRounding);
    return !any || enough >= need.min_suppliers;
  }

  absl::Status Begin() {
    plan_.amounts = Rounded();
    std::vector<int> lacking;
    for (int gap = 0; gap < static_cast<int>(problem_.gaps.size()); ++gap) {
      if (!HasSuppliers(gap, plan_.amounts)) lacking.push_back(gap);
    }
    if (!lacking.empty()) {
      // Fixed choices come first: all else has to leave them room.
      for (std::size_t i = 0; i < problem_.pairs.size(); ++i) plan_.amounts[i] = problem_.pairs[i].floor;
    }
    Recount();
    if (lacking.empty()) return absl::OkStatus();
    std::vector<int> pairs;
    for (const int gap : lacking) pairs.insert(pairs.end(), pairs_of_[gap].begin(), pairs_of_[gap].end());
    return Replan(pairs, false);
  }

  void Recount() {
    used_.assign(problem_.sources.size(), 0);
    drawn_.assign(problem_.pools.size(), 0);
    for (std::size_t i = 0; i < problem_.pairs.size(); ++i) Take(static_cast<int>(i), 1);
    value_ = ValueOf(problem_, plan_.amounts);
  }

  void Take(int pair, double sign) {
    const int source = problem_.pairs[pair].source;
    if (source < 0) return;
    used_[source] += sign * plan_.amounts[pair];
    for (const auto& [pool, load] : problem_.sources[source].pools) drawn_[pool] += sign * load * plan_.amounts[pair];
  }

  bool GoodEnough() const { return plan_.bound - value_ <= limits_.relative_gap * value_; }

  double ValueOfGap(int gap, const std::vector<double>& amounts) const {
    double value = 0;
    for (const int pair : pairs_of_[gap]) value += problem_.pairs[pair].value * amounts[pair];
    return value;
  }

  absl::Status Sweep(int sweep) {
    std::vector<std::pair<double, int>> worst;  // what is missing, gap
    for (int gap = 0; gap < static_cast<int>(problem_.gaps.size()); ++gap) {
      const double missing = ValueOfGap(gap, relaxation_.amounts) - ValueOfGap(gap, plan_.amounts);
      if (missing > limits_.relative_gap * plan_.bound / static_cast<double>(problem_.gaps.size()) / 4)
        worst.emplace_back(-missing, gap);
    }
    std::sort(worst.begin(), worst.end());
    std::vector<char> planned(problem_.gaps.size());
    for (const auto& [missing, gap] : worst) {
      if (planned[gap] != 0 || GoodEnough()) continue;
      if (plan_.nodes >= limits_.nodes) break;
      std::vector<int> pairs;
      for (const int one : BlockAround(gap, sweep)) {
        planned[one] = 1;
        AddPairs(one, &pairs);
      }
      std::sort(pairs.begin(), pairs.end());
      if (absl::Status status = Replan(pairs, true); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  // Gaps that use what the gap could, nearest first; in later sweeps more of those that only could.
  std::vector<int> BlockAround(int gap, int sweep) const {
    std::vector<int> block = {gap};
    std::set<int> seen = {gap};
    for (std::size_t at = 0; at < block.size() && block.size() < kBlockGaps; ++at) {
      for (const int pair : Best(block[at])) {
        const int source = problem_.pairs[pair].source;
        if (source < 0) continue;
        for (const int other : gaps_of_[source]) {
          if (block.size() >= kBlockGaps) break;
          if (sweep == 0 && !Uses(other, source)) continue;
          if (seen.insert(other).second) block.push_back(other);
        }
      }
    }
    return block;
  }

  bool Uses(int gap, int source) const {
    return std::any_of(pairs_of_[gap].begin(), pairs_of_[gap].end(),
                       [&](int pair) { return problem_.pairs[pair].source == source && plan_.amounts[pair] > 0; });
  }

  // The pairs worth most beyond prices.
  std::vector<int> Best(int gap) const {
    std::vector<int> best;
    for (const int pair : pairs_of_[gap]) {
      if (problem_.pairs[pair].limit > 0) best.push_back(pair);
    }
    std::stable_sort(best.begin(), best.end(), [&](int a, int b) { return reduced_[a] > reduced_[b]; });
    if (best.size() <= kBlockPairs) return best;
    // A gap with a minimum of suppliers also has to see those who can be counted.
    const PlanNeed& need = problem_.gaps[gap];
    std::vector<int> able;
    for (std::size_t i = kBlockPairs; need.min_suppliers > 0 && i < best.size() && able.size() < kBlockPairs; ++i) {
      const PlanPair& pair = problem_.pairs[best[i]];
      if (pair.counts && pair.limit >= need.least) able.push_back(best[i]);
    }
    best.resize(kBlockPairs);
    best.insert(best.end(), able.begin(), able.end());
    return best;
  }

  void AddPairs(int gap, std::vector<int>* pairs) const {
    std::set<int> taken;
    for (const int pair : Best(gap)) taken.insert(pair);
    for (const int pair : pairs_of_[gap]) {
      if (plan_.amounts[pair] > 0 || problem_.pairs[pair].floor > 0) taken.insert(pair);
    }
    pairs->insert(pairs->end(), taken.begin(), taken.end());
  }

  // Plans the pairs anew; from what they are now if that keeps everything.
  absl::Status Replan(const std::vector<int>& pairs, bool from_now) {
    std::vector<double> now;
    double value = 0;
    for (const int pair : pairs) {
      now.push_back(plan_.amounts[pair]);
      value += plan_.amounts[pair] * problem_.pairs[pair].value;
      Take(pair, -1);
    }
    const auto block =
        PlanBlock(problem_, pairs, used_, drawn_, from_now ? now : std::vector<double>(),
                  {from_now ? kBlockNodes : std::max(1, limits_.nodes), limits_.relative_gap / 4}, stop_);
    if (absl::IsCancelled(block.status())) return block.status();
    if (!block.ok() && !from_now) return block.status();
    plan_.nodes += block.ok() ? std::max(1, block->nodes) : 1;
    if (block.ok() && (!from_now || block->value > value)) {
      for (std::size_t i = 0; i < pairs.size(); ++i) plan_.amounts[pairs[i]] = block->amounts[i];
    }
    for (const int pair : pairs) Take(pair, 1);
    if (!StillKeeps(pairs)) {
      for (const int pair : pairs) Take(pair, -1);
      for (std::size_t i = 0; i < pairs.size(); ++i) plan_.amounts[pairs[i]] = now[i];
      for (const int pair : pairs) Take(pair, 1);
      return absl::OkStatus();
    }
    double after = 0;
    for (const int pair : pairs) after += plan_.amounts[pair] * problem_.pairs[pair].value;
    value_ += after - value;
    return absl::OkStatus();
  }

  // Whether what the pairs draw on is enough, for a program's tolerance is wider than a plan's.
  bool StillKeeps(const std::vector<int>& pairs) const {
    const auto over = [](double amount, double limit) { return amount > limit * (1 + kPlanRounding) + 1e-12; };
    std::map<int, double> given;
    for (const int number : pairs) {
      const PlanPair& pair = problem_.pairs[number];
      given[pair.gap] += plan_.amounts[number];
      if (pair.source < 0) continue;
      if (over(used_[pair.source], problem_.sources[pair.source].capacity)) return false;
      for (const auto& [pool, load] : problem_.sources[pair.source].pools) {
        if (over(drawn_[pool], problem_.pools[pool])) return false;
      }
    }
    return std::all_of(given.begin(), given.end(), [&](const auto& one) {
      return !over(one.second, problem_.gaps[one.first].need) && HasSuppliers(one.first, plan_.amounts);
    });
  }

  WholePlan Finished() {
    plan_.bound = std::max(plan_.bound, ValueOf(problem_, plan_.amounts));
    return std::move(plan_);
  }

  const PlanProblem& problem_;
  const PlanRelaxation& relaxation_;
  const PlanLimits& limits_;
  const std::function<bool()>& stop_;
  std::vector<std::vector<int>> pairs_of_, gaps_of_;  // by gap, by source
  std::vector<double> reduced_;                       // by pair
  std::vector<double> used_, drawn_;                  // of sources and pools
  double value_ = 0;
  WholePlan plan_;
};

}  // namespace

absl::StatusOr<WholePlan> PlanWholes(const PlanProblem& problem, const PlanRelaxation& relaxation,
                                     const PlanLimits& limits, const std::function<bool()>& stop) {
  return Improver(problem, relaxation, limits, stop).Run();
}

}  // namespace bulian::match
