// Integer programs against enumeration.
#include "services/lp/integer_program.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <numeric>
#include <optional>
#include <random>

namespace bulian::lp {
namespace {

std::optional<double> BestOfAll(const LinearProgram& program) {
  std::optional<double> best;
  std::vector<double> x(program.columns.size());
  const std::function<void(std::size_t)> walk = [&](std::size_t j) {
    if (j < x.size()) {
      for (x[j] = program.columns[j].lower; x[j] <= program.columns[j].upper; ++x[j]) walk(j + 1);
      return;
    }
    std::vector<double> rows(program.rows.size());
    for (const Entry& entry : program.entries) rows[entry.row] += entry.value * x[entry.column];
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (rows[i] > program.rows[i].upper + 1e-9 || rows[i] < program.rows[i].lower - 1e-9) return;
    }
    const double value = std::inner_product(x.begin(), x.end(), program.objective.begin(), 0.0);
    if (!best || value > *best) best = value;
  };
  walk(0);
  return best;
}

LinearProgram Random(std::mt19937* random) {
  const auto draw = [&](int n) { return static_cast<int>((*random)() % static_cast<unsigned>(n)); };
  LinearProgram program;
  for (int j = 0; j < 5; ++j) program.AddColumn({0, static_cast<double>(1 + draw(3))}, draw(12) - 2);
  for (int i = 0; i < 3; ++i) {
    const int row = program.AddRow({draw(5) == 0 ? 2.0 : -kInfinity, 4.0 + draw(10)});
    for (int j = 0; j < 5; ++j) program.entries.push_back({row, j, static_cast<double>(draw(6))});
  }
  return program;
}

TEST(IntegerProgramTest, IsTheBestOfAll) {
  std::mt19937 random(11);
  for (int round = 0; round < 25; ++round) {
    const LinearProgram program = Random(&random);
    const auto best = BestOfAll(program);
    const auto found = MaximizeInteger(program, {0, 1, 2, 3, 4}, {}, {});
    ASSERT_EQ(found.ok(), best.has_value()) << round << " " << found.status();
    if (!best) {
      EXPECT_TRUE(absl::IsFailedPrecondition(found.status()));
      continue;
    }
    EXPECT_NEAR(found->value, *best, 1e-7) << round;
    EXPECT_NEAR(found->bound, *best, 1e-7) << round;
    for (const double x : found->columns) EXPECT_EQ(x, std::round(x));
  }
}

TEST(IntegerProgramTest, StartsFromASolutionAndKeepsItWithinItsLimit) {
  // A knapsack of which one node shows little.
  std::mt19937 random(3);
  LinearProgram program;
  const int row = program.AddRow({-kInfinity, 1000});
  std::vector<int> integers;
  for (int j = 0; j < 25; ++j) {
    const double weight = 50 + static_cast<double>(random() % 100);
    integers.push_back(program.AddColumn({0, 1}, weight + static_cast<double>(random() % 10)));
    program.entries.push_back({row, j, weight});
  }
  const auto whole = MaximizeInteger(program, integers, {}, {.nodes = 200});
  ASSERT_TRUE(whole.ok());
  const auto limited = MaximizeInteger(program, integers, whole->columns, {.nodes = 1});
  ASSERT_TRUE(limited.ok());
  EXPECT_GE(limited->value, whole->value - 1e-9);
  EXPECT_GE(limited->bound, whole->value - 1e-9);
  const auto again = MaximizeInteger(program, integers, whole->columns, {.nodes = 1});
  EXPECT_EQ(again->columns, limited->columns);
}

TEST(IntegerProgramTest, Stops) {
  LinearProgram program;
  program.AddColumn({0, 1}, 1);
  EXPECT_TRUE(absl::IsCancelled(MaximizeInteger(program, {0}, {}, {}, [] { return true; }).status()));
}

TEST(IntegerProgramTest, StopsWithinTheFirstNode) {
  // Many rows at once: the root alone takes thousands of steps.
  std::mt19937 random(17);
  LinearProgram program;
  std::vector<int> integers;
  for (int row = 0; row < 60; ++row) program.AddRow({-kInfinity, 500});
  for (int j = 0; j < 300; ++j) {
    integers.push_back(program.AddColumn({0, 3}, 10 + static_cast<double>(random() % 90)));
    for (int row = 0; row < 60; ++row) program.entries.push_back({row, j, static_cast<double>(1 + random() % 40)});
  }
  for (const int patience : {1, 2, 3, 10, 40}) {
    int asked = 0;
    const auto stopped =
        MaximizeInteger(program, integers, {}, {.nodes = 1'000'000}, [&] { return ++asked > patience; });
    EXPECT_TRUE(absl::IsCancelled(stopped.status())) << stopped.status();
    EXPECT_LT(asked, patience + 100);
  }
}

}  // namespace
}  // namespace bulian::lp
