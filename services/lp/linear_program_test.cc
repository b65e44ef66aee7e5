#include "services/lp/linear_program.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <random>

#include "gtest/gtest.h"

namespace bulian::lp {
namespace {

// The value by trying every corner: two columns, so that a corner is where two of the lines (bounds) meet.
std::optional<double> BestCorner(const LinearProgram& program) {
  struct Line {
    double a, b, at;
  };
  std::vector<Line> lines;
  std::vector<std::pair<double, double>> rows(program.rows.size());
  for (const Entry& entry : program.entries)
    (entry.column ? rows[entry.row].second : rows[entry.row].first) += entry.value;
  const auto add = [&](double a, double b, const Range& range) {
    for (double at : {range.lower, range.upper}) {
      if (std::isfinite(at)) lines.push_back({a, b, at});
    }
  };
  for (size_t i = 0; i < rows.size(); ++i) add(rows[i].first, rows[i].second, program.rows[i]);
  add(1, 0, program.columns[0]);
  add(0, 1, program.columns[1]);
  const auto inside = [](double value, const Range& range) {
    return value >= range.lower - 1e-7 && value <= range.upper + 1e-7;
  };
  std::optional<double> best;
  for (size_t i = 0; i < lines.size(); ++i) {
    for (size_t j = i + 1; j < lines.size(); ++j) {
      const Line &p = lines[i], &q = lines[j];
      const double determinant = p.a * q.b - q.a * p.b;
      if (std::abs(determinant) < 1e-12) continue;
      const double x = (p.at * q.b - q.at * p.b) / determinant, y = (p.a * q.at - q.a * p.at) / determinant;
      bool feasible = inside(x, program.columns[0]) && inside(y, program.columns[1]);
      for (size_t r = 0; feasible && r < rows.size(); ++r) {
        feasible = inside(rows[r].first * x + rows[r].second * y, program.rows[r]);
      }
      const double value = program.objective[0] * x + program.objective[1] * y;
      if (feasible && (!best || value > *best)) best = value;
    }
  }
  return best;
}

LinearProgram RandomProgram(std::mt19937& random) {
  const auto draw = [&](int low, int high) {
    return static_cast<double>(std::uniform_int_distribution(low, high)(random));
  };
  LinearProgram program;
  for (int j = 0; j < 2; ++j) program.AddColumn({draw(-3, 0), draw(1, 9)}, draw(-4, 4));
  const int rows = static_cast<int>(draw(0, 4));
  for (int i = 0; i < rows; ++i) {
    const double lower = draw(-9, 4);
    program.AddRow({draw(0, 2) == 0 ? -kInfinity : lower, draw(0, 2) == 0 ? kInfinity : lower + draw(0, 9)});
    for (int j = 0; j < 2; ++j) program.entries.push_back({i, j, draw(-3, 3)});
    if (draw(0, 3) == 0) program.entries.push_back({i, 0, 1});
  }
  return program;
}

TEST(LinearProgramTest, EqualsTheBestCornerAndItsDualsProveIt) {
  int solved = 0, infeasible = 0;
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    const LinearProgram program = RandomProgram(random);
    const std::optional<double> expected = BestCorner(program);
    auto solver = Solver::Make(program);
    ASSERT_TRUE(solver.ok()) << solver.status();
    const auto solution = (*solver)->Maximize();
    if (!expected) {
      EXPECT_EQ(solution.status().code(), absl::StatusCode::kFailedPrecondition) << round;
      ++infeasible;
      continue;
    }
    ASSERT_TRUE(solution.ok()) << round << solution.status();
    EXPECT_NEAR(solution->value, *expected, 1e-6) << round;
    EXPECT_NEAR(DualBound(program, solution->duals), *expected, 1e-6) << round;
    ++solved;
  }
  EXPECT_GT(solved, 500);
  EXPECT_GT(infeasible, 100);
}

TEST(LinearProgramTest, AWarmStartGivesTheValueOfAColdOne) {
  std::mt19937 random(11);
  LinearProgram program;
  for (int j = 0; j < 30; ++j)
    program.AddColumn({0, static_cast<double>(random() % 20)}, static_cast<double>(random() % 9));
  for (int i = 0; i < 20; ++i) {
    program.AddRow({-kInfinity, static_cast<double>(10 + random() % 50)});
    for (int j = 0; j < 30; ++j) {
      if (random() % 4 == 0) program.entries.push_back({i, j, static_cast<double>(1 + random() % 5)});
    }
  }
  const auto warm = *Solver::Make(program);
  ASSERT_TRUE(warm->Maximize().ok());
  for (int j = 0; j < 30; ++j) {
    LinearProgram changed = program;
    changed.columns[j].upper = 0;
    changed.rows[j % 20].upper = 5;
    changed.objective[(j + 1) % 30] = 20;
    warm->SetColumn(j, {0, 0});
    warm->SetRow(j % 20, {-kInfinity, 5});
    warm->SetObjective((j + 1) % 30, 20);
    const auto from_warm = warm->Maximize(), from_cold = (*Solver::Make(changed))->Maximize();
    ASSERT_TRUE(from_warm.ok() && from_cold.ok());
    EXPECT_NEAR(from_warm->value, from_cold->value, 1e-7);
    EXPECT_NEAR(DualBound(changed, from_warm->duals), from_warm->value, 1e-6);
    warm->SetColumn(j, program.columns[j]);
    warm->SetRow(j % 20, program.rows[j % 20]);
    warm->SetObjective((j + 1) % 30, program.objective[(j + 1) % 30]);
  }
}

TEST(LinearProgramTest, NothingToDecideIsAnAnswer) {
  const auto solution = (*Solver::Make({}))->Maximize();
  ASSERT_TRUE(solution.ok()) << solution.status();
  EXPECT_EQ(solution->value, 0);
  LinearProgram rows_only;
  rows_only.AddRow({-1, 1});
  EXPECT_TRUE((*Solver::Make(rows_only))->Maximize().ok());
}

TEST(LinearProgramTest, WhatHasNoUpperEndSaysSo) {
  LinearProgram program;
  program.AddColumn({}, 1);
  EXPECT_EQ((*Solver::Make(program))->Maximize().status().code(), absl::StatusCode::kOutOfRange);
  program.AddRow({0, kInfinity});
  program.entries.push_back({0, 0, 1});
  EXPECT_EQ((*Solver::Make(program))->Maximize().status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(DualBound(program, {0}), kInfinity);
}

TEST(LinearProgramTest, BadDataIsRefused) {
  LinearProgram program;
  program.AddColumn({0, 1}, 1);
  program.AddRow({0, 1});
  for (const Entry& entry : {Entry{1, 0, 1}, Entry{0, 1, 1}, Entry{-1, 0, 1}, Entry{0, 0, std::nan("")}}) {
    LinearProgram bad = program;
    bad.entries.push_back(entry);
    EXPECT_EQ(Solver::Make(bad).status().code(), absl::StatusCode::kInvalidArgument);
  }
  for (const Range& range : {Range{2, 1}, Range{std::nan(""), 1}, Range{kInfinity, kInfinity}}) {
    LinearProgram bad = program;
    bad.rows[0] = range;
    EXPECT_EQ(Solver::Make(bad).status().code(), absl::StatusCode::kInvalidArgument);
  }
  program.objective[0] = kInfinity;
  EXPECT_EQ(Solver::Make(program).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(LinearProgramTest, AStopEndsItAndTheNextCallAnswers) {
  std::mt19937 random(3);
  LinearProgram program;
  for (int j = 0; j < 400; ++j) program.AddColumn({0, kInfinity}, 1 + static_cast<double>(random() % 1000) / 1000);
  for (int i = 0; i < 400; ++i) {
    program.AddRow({-kInfinity, 100});
    for (int j = 0; j < 400; ++j) program.entries.push_back({i, j, 1 + static_cast<double>(random() % 1000) / 1000});
  }
  const auto solver = *Solver::Make(program);
  int asked = 0;
  const auto stopped = solver->Maximize([&] { return ++asked > 1; });
  EXPECT_EQ(stopped.status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(asked, 2);
  EXPECT_TRUE(solver->Maximize().ok());
}

}  // namespace
}  // namespace bulian::lp
