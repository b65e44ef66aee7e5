// Joint plans against enumeration, linear programs and laws; prices by weak duality alone.
#include "services/match/plan_solve.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <random>

namespace bulian::match {
namespace {

struct Size {
  int gaps = 3, sources = 4, pairs_each = 3, most_need = 4, most_capacity = 4;
  bool wholes = false, pools = false, floors = false;
};

int Draw(std::mt19937* random, int below) { return static_cast<int>((*random)() % static_cast<unsigned>(below)); }

// Amounts are whole, so that trying whole amounts tries enough for flows too.
PlanProblem Random(std::mt19937* random, const Size& size) {
  PlanProblem problem;
  for (int i = 0; i < size.sources; ++i)
    problem.sources.push_back({.capacity = 1.0 + Draw(random, size.most_capacity)});
  if (size.pools) {
    problem.pools.push_back(2.0 + Draw(random, 6));
    for (int i = 0; i < 2 && i < size.sources; ++i) problem.sources[i].pools = {{0, 1.0 + Draw(random, 2)}};
  }
  for (int gap = 0; gap < size.gaps; ++gap) {
    PlanNeed need{.need = 1.0 + Draw(random, size.most_need)};
    if (Draw(random, 3) == 0) need.supplier_limit = 1.0 + Draw(random, 3);
    if (size.wholes && Draw(random, 2) == 0) need.lot = 1.0 + Draw(random, 2);
    if (size.wholes && Draw(random, 2) == 0) {
      need.min_suppliers = 1 + Draw(random, 2);
      need.least = 1;
    }
    problem.gaps.push_back(need);
    for (int i = 0; i < size.pairs_each; ++i) {
      PlanPair pair{.gap = gap, .source = Draw(random, size.sources), .supplier = Draw(random, 3)};
      if (Draw(random, 6) == 0) pair.source = -1;
      pair.counts = Draw(random, 5) != 0;
      pair.value = (0.25 + 0.25 * Draw(random, 4)) / need.need;
      if (Draw(random, 6) == 0) pair.limit = Draw(random, 3);
      if (size.floors && Draw(random, 8) == 0) pair.floor = need.lot > 0 ? need.lot : 1;
      problem.pairs.push_back(pair);
    }
  }
  return problem;
}

// The best of all whole amounts; -1 if none keeps everything.
double BestOfAll(const PlanProblem& problem) {
  double best = -1;
  std::vector<double> amounts(problem.pairs.size());
  std::vector<double> left(problem.gaps.size());
  for (std::size_t i = 0; i < left.size(); ++i) left[i] = problem.gaps[i].need;
  const std::function<void(std::size_t)> walk = [&](std::size_t i) {
    if (i == amounts.size()) {
      if (Keeps(problem, amounts)) best = std::max(best, ValueOf(problem, amounts));
      return;
    }
    double& rest = left[problem.pairs[i].gap];
    const double most = std::floor(std::min(rest, problem.pairs[i].limit));
    for (double amount = 0; amount <= most; ++amount) {
      amounts[i] = amount;
      rest -= amount;
      walk(i + 1);
      rest += amount;
    }
    amounts[i] = 0;
  };
  walk(0);
  return best;
}

Plan Solved(const PlanProblem& problem, const PlanLimits& limits = {.nodes = 20'000, .relative_gap = 0}) {
  const auto plan = SolvePlan(Tightened(problem), limits);
  EXPECT_TRUE(plan.ok()) << plan.status();
  return plan.ok() ? *plan : Plan();
}

// All that a client can say of a plan without the solver.
void Verify(const PlanProblem& problem, const Plan& plan) {
  EXPECT_TRUE(Keeps(problem, plan.amounts));
  EXPECT_NEAR(ValueOf(problem, plan.amounts), plan.value, 1e-9);
  for (const auto* prices : {&plan.prices.gaps, &plan.prices.sources, &plan.prices.pools}) {
    for (const double price : *prices) EXPECT_GE(price, 0);
  }
  const double bound = PriceBound(Tightened(problem), plan.prices);
  EXPECT_NEAR(bound, plan.relaxation_bound, 1e-9 * (1 + bound));
  EXPECT_GE(bound, plan.value - 1e-9);
  EXPECT_GE(plan.bound, plan.value - 1e-9);
  EXPECT_LE(plan.bound, bound + 1e-9);
}

TEST(PlanSolveTest, FlowsAreTheBestOfAllAndPricesShowIt) {
  std::mt19937 random(5);
  for (int round = 0; round < 60; ++round) {
    const PlanProblem problem = Random(&random, {});
    const Plan plan = Solved(problem);
    Verify(problem, plan);
    EXPECT_FALSE(plan.whole);
    EXPECT_NEAR(plan.value, BestOfAll(problem), 1e-7) << round;
    EXPECT_NEAR(plan.bound, plan.value, 1e-7) << round;
  }
}

TEST(PlanSolveTest, FixedChoicesAreKeptOrRefused) {
  std::mt19937 random(8);
  int kept = 0, refused = 0;
  for (int round = 0; round < 40; ++round) {
    const PlanProblem problem = Random(&random, {.wholes = round % 2 == 0, .floors = true});
    const double best = BestOfAll(problem);
    const auto plan = SolvePlan(Tightened(problem), {.nodes = 20'000, .relative_gap = 0});
    ASSERT_EQ(plan.ok(), best >= 0) << round << plan.status();
    if (best < 0) {
      ++refused;
      EXPECT_TRUE(absl::IsFailedPrecondition(plan.status()));
      continue;
    }
    ++kept;
    Verify(problem, *plan);
    EXPECT_GE(plan->value, best - 1e-7) << round;
    EXPECT_TRUE(round % 2 == 0 || plan->value <= best + 1e-7) << round;  // with wholes some amounts may be any
  }
  EXPECT_GT(kept, 10);
  EXPECT_GT(refused, 2);
}

TEST(PlanSolveTest, WholePlansAreTheBestOfAll) {
  std::mt19937 random(6);
  for (int round = 0; round < 40; ++round) {
    PlanProblem problem = Random(&random, {.wholes = true});
    for (PlanNeed& gap : problem.gaps) gap.lot = std::max(gap.lot, 1.0);
    const Plan plan = Solved(problem);
    Verify(problem, plan);
    EXPECT_NEAR(plan.value, BestOfAll(problem), 1e-7) << round;
    EXPECT_NEAR(plan.bound, plan.value, 1e-6) << round;
  }
}

TEST(PlanSolveTest, PoolsBindAndTheirPricesShowIt) {
  std::mt19937 random(7);
  int bound = 0;
  for (int round = 0; round < 50; ++round) {
    const PlanProblem problem = Random(&random, {.pools = true});
    const Plan plan = Solved(problem);
    Verify(problem, plan);
    EXPECT_NEAR(plan.bound, plan.value, 1e-7) << round;
    EXPECT_GE(plan.value, BestOfAll(problem) - 1e-7) << round;  // amounts need not be whole
    bound += plan.prices.pools[0] > 0;
  }
  EXPECT_GT(bound, 10);
}

TEST(PlanSolveTest, FlowAndProgramAgree) {
  std::mt19937 random(9);
  for (int round = 0; round < 30; ++round) {
    const PlanProblem problem =
        Tightened(Random(&random, {.gaps = 30, .sources = 40, .pairs_each = 8, .most_need = 90}));
    const auto flow = RelaxAsFlow(problem, {});
    const auto program = RelaxAsProgram(problem, {});
    ASSERT_TRUE(flow.ok());
    ASSERT_TRUE(program.ok());
    const double value = ValueOf(problem, flow->amounts);
    EXPECT_NEAR(value, ValueOf(problem, program->amounts), 1e-7 * value);
    EXPECT_NEAR(PriceBound(problem, flow->prices), PriceBound(problem, program->prices), 1e-7 * value);
  }
}

TEST(PlanSolveTest, OneMoreCandidateOrUnitNeverMakesItWorse) {
  std::mt19937 random(10);
  for (int round = 0; round < 60; ++round) {
    PlanProblem problem = Random(&random, {.wholes = round % 2 == 0});
    const double before = Solved(problem).value;
    PlanProblem wider = problem;
    for (PlanSource& source : wider.sources) source.capacity += Draw(&random, 2);
    PlanPair more = problem.pairs.back();
    more.source = Draw(&random, 4);
    more.supplier = 7;
    wider.pairs.push_back(more);
    EXPECT_GE(Solved(wider).value, before - 1e-7) << round;
  }
}

TEST(PlanSolveTest, ScaledAmountsScale) {
  std::mt19937 random(12);
  for (int round = 0; round < 40; ++round) {
    const PlanProblem problem = Random(&random, {.wholes = round % 2 == 0});
    PlanProblem scaled = problem;
    constexpr double kScale = 1024;
    for (PlanNeed& gap : scaled.gaps) {
      gap.need *= kScale;
      gap.lot *= kScale;
      gap.least *= kScale;
      gap.supplier_limit *= kScale;
    }
    for (PlanSource& source : scaled.sources) source.capacity *= kScale;
    for (PlanPair& pair : scaled.pairs) {
      pair.limit *= kScale;
      pair.value /= kScale;
    }
    const Plan plan = Solved(problem), other = Solved(scaled);
    EXPECT_NEAR(plan.value, other.value, 1e-7);
    if (plan.whole) continue;
    for (std::size_t i = 0; i < plan.amounts.size(); ++i)
      EXPECT_NEAR(plan.amounts[i] * kScale, other.amounts[i], 1e-6 * kScale);
  }
}

TEST(PlanSolveTest, OfEqualCandidatesTheFirstIsTaken) {
  PlanProblem problem;
  problem.gaps.push_back({.need = 10});
  for (int i = 0; i < 5; ++i) {
    problem.sources.push_back({.capacity = 4});
    problem.pairs.push_back({.gap = 0, .source = i, .supplier = i, .value = 0.1});
  }
  EXPECT_EQ(Solved(problem).amounts, (std::vector<double>{4, 4, 2, 0, 0}));
}

TEST(PlanSolveTest, WhatIsScarceHasAPrice) {
  // Two gaps of 10 share a source of 12: of worth 1 and 2 a unit.
  PlanProblem problem;
  problem.gaps = {{.need = 10}, {.need = 10}};
  problem.sources.push_back({.capacity = 12});
  problem.pairs = {{.gap = 0, .source = 0, .value = 1}, {.gap = 1, .source = 0, .value = 2}};
  const Plan plan = Solved(problem);
  EXPECT_EQ(plan.amounts, (std::vector<double>{2, 10}));
  EXPECT_NEAR(plan.prices.sources[0], 1, 1e-9);
  EXPECT_NEAR(plan.prices.gaps[0], 0, 1e-9);
  EXPECT_NEAR(plan.prices.gaps[1], 1, 1e-9);
  EXPECT_NEAR(plan.bound, 22, 1e-7);
}

TEST(PlanSolveTest, GreatWholePlansAreNearTheirBound) {
  std::mt19937 random(13);
  PlanProblem problem =
      Random(&random, {.gaps = 45, .sources = 260, .pairs_each = 10, .most_need = 500, .most_capacity = 200});
  for (PlanNeed& gap : problem.gaps) {
    gap.supplier_limit = 0.5 * gap.need;
    gap.lot = gap.need / 20;
    gap.min_suppliers = 2;
    gap.least = gap.need / 10;
  }
  for (std::size_t i = 0; i < problem.pairs.size(); ++i) problem.pairs[i].supplier = static_cast<int>(i % 10);
  const PlanLimits limits{.nodes = 100, .relative_gap = 0.02};
  const Plan plan = Solved(problem, limits);
  Verify(problem, plan);
  EXPECT_LE(plan.bound, plan.value * 1.04) << plan.value << " of " << plan.bound;
  const Plan again = Solved(problem, limits);
  EXPECT_EQ(plan.amounts, again.amounts);
}

TEST(PlanSolveTest, Stops) {
  std::mt19937 random(14);
  EXPECT_TRUE(absl::IsCancelled(SolvePlan(Random(&random, {}), {}, [] { return true; }).status()));
}

TEST(PlanSolveTest, NothingToPlanIsAnEmptyPlan) {
  const Plan plan = Solved({});
  EXPECT_EQ(plan.value, 0);
  EXPECT_EQ(plan.bound, 0);
}

}  // namespace
}  // namespace bulian::match
