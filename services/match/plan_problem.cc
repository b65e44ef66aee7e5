#include "services/match/plan_problem.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace bulian::match {
namespace {

// How many combinations of lots are tried to see what a capacity can be used for, and what all can.
constexpr int kMostCombinations = 10'000, kMostOfAll = 5'000'000;

double WholeLots(double amount, double lot) {
  if (lot <= 0 || !std::isfinite(amount)) return amount;
  return std::floor(amount / lot * (1 + kPlanRounding)) * lot;
}

// The greatest sum of multiples of lots from `at` on within `capacity`; -1 if too many had to be tried.
double GreatestSum(const std::vector<std::pair<double, int>>& lots, std::size_t at, double capacity, int* tries) {
  if (at == lots.size()) return 0;
  const auto& [lot, most] = lots[at];
  const int fit = std::min(most, static_cast<int>(std::min(1e6, std::floor(capacity / lot * (1 + kPlanRounding)))));
  if (at + 1 == lots.size()) return fit * lot;
  double best = 0;
  for (int count = fit; count >= 0; --count) {
    if (--*tries < 0) return -1;
    const double rest = GreatestSum(lots, at + 1, std::max(0.0, capacity - count * lot), tries);
    if (rest < 0) return -1;
    best = std::max(best, count * lot + rest);
    if (best >= capacity * (1 - kPlanRounding)) break;
  }
  return best;
}

class Tightener {
 public:
  explicit Tightener(PlanProblem problem) : problem_(std::move(problem)) {}

  PlanProblem Run() {
    for (PlanPair& pair : problem_.pairs) LimitPair(&pair);
    for (int gap = 0, pair = 0; gap < static_cast<int>(problem_.gaps.size()); ++gap) {
      const int begin = pair;
      while (pair < static_cast<int>(problem_.pairs.size()) && problem_.pairs[pair].gap == gap) ++pair;
      LimitGap(gap, begin, pair);
    }
    LimitSources();
    return std::move(problem_);
  }

 private:
  void LimitPair(PlanPair* pair) const {
    const PlanNeed& gap = problem_.gaps[pair->gap];
    double limit = std::min({pair->limit, gap.need, gap.supplier_limit});
    if (gap.min_suppliers > 0) {
      const double others = pair->counts ? gap.min_suppliers - 1 : gap.min_suppliers;
      limit = std::min(limit, gap.need - others * gap.least);
    }
    if (pair->source >= 0) limit = std::min(limit, problem_.sources[pair->source].capacity);
    limit = std::max(0.0, WholeLots(limit, gap.lot));
    pair->limit = std::abs(limit - pair->floor) <= kPlanRounding * limit ? pair->floor : limit;
  }

  void LimitGap(int number, int begin, int end) {
    PlanNeed& gap = problem_.gaps[number];
    gap.need = WholeLots(gap.need, gap.lot);
    gap.supplier_limit = std::min(gap.supplier_limit, gap.need);
    if (gap.min_suppliers == 0) return;
    std::map<int, double> counted;  // supplier, what it can give
    for (int pair = begin; pair < end; ++pair) {
      if (problem_.pairs[pair].counts) counted[problem_.pairs[pair].supplier] += problem_.pairs[pair].limit;
    }
    int able = 0;
    for (const auto& [supplier, amount] : counted) able += amount >= gap.least * (1 - kPlanRounding) && amount > 0;
    if (able < gap.min_suppliers) {
      gap.need = 0;
      for (int pair = begin; pair < end; ++pair) problem_.pairs[pair].limit = 0;
    }
  }

