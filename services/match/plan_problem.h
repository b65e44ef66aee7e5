// A joint plan as numbers only: gaps that want amounts, capacities that several of them may share, and pairs of a gap
// and a candidate. Plain values; amounts of one connected part are in one unit (SI), whatever the segments' units are.
#ifndef SERVICES_MATCH_PLAN_PROBLEM_H_
#define SERVICES_MATCH_PLAN_PROBLEM_H_

#include <cstdint>
#include <functional>
#include <limits>
#include <utility>
#include <vector>

namespace bulian::match {

inline constexpr double kNoLimit = std::numeric_limits<double>::infinity();
// Differences of amounts smaller than this part of what is compared are rounding.
inline constexpr double kPlanRounding = 1e-9;
// No need is more lots than this.
inline constexpr double kMostLots = 1e6;

struct PlanNeed {
  double need = 0;                   // over 0
  double supplier_limit = kNoLimit;  // of what one supplier gives
  double lot = 0;                    // every amount is a multiple; 0: any
  int min_suppliers = 0;             // that count and give at least `least`, or nothing is given at all
  double least = 0;
};

struct PlanSource {
  double capacity = 0;                          // may be infinite
  std::vector<std::pair<int, double>> pools{};  // and load of a unit
};

struct PlanPair {
  int gap = 0;
  int source = -1;          // what it draws on; -1: nothing
  int supplier = 0;         // number within the gap: pairs of one are one independent supplier
  bool counts = true;       // as one of the gap's minimum of suppliers
  double value = 0;         // of a unit, 0 or more
  double floor = 0;         // amount at least
  double limit = kNoLimit;  // and at most
};

// Pairs stand by gap and, within a gap, in the order in which equal ones are preferred.
struct PlanProblem {
  std::vector<PlanNeed> gaps;
  std::vector<PlanSource> sources;
  std::vector<double> pools;  // capacities; may be infinite
  std::vector<PlanPair> pairs;

  // Whether amounts are not free, so that a relaxation is no plan.
  bool HasWholes() const;
};

// A price for everything there is little of; 0 or more. Any prices give a bound.
struct PlanPrices {
  std::vector<double> gaps, sources, pools;
  std::vector<std::vector<std::pair<int, double>>> suppliers;  // by gap: supplier and price, where over 0, ascending
};

struct Plan {
  std::vector<double> amounts;  // by pair
  double value = 0;             // of the amounts
  double bound = 0;             // no plan is worth more
  PlanPrices prices;            // duals of the relaxation: without lots and minimum of suppliers
  double relaxation_bound = 0;  // PriceBound at the prices
  bool whole = false;           // there are lots or a minimum of suppliers
  bool linear = false;          // pools made it a linear program
  int nodes = 0;                // of search trees
};

// The same problem with what cannot be used left out: capacities, needs and limits as far as whole lots and pairs
// reach, no need where the minimum of suppliers is out of reach. Keeps all plans. Its relaxation is that of the answer.
PlanProblem Tightened(const PlanProblem& problem);

double ValueOf(const PlanProblem& problem, const std::vector<double>& amounts);

// Weak duality: no amounts within the problem's limits, lots and minimum of suppliers aside, are worth more. Infinite
// if a pair that would still be worth something at the prices has no limit.
double PriceBound(const PlanProblem& problem, const PlanPrices& prices);

// Whether amounts keep everything the problem asks for, but for rounding.
bool Keeps(const PlanProblem& problem, const std::vector<double>& amounts);

// Connected parts: gaps and pairs that share a source or pool, each part's pairs ascending; parts by first pair.
std::vector<std::vector<int>> PartsOf(const PlanProblem& problem);

// A part by itself, with the way back.
struct PlanPart {
  PlanProblem problem;
  std::vector<int> gaps, sources, pools, pairs;  // in the whole
};

// Takes parts out at the cost of their size. Belongs to one thread.
class PartExtractor {
 public:
  // Not owned; outlives this.
  explicit PartExtractor(const PlanProblem* problem);
  PlanPart Extract(const std::vector<int>& pairs);

 private:
  // The number of a thing within the part, in the order things are first seen.
  static int Number(int thing, std::vector<int>* numbers, std::vector<int>* kept, bool* fresh);

  const PlanProblem& problem_;
  std::vector<int> gaps_, sources_, pools_;  // numbers within the part; -1 between calls
};

}  // namespace bulian::match

#endif  // SERVICES_MATCH_PLAN_PROBLEM_H_
