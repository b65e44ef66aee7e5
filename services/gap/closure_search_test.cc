// Division, bounds and the best set against enumeration, and the laws they must keep.
#include "services/gap/closure_search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numeric>
#include <random>

#include "services/gap/closure_bound.h"
#include "services/gap/closure_division.h"
#include "services/lp/linear_program.h"
#include "tests/harness/cases.h"

namespace bulian::gap {
namespace {

struct Shape {
  int demands = 4, supplies = 6, choices = 5, amounts = 6;
  bool whole = true;  // amounts are whole numbers
};

class Maker {
 public:
  explicit Maker(unsigned seed) : random_(seed) {}
  int Pick(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  double Amount(const Shape& shape) {
    const double amount = Pick(shape.amounts + 1);
    return shape.whole ? amount : amount * (1 + Pick(1000) / 997.0);
  }
  // Every supply belongs to one choice.
  ClosureProblem Make(const Shape& shape) {
    ClosureProblem problem;
    for (int i = 0; i < shape.demands; ++i) {
      ClosureDemand demand{.unmet = Amount(shape)};
      demand.weight = 1.0 / (demand.unmet + 1 + Pick(6));
      demand.missing = Pick(3) == 0;
      problem.demands.push_back(demand);
    }
    problem.choices.resize(static_cast<std::size_t>(shape.choices));
    for (int i = 0; i < shape.supplies; ++i) {
      ClosureSupply supply{.amount = Amount(shape)};
      for (int d = 0; d < shape.demands; ++d) {
        if (Pick(5) < 2 && problem.demands[static_cast<std::size_t>(d)].unmet > 0) supply.feeds.push_back(d);
        if (Pick(4) == 0 && problem.demands[static_cast<std::size_t>(d)].missing) supply.begins.push_back(d);
      }
      problem.supplies.push_back(std::move(supply));
      problem.choices[static_cast<std::size_t>(Pick(shape.choices))].supplies.push_back(i);
    }
    return problem;
  }

 private:
  std::mt19937 random_;
};

std::vector<int> All(const ClosureProblem& problem) {
  std::vector<int> all(problem.choices.size());
  std::iota(all.begin(), all.end(), 0);
  return all;
}

std::vector<int> Members(std::uint32_t set) {
  std::vector<int> members;
  for (int i = 0; i < 32; ++i) {
    if ((set >> i & 1U) != 0) members.push_back(i);
  }
  return members;
}

std::vector<int> SuppliesOf(const ClosureProblem& problem, const std::vector<int>& choices) {
  std::vector<int> supplies;
  for (const int choice : choices) {
    const std::vector<int>& more = problem.choices[static_cast<std::size_t>(choice)].supplies;
    supplies.insert(supplies.end(), more.begin(), more.end());
  }
  return supplies;
}

// The transport as a linear program.
double ShareByProgram(const ClosureProblem& problem, const std::vector<int>& supplies) {
  lp::LinearProgram program;
  for (const ClosureDemand& demand : problem.demands) program.AddRow({-lp::kInfinity, demand.unmet});
  for (const int at : supplies) {
    const ClosureSupply& supply = problem.supplies[static_cast<std::size_t>(at)];
    const int row = program.AddRow({-lp::kInfinity, supply.amount});
    for (const int demand : supply.feeds) {
      const int column =
          program.AddColumn({0, lp::kInfinity}, problem.demands[static_cast<std::size_t>(demand)].weight);
      program.entries.push_back({demand, column, 1});
      program.entries.push_back({row, column, 1});
    }
  }
  auto solver = lp::Solver::Make(program);
  return (*solver)->Maximize()->value;
}

// Whole units sent one after another in all ways.
double ShareByUnits(const ClosureProblem& problem, const std::vector<int>& supplies, std::size_t at, int sent,
                    std::vector<double>* left) {
  if (at == supplies.size()) return 0;
  const ClosureSupply& supply = problem.supplies[static_cast<std::size_t>(supplies[at])];
  double best = ShareByUnits(problem, supplies, at + 1, 0, left);
  if (sent >= supply.amount) return best;
  for (const int demand : supply.feeds) {
    const auto d = static_cast<std::size_t>(demand);
    if ((*left)[d] < 1) continue;
    (*left)[d] -= 1;
    best = std::max(best, problem.demands[d].weight + ShareByUnits(problem, supplies, at, sent + 1, left));
    (*left)[d] += 1;
  }
  return best;
}

int MissingOf(const ClosureProblem& problem, const std::vector<int>& supplies) {
  std::vector<char> begun(problem.demands.size(), 0);
  for (const int at : supplies) {
    for (const int demand : problem.supplies[static_cast<std::size_t>(at)].begins)
      begun[static_cast<std::size_t>(demand)] = 1;
  }
  return static_cast<int>(std::count(begun.begin(), begun.end(), 1));
}

ClosureValue BestByEnumeration(const ClosureProblem& problem, int k) {
  ClosureValue best;
  for (std::uint32_t set = 0; set < (1U << problem.choices.size()); ++set) {
    if (std::popcount(set) > k) continue;
    const std::vector<int> supplies = SuppliesOf(problem, Members(set));
    const ClosureValue value{ShareByProgram(problem, supplies), MissingOf(problem, supplies)};
    if (value.IsOver(best)) best = value;
  }
  return best;
}

TEST(CapacityDivision, EqualsTheProgramAndEnumeratedUnits) {
  Maker maker(3);
  for (int round = 0; round < harness::Cases(2000); ++round) {
    const bool few = round % 4 == 0;
    const ClosureProblem problem = maker.Make(
        few ? Shape{3, 3, 3, 2, true} : Shape{1 + maker.Pick(6), 1 + maker.Pick(8), 3, 6, maker.Pick(2) == 0});
    CapacityDivision division(&problem.demands);
    std::vector<int> supplies;
    std::vector<double> left_before(problem.demands.size());
    for (std::size_t i = 0; i < left_before.size(); ++i) left_before[i] = problem.demands[i].unmet;
    for (std::size_t at = 0; at < problem.supplies.size(); ++at) {
      const double before = division.share();
      const double gain = division.Add(problem.supplies[at]);
      supplies.push_back(static_cast<int>(at));
      ASSERT_NEAR(division.share(), before + gain, 1e-12);
      ASSERT_NEAR(division.share(), ShareByProgram(problem, supplies), 1e-9) << round;
      if (few) {
        std::vector<double> left(problem.demands.size());
        for (std::size_t i = 0; i < left.size(); ++i) left[i] = problem.demands[i].unmet;
        ASSERT_NEAR(division.share(), ShareByUnits(problem, supplies, 0, 0, &left), 1e-9);
      }
      for (std::size_t i = 0; i < left_before.size(); ++i) {  // nothing is taken from a demand
        ASSERT_LE(division.left(static_cast<int>(i)), left_before[i]);
        left_before[i] = division.left(static_cast<int>(i));
      }
    }
    // What is sent is what the amounts allow and what the demands got.
    std::vector<double> got(problem.demands.size(), 0);
    for (std::size_t at = 0; at < supplies.size(); ++at) {
      double sent = 0;
      for (std::size_t f = 0; f < problem.supplies[at].feeds.size(); ++f) {
        ASSERT_GE(division.Sent(at, f), 0);
        sent += division.Sent(at, f);
        got[static_cast<std::size_t>(problem.supplies[at].feeds[f])] += division.Sent(at, f);
      }
      ASSERT_LE(sent, problem.supplies[at].amount * (1 + 1e-9));
    }
    for (std::size_t i = 0; i < got.size(); ++i)
      ASSERT_NEAR(got[i], problem.demands[i].unmet - division.left(static_cast<int>(i)), 1e-9);
  }
}

TEST(CapacityDivision, IsMonotoneAndSubmodular) {
  Maker maker(5);
  for (int round = 0; round < harness::Cases(1000); ++round) {
    ClosureProblem problem = maker.Make({4, 6, 5, 6, false});
    const auto of = [&](std::uint32_t set) { return ValueOf(problem, Members(set)); };
    const std::uint32_t small = static_cast<std::uint32_t>(maker.Pick(16));
    const std::uint32_t large = small | static_cast<std::uint32_t>(maker.Pick(16));
    const std::uint32_t one = 1U << 4;
    ASSERT_GE(of(large).share, of(small).share - 1e-12);
    ASSERT_GE(of(large).missing, of(small).missing);
    ASSERT_GE(of(small | one).share - of(small).share, of(large | one).share - of(large).share - 1e-12);
    ASSERT_GE(of(small | one).missing - of(small).missing, of(large | one).missing - of(large).missing);
    // More capacity never closes less.
    const ClosureValue before = of(large);
    problem.supplies[static_cast<std::size_t>(maker.Pick(6))].amount += 1;
    ASSERT_GE(of(large).share, before.share - 1e-12);
  }
}

TEST(FindBestSet, EqualsEnumeration) {
  Maker maker(11);
  for (int round = 0; round < harness::Cases(1200); ++round) {
    const ClosureProblem problem =
        maker.Make({1 + maker.Pick(5), 1 + maker.Pick(9), 1 + maker.Pick(7), 6, maker.Pick(2) == 0});
    const int k = 1 + maker.Pick(4);
    const auto best = FindBestSet(problem, All(problem), k, {});
    ASSERT_TRUE(best.ok()) << best.status();
    const ClosureValue expected = BestByEnumeration(problem, k);
    ASSERT_NEAR(best->value.share, expected.share, 1e-8) << round;
    ASSERT_EQ(best->value.missing, expected.missing) << round;
    ASSERT_TRUE(best->optimal);
    const auto alone = ValuesAlone(problem, {});
    for (int choice = 0; choice < static_cast<int>(alone->size()); ++choice)
      ASSERT_EQ((*alone)[static_cast<std::size_t>(choice)], ValueOf(problem, std::span(&choice, 1)));
    ASSERT_EQ(best->bound, best->value.share);
    ASSERT_LE(best->choices.size(), static_cast<std::size_t>(k));
    ASSERT_TRUE(std::is_sorted(best->choices.begin(), best->choices.end()));
    ASSERT_NEAR(ValueOf(problem, best->choices).share, best->value.share, 1e-12);
    for (std::size_t i = 0; i < best->choices.size(); ++i) {  // none is of no use
      std::vector<int> without = best->choices;
      without.erase(without.begin() + static_cast<std::ptrdiff_t>(i));
      ASSERT_TRUE(best->value.IsOver(ValueOf(problem, without)));
    }
  }
}

TEST(FindBestSet, WithoutWorkIsBetweenGreedysGuaranteeAndTheBound) {
  Maker maker(13);
  int given_up = 0;
  for (int round = 0; round < harness::Cases(1000); ++round) {
    const ClosureProblem problem = maker.Make({2 + maker.Pick(4), 5 + maker.Pick(6), 3 + maker.Pick(6), 6, false});
    const int k = 2 + maker.Pick(3);
    const auto best = FindBestSet(problem, All(problem), k, {}, 0);
    ASSERT_TRUE(best.ok());
    const ClosureValue expected = BestByEnumeration(problem, k);
    ASSERT_LE(best->value.share, expected.share + 1e-8);
    ASSERT_GE(best->bound, expected.share - 1e-8);
    ASSERT_GE(best->value.share, (1 - 1 / std::exp(1.0)) * expected.share - 1e-8);
    if (best->optimal) {
      ASSERT_NEAR(best->value.share, expected.share, 1e-8);
      ASSERT_EQ(best->value.missing, expected.missing);
    }
    given_up += best->optimal ? 0 : 1;
    if (!best->lp_bound) continue;
    ASSERT_GE(*best->lp_bound, expected.share - 1e-8);
    const std::vector<double> values = ValuesAtPrices(problem, All(problem), best->prices);
    ASSERT_NEAR(BoundAtPrices(problem, values, k, best->prices), *best->lp_bound, 1e-12);
  }
  EXPECT_GT(given_up, harness::Cases(20));
}

TEST(FindBestSet, AnyPricesGiveABound) {
  Maker maker(17);
  for (int round = 0; round < harness::Cases(300); ++round) {
    const ClosureProblem problem = maker.Make({4, 8, 6, 6, false});
    const int k = 1 + maker.Pick(3);
    std::vector<double> prices(problem.demands.size());
    for (double& price : prices) price = maker.Pick(101) / 100.0;
    const std::vector<double> values = ValuesAtPrices(problem, All(problem), prices);
    const double expected = BestByEnumeration(problem, k).share;
    ASSERT_GE(BoundAtPrices(problem, values, k, prices), expected - 1e-9);
    const auto found = FindPrices(problem, All(problem), k, {});
    ASSERT_TRUE(found.ok()) << found.status();
    // The dual is the least of such bounds.
    ASSERT_LE(BoundAtPrices(problem, ValuesAtPrices(problem, All(problem), *found), k, *found),
              BoundAtPrices(problem, values, k, prices) + 1e-7);
  }
}

// What the larger, the better: k, and any capacity.
TEST(FindBestSet, GrowsWithKAndCapacity) {
  Maker maker(19);
  for (int round = 0; round < harness::Cases(200); ++round) {
    ClosureProblem problem = maker.Make({5, 12, 9, 6, false});
    ClosureValue before;
    for (int k = 1; k <= 5; ++k) {
      const auto best = FindBestSet(problem, All(problem), k, {});
      ASSERT_TRUE(best->optimal);
      ASSERT_FALSE(before.IsOver(best->value));
      before = best->value;
    }
    problem.supplies[static_cast<std::size_t>(maker.Pick(12))].amount *= 2;
    ASSERT_GE(FindBestSet(problem, All(problem), 5, {})->value.share, before.share - 1e-8);
  }
}

TEST(FindBestSet, DegenerateInputsHaveDefinedAnswers) {
  const ClosureProblem nothing;
  const auto best = FindBestSet(nothing, {}, 3, {});
  ASSERT_TRUE(best.ok());
  EXPECT_TRUE(best->optimal);
  EXPECT_TRUE(best->choices.empty());
  EXPECT_EQ(best->bound, 0);
  EXPECT_FALSE(best->lp_bound);
  ClosureProblem problem;
  problem.demands = {{.unmet = 2, .weight = 0.5}, {.missing = true}, {}};
  problem.supplies = {{.amount = 0, .feeds = {0}},
                      {.amount = 5, .feeds = {}},
                      {.amount = 0, .begins = {1}},
                      {.amount = 9, .feeds = {0}}};
  problem.choices = {{{0}}, {{1}}, {{2}}, {{3}}, {{}}};
  EXPECT_EQ(FindBestSet(problem, All(problem), 0, {})->choices, std::vector<int>{});
  EXPECT_TRUE(FindBestSet(problem, All(problem), 0, {})->optimal);
  EXPECT_EQ(FindBestSet(problem, All(problem), 1, {})->choices, (std::vector<int>{3}));
  for (int k = 2; k <= 6; ++k) {
    const auto found = FindBestSet(problem, All(problem), k, {});
    EXPECT_EQ(found->choices, (std::vector<int>{2, 3}));
    EXPECT_EQ(found->value, (ClosureValue{1, 1}));
    EXPECT_TRUE(found->optimal);
  }
  // Where no demand is known, the missing ones decide.
  EXPECT_EQ(FindBestSet(problem, std::vector<int>{0, 1, 2, 4}, 2, {})->choices, (std::vector<int>{2}));
}

TEST(FindBestSet, OfEqualSetsTheFirstIsTaken) {
  ClosureProblem problem;
  problem.demands = {{.unmet = 3, .weight = 1.0 / 3}};
  for (int i = 0; i < 6; ++i) {
    problem.supplies.push_back({.amount = 1, .feeds = {0}});
    problem.choices.push_back({{i}});
  }
  const auto best = FindBestSet(problem, All(problem), 2, {});
  EXPECT_EQ(best->choices, (std::vector<int>{0, 1}));
  EXPECT_TRUE(best->optimal);
  EXPECT_NEAR(best->value.share, 2.0 / 3, 1e-12);
}

TEST(FindBestSet, IsStopped) {
  Maker maker(23);
  const ClosureProblem problem = maker.Make({40, 900, 700, 50, false});
  int asked = 0;
  const StopSignal stop = [&] { return ++asked > 1; };
  EXPECT_TRUE(absl::IsCancelled(FindBestSet(problem, All(problem), 6, stop).status()));
  EXPECT_LE(asked, 4);
}

}  // namespace
}  // namespace bulian::gap