  void LimitSources() {
    if (!problem_.HasWholes()) return;
    std::vector<std::map<double, int>> lots(problem_.sources.size());
    std::vector<char> free(problem_.sources.size());  // some amount is any
    std::vector<double> asked(problem_.sources.size());
    for (const PlanPair& pair : problem_.pairs) {
      if (pair.source < 0 || pair.limit <= 0) continue;
      const double lot = problem_.gaps[pair.gap].lot;
      asked[pair.source] += pair.limit;
      if (lot <= 0) {
        free[pair.source] = 1;
      } else {
        lots[pair.source][lot] += static_cast<int>(std::lround(pair.limit / lot));
      }
    }
    int left = kMostOfAll;
    for (std::size_t i = 0; i < problem_.sources.size(); ++i) {
      double& capacity = problem_.sources[i].capacity;
      if (free[i] != 0 || lots[i].empty() || asked[i] <= capacity) continue;
      std::vector<std::pair<double, int>> greatest_first(lots[i].rbegin(), lots[i].rend());
      const int most = std::min(kMostCombinations, left);
      int tries = most;
      const double sum = GreatestSum(greatest_first, 0, capacity, &tries);
      left -= most - std::max(0, tries);
      if (sum >= 0) capacity = std::min(capacity, sum);
    }
  }

  PlanProblem problem_;
};

// Union-find over gaps, sources and pools.
class Joined {
 public:
  explicit Joined(std::size_t count) : parent_(count) { std::iota(parent_.begin(), parent_.end(), 0); }
  int Root(int node) {
    while (parent_[node] != node) node = parent_[node] = parent_[parent_[node]];
    return node;
  }
  void Join(int a, int b) { parent_[Root(a)] = Root(b); }

 private:
  std::vector<int> parent_;
};

}  // namespace

bool PlanProblem::HasWholes() const {
  return std::any_of(gaps.begin(), gaps.end(),
                     [](const PlanNeed& gap) { return gap.lot > 0 || gap.min_suppliers > 0; });
}

PlanProblem Tightened(const PlanProblem& problem) { return Tightener(problem).Run(); }

double ValueOf(const PlanProblem& problem, const std::vector<double>& amounts) {
  double value = 0;
  for (std::size_t i = 0; i < amounts.size(); ++i) value += problem.pairs[i].value * amounts[i];
  return value;
}

double PriceBound(const PlanProblem& problem, const PlanPrices& prices) {
  double bound = 0;
  // A price of 0 of something without limit is nothing.
  const auto add = [&](double amount, double price) {
    if (price > 0) bound += amount * price;
  };
  for (std::size_t i = 0; i < problem.gaps.size(); ++i) {
    add(problem.gaps[i].need, prices.gaps[i]);
    for (const auto& [supplier, price] : prices.suppliers[i]) add(problem.gaps[i].supplier_limit, price);
  }
  for (std::size_t i = 0; i < problem.sources.size(); ++i) add(problem.sources[i].capacity, prices.sources[i]);
  for (std::size_t i = 0; i < problem.pools.size(); ++i) add(problem.pools[i], prices.pools[i]);
  for (const PlanPair& pair : problem.pairs) {
    double reduced = pair.value - prices.gaps[pair.gap];
    for (const auto& [supplier, price] : prices.suppliers[pair.gap]) {
      if (supplier == pair.supplier) reduced -= price;
    }
    if (pair.source >= 0) {
      reduced -= prices.sources[pair.source];
      for (const auto& [pool, load] : problem.sources[pair.source].pools) reduced -= load * prices.pools[pool];
    }
    if (reduced > 0 && pair.limit > 0) bound += reduced * pair.limit;
    if (reduced < 0 && pair.floor > 0) bound += reduced * pair.floor;
  }
  return bound;
}

