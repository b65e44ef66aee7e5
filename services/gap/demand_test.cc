#include "services/gap/demand.h"

#include <Eigen/Dense>
#include <cmath>
#include <limits>
#include <random>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/gap/worst_cycle.h"

namespace bulian::gap {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
using State = FinalDemand::State;
using v1::Demand;

DemandProblem Problem(std::vector<FinalDemand> final_demand, std::vector<DemandEdge> edges) {
  return {std::move(final_demand), std::move(edges)};
}

TEST(Demand, FollowsTheChainUpstream) {
  // 2 feeds 1 with 3 each, 1 feeds 0 with 2 each; 0 wants 10.
  const auto problem = Problem({{State::kStated, 10}, {}, {State::kStated, 5}}, {{1, 0, 2}, {2, 1, 3}});
  const auto solution = SolveDemand(problem);
  EXPECT_EQ(solution.segments[0].per_year, 10);
  EXPECT_EQ(solution.segments[1].per_year, 20);
  EXPECT_EQ(solution.segments[2].per_year, 65);
  EXPECT_EQ(solution.segments[2].final_per_year, 5);
  EXPECT_EQ(DemandResidual(problem, solution), 0);
}

TEST(Demand, UnknownsSpreadOnlyUpstream) {
  // 3 -> 2 -?-> 1 -> 0; 4 feeds only by enabling; 5 feeds nothing; 6 feeds 5; 7 has no unit and 8 feeds it.
  const auto problem = Problem({{State::kStated, 10}, {}, {}, {}, {}, {}, {}, {State::kNoUnit}, {}},
                               {{1, 0, 1}, {2, 1, kNaN}, {3, 2, 1}, {4, 0, 0, true}, {6, 5, 2}, {8, 7, 1}});
  const auto s = SolveDemand(problem).segments;
  EXPECT_EQ(s[1].state, Demand::KNOWN);
  EXPECT_EQ(s[2].state, Demand::UNKNOWN_COEFFICIENT);
  EXPECT_EQ(s[2].cause, 2);
  EXPECT_EQ(s[3].state, Demand::UNKNOWN_COEFFICIENT);
  EXPECT_EQ(s[3].cause, 2);
  EXPECT_EQ(s[4].state, Demand::ENABLING);
  EXPECT_EQ(s[5].state, Demand::NO_FINAL_DEMAND);
  EXPECT_EQ(s[6].state, Demand::NO_FINAL_DEMAND);
  EXPECT_EQ(s[6].cause, 5);
  EXPECT_EQ(s[7].state, Demand::NO_UNIT);
  EXPECT_EQ(s[8].state, Demand::NO_UNIT);
  EXPECT_EQ(s[8].cause, 7);
}

TEST(Demand, PlannedShareOfZeroDrawsNothing) {
  const auto s = SolveDemand(Problem({{State::kStated, 10}, {}}, {{1, 0, 0}})).segments;
  EXPECT_EQ(s[1].state, Demand::KNOWN);
  EXPECT_EQ(s[1].per_year, 0);
}

TEST(Demand, CycleBelowOneConverges) {
  // 0 wants 100 and draws 0.5 of 1; 1 draws 0.4 of 0: x0 = 100 + 0.4 x1, x1 = 0.5 x0.
  const auto problem = Problem({{State::kStated, 100}, {}}, {{1, 0, 0.5}, {0, 1, 0.4}});
  const auto solution = SolveDemand(problem);
  EXPECT_NEAR(solution.segments[0].per_year, 125, 1e-9);
  EXPECT_NEAR(solution.segments[1].per_year, 62.5, 1e-9);
  EXPECT_LT(DemandResidual(problem, solution), 1e-12);
}

TEST(Demand, DivergentPartIsNamedAndTheRestAnswered) {
  // 1 and 2 feed each other with gain 1; 3 feeds them, 0 is fed by them, 4 stands apart.
  const auto solution = SolveDemand(Problem({{State::kStated, 10}, {}, {}, {}, {State::kStated, 7}},
                                            {{1, 0, 1}, {1, 2, 4}, {2, 1, 0.25}, {3, 2, 1}}));
  EXPECT_EQ(solution.segments[0].per_year, 10);
  EXPECT_EQ(solution.segments[1].state, Demand::DIVERGENT);
  EXPECT_EQ(solution.segments[2].state, Demand::DIVERGENT);
  EXPECT_EQ(solution.segments[3].state, Demand::DIVERGENT);
  EXPECT_EQ(solution.segments[4].per_year, 7);
  ASSERT_EQ(solution.divergent.size(), 1U);
  EXPECT_THAT(solution.divergent[0].segments, testing::ElementsAre(1, 2));
  EXPECT_THAT(solution.divergent[0].cycle, testing::ElementsAre(1, 2));
  EXPECT_DOUBLE_EQ(solution.divergent[0].cycle_gain, 1);
}

TEST(Demand, GainOfExactlyOneDiverges) {
  const auto solution = SolveDemand(Problem({{State::kStated, 1}, {}}, {{1, 0, 0.1}, {0, 1, 10}}));
  EXPECT_EQ(solution.divergent.size(), 1U);
}

// 1e200 * 1e200 is no number: it must show neither as 0 nor as infinity, here or upstream.
TEST(Demand, OverflowAlongAChainIsNamed) {
  const auto problem = Problem({{State::kStated, 1e200}, {}, {}, {State::kStated, 7}, {}},
                               {{1, 0, 1e200}, {2, 1, 1e-300}, {2, 3, 1}, {4, 2, 1}, {2, 4, 0.5}});
  const auto solution = SolveDemand(problem);
  EXPECT_EQ(solution.segments[0].per_year, 1e200);
  EXPECT_EQ(solution.segments[3].per_year, 7);
  for (const int segment : {1, 2, 4}) {
    EXPECT_EQ(solution.segments[segment].state, Demand::DIVERGENT) << segment;
    EXPECT_EQ(solution.segments[segment].cause, 1);
    EXPECT_EQ(solution.segments[segment].per_year, 0);
  }
  EXPECT_EQ(DemandResidual(problem, solution), 0);
}

TEST(Demand, SelfLoops) {
  EXPECT_NEAR(SolveDemand(Problem({{State::kStated, 10}}, {{0, 0, 0.5}})).segments[0].per_year, 20, 1e-12);
  EXPECT_EQ(SolveDemand(Problem({{State::kStated, 10}}, {{0, 0, 1.5}})).segments[0].state, Demand::DIVERGENT);
}

TEST(Demand, ParallelEdgesAddUp) {
  const auto solution = SolveDemand(Problem({{State::kStated, 1}}, {{0, 0, 0.6}, {0, 0, 0.6}}));
  ASSERT_EQ(solution.divergent.size(), 1U);
  EXPECT_NEAR(solution.divergent[0].cycle_gain, 1.2, 1e-12);
}

// Against a dense solve where the spectral radius, from a full eigenvalue solve, is below 1; divergence where it is
// not.
TEST(Demand, RandomGraphsAgainstDenseSolve) {
  std::mt19937_64 random(20260102);
  std::uniform_real_distribution<double> unit(0, 1);
  int divergent = 0, convergent = 0;
  for (int round = 0; round < 400; ++round) {
    const int n = 2 + static_cast<int>(random() % 9);
    DemandProblem problem;
    Eigen::MatrixXd a = Eigen::MatrixXd::Zero(n, n);
    Eigen::VectorXd d(n);
    for (int i = 0; i < n; ++i) {
      d[i] = unit(random) * 100;
      problem.final_demand.push_back({State::kStated, d[i]});
    }
    const int edges = static_cast<int>(random() % (3 * static_cast<unsigned>(n)));
    for (int e = 0; e < edges; ++e) {
      const int from = static_cast<int>(random() % n), to = static_cast<int>(random() % n);
      const double coefficient = unit(random) * 0.9;
      problem.edges.push_back({from, to, coefficient});
      a(from, to) += coefficient;
    }
    const double radius = a.eigenvalues().cwiseAbs().maxCoeff();
    const auto solution = SolveDemand(problem);
    if (std::abs(radius - 1) < 1e-9) continue;
    EXPECT_EQ(solution.divergent.empty(), radius < 1) << "round " << round << " radius " << radius;
    EXPECT_LT(DemandResidual(problem, solution), 1e-10);
    if (radius >= 1) {
      ++divergent;
      continue;
    }
    ++convergent;
    const Eigen::VectorXd x = (Eigen::MatrixXd::Identity(n, n) - a).fullPivLu().solve(d);
    for (int i = 0; i < n; ++i) EXPECT_NEAR(solution.segments[i].per_year, x[i], 1e-8 * (1 + x[i]));
  }
  EXPECT_GT(divergent, 20);
  EXPECT_GT(convergent, 100);
}

// A large cycle goes through the sparse factorisation; the series d + A d + A^2 d ... is the oracle.
TEST(Demand, LargePartAgainstTheSeries) {
  std::mt19937_64 random(3);
  const int n = 600;
  DemandProblem problem;
  for (int i = 0; i < n; ++i) {
    problem.final_demand.push_back({State::kStated, 1.0 + i % 7});
    problem.edges.push_back({i, (i + 1) % n, 0.4});
    problem.edges.push_back({i, static_cast<int>(random() % n), 0.3});
  }
  std::vector<double> sum(n, 0), term;
  for (const auto& f : problem.final_demand) term.push_back(f.per_year);
  for (int step = 0; step < 2000; ++step) {
    std::vector<double> next(n, 0);
    for (int i = 0; i < n; ++i) sum[i] += term[i];
    for (const auto& edge : problem.edges) next[edge.from] += edge.coefficient * term[edge.to];
    term = next;
  }
  const auto solution = SolveDemand(problem);
  for (int i = 0; i < n; ++i) EXPECT_NEAR(solution.segments[i].per_year, sum[i], 1e-7 * sum[i]);
  for (auto& edge : problem.edges) edge.coefficient = 0.5;
  const auto diverging = SolveDemand(problem);
  ASSERT_EQ(diverging.divergent.size(), 1U);
  EXPECT_EQ(diverging.segments[0].state, Demand::DIVERGENT);
}

double MeanOf(const std::vector<int>& cycle, const std::vector<WeightedEdge>& edges) {
  double sum = 0;
  for (std::size_t i = 0; i < cycle.size(); ++i) {
    double best = -1e300;
    for (const auto& edge : edges) {
      if (edge.from == cycle[i] && edge.to == cycle[(i + 1) % cycle.size()]) best = std::max(best, edge.weight);
    }
    sum += best;
  }
  return sum / static_cast<double>(cycle.size());
}

void BestBySearch(const std::vector<WeightedEdge>& edges, std::vector<int>& path, std::vector<char>& used,
                  double* best) {
  for (const auto& edge : edges) {
    if (edge.from != path.back()) continue;
    if (edge.to == path.front()) *best = std::max(*best, MeanOf(path, edges));
    if (used[edge.to] != 0 || edge.to < path.front()) continue;
    used[edge.to] = 1;
    path.push_back(edge.to);
    BestBySearch(edges, path, used, best);
    path.pop_back();
    used[edge.to] = 0;
  }
}

TEST(WorstCycle, AgainstAllSimpleCycles) {
  std::mt19937_64 random(11);
  std::uniform_real_distribution<double> weight(-3, 3);
  for (int round = 0; round < 300; ++round) {
    const int n = 2 + static_cast<int>(random() % 5);
    std::vector<WeightedEdge> edges;
    for (int i = 0; i < n; ++i) edges.push_back({i, (i + 1) % n, weight(random)});
    for (int e = 0; e < n; ++e) {
      edges.push_back({static_cast<int>(random() % n), static_cast<int>(random() % n), weight(random)});
    }
    double best = -1e300;
    for (int start = 0; start < n; ++start) {
      std::vector<int> path = {start};
      std::vector<char> used(n, 0);
      used[start] = 1;
      BestBySearch(edges, path, used, &best);
    }
    EXPECT_NEAR(MeanOf(CycleOfGreatestMean(n, edges), edges), best, 1e-9);
  }
}

}  // namespace
}  // namespace bulian::gap
