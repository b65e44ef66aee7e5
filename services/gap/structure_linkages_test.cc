// Linkages against the power series of the inverses.
#include "services/gap/structure_linkages.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace bulian::gap {
namespace {

constexpr double kNotStated = std::numeric_limits<double>::quiet_NaN();

FinalDemand Wants(double per_year) { return {FinalDemand::State::kStated, per_year}; }

TEST(Linkages, EqualThePowerSeriesOfTheInverses) {
  std::mt19937 random(5);
  std::uniform_real_distribution<double> real(0, 1);
  for (int round = 0; round < 200; ++round) {
    const int size = 2 + static_cast<int>(random() % 6);
    DemandProblem problem;
    for (int i = 0; i < size; ++i) problem.final_demand.push_back(Wants(1 + 9 * real(random)));
    std::vector<std::vector<double>> a(size, std::vector<double>(size, 0));
    for (int e = 0; e < 2 * size; ++e) {
      const int from = static_cast<int>(random() % size), to = static_cast<int>(random() % size);
      const double coefficient = 0.4 * real(random) / size;
      a[from][to] += coefficient;
      problem.edges.push_back({from, to, coefficient, false});
    }
    const DemandSolution solution = SolveDemand(problem);
    const Linkages linkages = FindLinkages(problem, solution);
    std::vector<double> back(size, 1), forth(size, 1), back_term(size, 1), forth_term(size, 1);
    for (int power = 0; power < 200; ++power) {
      std::vector<double> next_back(size, 0), next_forth(size, 0);
      for (int i = 0; i < size; ++i) {
        for (int j = 0; j < size; ++j) {
          next_back[j] += a[i][j] * back_term[i];
          next_forth[i] += a[i][j] * solution.segments[j].per_year / solution.segments[i].per_year * forth_term[j];
        }
      }
      back_term = next_back, forth_term = next_forth;
      for (int i = 0; i < size; ++i) back[i] += back_term[i], forth[i] += forth_term[i];
    }
    double mean = 0;
    for (int i = 0; i < size; ++i) {
      ASSERT_NEAR(linkages.backward[i].sum, back[i], 1e-9 * back[i]);
      ASSERT_NEAR(linkages.forward[i].sum, forth[i], 1e-9 * forth[i]);
      mean += back[i] / size;
    }
    ASSERT_NEAR(linkages.backward_mean, mean, 1e-9 * mean);
    ASSERT_EQ(linkages.forward_count, size);
  }
}

TEST(Linkages, UpstreamnessOfAStraightChainCountsSteps) {
  const DemandProblem problem{{{}, {}, Wants(10)}, {{0, 1, 3, false}, {1, 2, 0.5, false}}};
  const Linkages linkages = FindLinkages(problem, SolveDemand(problem));
  EXPECT_DOUBLE_EQ(linkages.forward[0].sum, 3);
  EXPECT_DOUBLE_EQ(linkages.forward[1].sum, 2);
  EXPECT_DOUBLE_EQ(linkages.forward[2].sum, 1);
  EXPECT_DOUBLE_EQ(linkages.backward[2].sum, 1 + 0.5 * (1 + 3));
}

TEST(Linkages, UpstreamnessIsFreeOfUnits) {
  DemandProblem problem{{{}, Wants(4), Wants(10)}, {{0, 1, 3, false}, {1, 2, 0.5, false}}};
  const Linkages before = FindLinkages(problem, SolveDemand(problem));
  problem.edges[0].coefficient *= 1000;  // segment 0 in a smaller unit
  const Linkages after = FindLinkages(problem, SolveDemand(problem));
  for (int i = 0; i < 3; ++i) EXPECT_NEAR(before.forward[i].sum, after.forward[i].sum, 1e-12);
}

TEST(Linkages, UnknownsSpreadTheWayTheSumsGo) {
  const DemandProblem problem{{{}, {}, Wants(10)}, {{0, 1, kNotStated, false}, {1, 2, 1, false}}};
  const Linkages linkages = FindLinkages(problem, SolveDemand(problem));
  EXPECT_EQ(linkages.forward[0].state, v1::LinkageValue::UNKNOWN);
  EXPECT_EQ(linkages.forward[1].state, v1::LinkageValue::KNOWN);
  EXPECT_EQ(linkages.backward[0].state, v1::LinkageValue::KNOWN);
  EXPECT_EQ(linkages.backward[1].state, v1::LinkageValue::UNKNOWN);
  EXPECT_EQ(linkages.backward[2].state, v1::LinkageValue::UNKNOWN);
  EXPECT_EQ(linkages.backward_count, 1);
}

TEST(Linkages, DivergentPartsHaveNoneNorHasWhatTheyReach) {
  const DemandProblem problem{{Wants(1), {}, Wants(1), Wants(1)},
                              {{0, 1, 2, false}, {1, 0, 1, false}, {3, 0, 1, false}, {1, 2, 1, false}}};
  const Linkages linkages = FindLinkages(problem, SolveDemand(problem));
  EXPECT_EQ(linkages.backward[2].state, v1::LinkageValue::DIVERGENT);
  EXPECT_EQ(linkages.forward[3].state, v1::LinkageValue::DIVERGENT);
  EXPECT_EQ(linkages.forward[2].state, v1::LinkageValue::KNOWN);
  EXPECT_EQ(linkages.backward[3].state, v1::LinkageValue::KNOWN);
}

TEST(Linkages, EnablingInputsDrawNothingAndNoDemandHasNoShares) {
  const DemandProblem problem{{{}, Wants(0)}, {{0, 1, 0, true}}};
  const Linkages linkages = FindLinkages(problem, SolveDemand(problem));
  EXPECT_EQ(linkages.forward[1].state, v1::LinkageValue::UNKNOWN);
  EXPECT_DOUBLE_EQ(linkages.backward[1].sum, 1);
  EXPECT_EQ(FindLinkages({}, {}).forward_count, 0);
}

}  // namespace
}  // namespace bulian::gap