bool Keeps(const PlanProblem& problem, const std::vector<double>& amounts) {
  const auto within = [](double amount, double limit) { return amount <= limit * (1 + kPlanRounding) + 1e-12; };
  std::vector<double> given(problem.gaps.size()), used(problem.sources.size()), drawn(problem.pools.size());
  std::vector<std::map<int, double>> by_supplier(problem.gaps.size());
  std::vector<std::map<int, double>> counted(problem.gaps.size());
  for (std::size_t i = 0; i < amounts.size(); ++i) {
    const PlanPair& pair = problem.pairs[i];
    if (!within(amounts[i], pair.limit) || !within(pair.floor, amounts[i])) return false;
    const PlanNeed& gap = problem.gaps[pair.gap];
    const double lots = gap.lot > 0 ? amounts[i] / gap.lot : 0;
    if (std::abs(lots - std::round(lots)) > 1e-6) return false;
    given[pair.gap] += amounts[i];
    by_supplier[pair.gap][pair.supplier] += amounts[i];
    if (pair.counts) counted[pair.gap][pair.supplier] += amounts[i];
    if (pair.source < 0) continue;
    used[pair.source] += amounts[i];
    for (const auto& [pool, load] : problem.sources[pair.source].pools) drawn[pool] += load * amounts[i];
  }
  for (std::size_t i = 0; i < problem.gaps.size(); ++i) {
    const PlanNeed& gap = problem.gaps[i];
    if (!within(given[i], gap.need)) return false;
    int suppliers = 0;
    for (const auto& [supplier, amount] : by_supplier[i]) {
      if (!within(amount, gap.supplier_limit)) return false;
    }
    for (const auto& [supplier, amount] : counted[i]) suppliers += amount > 0 && within(gap.least, amount) ? 1 : 0;
    if (given[i] > 0 && suppliers < gap.min_suppliers) return false;
  }
  for (std::size_t i = 0; i < problem.sources.size(); ++i) {
    if (!within(used[i], problem.sources[i].capacity)) return false;
  }
  for (std::size_t i = 0; i < problem.pools.size(); ++i) {
    if (!within(drawn[i], problem.pools[i])) return false;
  }
  return true;
}

std::vector<std::vector<int>> PartsOf(const PlanProblem& problem) {
  const int sources = static_cast<int>(problem.gaps.size());
  const int pools = sources + static_cast<int>(problem.sources.size());
  Joined joined(static_cast<std::size_t>(pools) + problem.pools.size());
  for (const PlanPair& pair : problem.pairs) {
    if (pair.source >= 0) joined.Join(pair.gap, sources + pair.source);
  }
  for (int i = 0; i < static_cast<int>(problem.sources.size()); ++i) {
    for (const auto& [pool, load] : problem.sources[i].pools) joined.Join(sources + i, pools + pool);
  }
  std::vector<std::vector<int>> parts;
  std::vector<int> part_of(static_cast<std::size_t>(pools) + problem.pools.size(), -1);
  for (int i = 0; i < static_cast<int>(problem.pairs.size()); ++i) {
    int& part = part_of[joined.Root(problem.pairs[i].gap)];
    if (part < 0) {
      part = static_cast<int>(parts.size());
      parts.emplace_back();
    }
    parts[part].push_back(i);
  }
  return parts;
}

PartExtractor::PartExtractor(const PlanProblem* problem)
    : problem_(*problem),
      gaps_(problem->gaps.size(), -1),
      sources_(problem->sources.size(), -1),
      pools_(problem->pools.size(), -1) {}

int PartExtractor::Number(int thing, std::vector<int>* numbers, std::vector<int>* kept, bool* fresh) {
  int& number = (*numbers)[thing];
  *fresh = number < 0;
  if (*fresh) {
    number = static_cast<int>(kept->size());
    kept->push_back(thing);
  }
  return number;
}

PlanPart PartExtractor::Extract(const std::vector<int>& pairs) {
  PlanPart part;
  part.pairs = pairs;
  part.problem.pairs.reserve(pairs.size());
  bool fresh = false;
  for (const int number : pairs) {
    PlanPair pair = problem_.pairs[number];
    const int gap = pair.gap, source = pair.source;
    pair.gap = Number(gap, &gaps_, &part.gaps, &fresh);
    if (fresh) part.problem.gaps.push_back(problem_.gaps[gap]);
    if (source >= 0) {
      pair.source = Number(source, &sources_, &part.sources, &fresh);
      if (fresh) {
        PlanSource drawing = problem_.sources[source];
        for (auto& [pool, load] : drawing.pools) {
          const int whole = pool;
          pool = Number(whole, &pools_, &part.pools, &fresh);
          if (fresh) part.problem.pools.push_back(problem_.pools[whole]);
        }
        part.problem.sources.push_back(std::move(drawing));
      }
    }
    part.problem.pairs.push_back(pair);
  }
  for (const int gap : part.gaps) gaps_[gap] = -1;
  for (const int source : part.sources) sources_[source] = -1;
  for (const int pool : part.pools) pools_[pool] = -1;
  return part;
}

}  // namespace bulian::match
