#include "services/match/investigation.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <utility>

#include "gtest/gtest.h"
#include "tests/harness/cases.h"

namespace bulian::match {
namespace {

// The best any adaptive policy can do, by trying all of them: after each call one may call anyone not yet called, or
// stop and use the `wanted` most valuable of those that came true.
class BestPolicy {
 public:
  BestPolicy(std::vector<InvestigationProspect> prospects, int wanted)
      : prospects_(std::move(prospects)), wanted_(wanted) {}
  double Value(unsigned called = 0, unsigned true_ones = 0) {
    const auto [at, is_new] = known_.emplace(std::pair(called, true_ones), 0.0);
    if (!is_new) return at->second;
    double best = Worth(true_ones);
    for (unsigned i = 0; i < prospects_.size(); ++i) {
      const unsigned bit = 1u << i;
      if (called & bit) continue;
      const InvestigationProspect& one = prospects_[i];
      best = std::max(best, one.probability * Value(called | bit, true_ones | bit) +
                                (1 - one.probability) * Value(called | bit, true_ones) - one.effort);
    }
    return known_[std::pair(called, true_ones)] = best;
  }

 private:
  double Worth(unsigned true_ones) const {
    std::vector<double> values;
    for (unsigned i = 0; i < prospects_.size(); ++i)
      if (true_ones & (1u << i)) values.push_back(prospects_[i].value);
    std::sort(values.rbegin(), values.rend());
    double sum = 0;
    for (std::size_t i = 0; i < values.size() && i < static_cast<std::size_t>(wanted_); ++i) sum += values[i];
    return sum;
  }

  std::vector<InvestigationProspect> prospects_;
  int wanted_;
  std::map<std::pair<unsigned, unsigned>, double> known_;
};

std::vector<InvestigationProspect> RandomProspects(std::mt19937& random) {
  std::uniform_real_distribution<double> unit(0, 1);
  std::vector<InvestigationProspect> prospects(1 + random() % 6);
  for (std::size_t i = 0; i < prospects.size(); ++i) {
    prospects[i] = {std::string(1, static_cast<char>('a' + i)), unit(random), 10 * unit(random), 3 * unit(random)};
    if (random() % 6 == 0) prospects[i].probability = static_cast<double>(random() % 2);
    if (random() % 6 == 0) prospects[i].effort = 0;
    if (random() % 6 == 0) prospects[i].value = 5;
  }
  return prospects;
}

TEST(InvestigationTest, NoPolicyDoesBetterAndTheOrderDoesWhatItSays) {
  std::mt19937 random(7);
  for (int i = 0; i < harness::Cases(300); ++i) {
    const auto prospects = RandomProspects(random);
    const int wanted = 1 + static_cast<int>(random() % 4);
    const InvestigationOrder order = OrderOfInvestigation(prospects, wanted);
    EXPECT_NEAR(order.expected_value, BestPolicy(prospects, wanted).Value(), 1e-9);
  }
}

TEST(InvestigationTest, SumsAndProbabilitiesAgree) {
  std::mt19937 random(8);
  for (int i = 0; i < harness::Cases(300); ++i) {
    const auto prospects = RandomProspects(random);
    const InvestigationOrder order = OrderOfInvestigation(prospects, 2);
    double gain = 0, reach = 1;
    bool called = true;
    for (const InvestigationStep& step : order.steps) {
      gain += step.expected_gain;
      EXPECT_LE(step.reach_probability, reach + 1e-12);
      EXPECT_TRUE(called || !step.called);
      called = step.called;
      if (called) reach = step.reach_probability;
      EXPECT_EQ(step.called, step.index > 0);
    }
    EXPECT_NEAR(gain, order.expected_value, 1e-12);
    EXPECT_GE(order.full_probability, 0);
    EXPECT_LE(order.expected_successes, 2 + 1e-12);
  }
}

TEST(InvestigationTest, AWorkedExample) {
  // Indices 6, 5 and -1: the likely one is called first though the other is worth twice as much.
  const InvestigationOrder order =
      OrderOfInvestigation({{"far", 0.1, 15, 1}, {"near", 0.5, 8, 1}, {"dear", 0.5, 1, 1}}, 1);
  ASSERT_EQ(order.steps.size(), 3);
  EXPECT_EQ(order.steps[0].prospect, 1);
  EXPECT_DOUBLE_EQ(order.steps[0].index, 6);
  EXPECT_EQ(order.steps[1].prospect, 0);
  EXPECT_DOUBLE_EQ(order.steps[1].index, 5);
  EXPECT_FALSE(order.steps[2].called);
  EXPECT_DOUBLE_EQ(order.steps[1].reach_probability, 0.5);
  EXPECT_DOUBLE_EQ(order.expected_value, 3 + 0.5 * 0.5);
  EXPECT_DOUBLE_EQ(order.expected_effort, 1.5);
  EXPECT_DOUBLE_EQ(order.full_probability, 0.55);
}

TEST(InvestigationTest, TiesGoByLabelAndScaleDoesNotMatter) {
  std::vector<InvestigationProspect> prospects = {{"b", 0.5, 4, 1}, {"a", 0.25, 6, 1}, {"c", 0, 9, 0}};
  const InvestigationOrder order = OrderOfInvestigation(prospects, 1);
  EXPECT_EQ(order.steps[0].prospect, 1);
  EXPECT_EQ(order.steps[1].prospect, 0);
  EXPECT_TRUE(std::isinf(order.steps[2].index));
  for (InvestigationProspect& one : prospects) one.value *= 1024, one.effort *= 1024;
  const InvestigationOrder scaled = OrderOfInvestigation(prospects, 1);
  EXPECT_EQ(scaled.expected_value, 1024 * order.expected_value);
  EXPECT_EQ(scaled.steps[0].prospect, 1);
}

TEST(InvestigationTest, NobodyToCall) {
  EXPECT_EQ(OrderOfInvestigation({}, 1).expected_value, 0);
  const InvestigationOrder order = OrderOfInvestigation({{"a", 1, 1, 2}}, 3);
  EXPECT_FALSE(order.steps[0].called);
  EXPECT_EQ(order.expected_value, 0);
  EXPECT_EQ(order.full_probability, 0);
}

}  // namespace
}  // namespace bulian::match
