#include "services/gap/concentration.h"

#include <algorithm>
#include <random>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace bulian::gap {
namespace {

double Index(const std::vector<double>& c) {
  double sum = 0, square = 0;
  for (double x : c) {
    sum += x;
    square += x * x;
  }
  return square / (sum * sum);
}

TEST(Concentration, PublishedVector) {
  const std::vector<Bounds> exact = {{40, 40}, {30, 30}, {20, 20}, {10, 10}};
  const auto bounds = ConcentrationBounds(exact);
  ASSERT_TRUE(bounds);
  EXPECT_NEAR(bounds->lower, 0.30, 1e-12);
  EXPECT_NEAR(bounds->upper, 0.30, 1e-12);
}

TEST(Concentration, DefaultLimitIsA66To34Pair) {
  const auto bounds = ConcentrationBounds(std::vector<Bounds>{{66, 66}, {34, 34}});
  ASSERT_TRUE(bounds);
  EXPECT_NEAR(bounds->lower, 0.5512, 1e-12);
}

TEST(Concentration, AbsentWithoutSuppliersOrCapacity) {
  EXPECT_FALSE(ConcentrationBounds({}));
  EXPECT_FALSE(ConcentrationBounds(std::vector<Bounds>{{0, 0}, {0, 0}}));
}

TEST(Concentration, UnboundedReachesOneAndEqualShares) {
  const auto one = ConcentrationBounds(std::vector<Bounds>{{0, kUnbounded}, {0, kUnbounded}, {0, kUnbounded}});
  ASSERT_TRUE(one);
  EXPECT_NEAR(one->lower, 1.0 / 3, 1e-12);
  EXPECT_EQ(one->upper, 1);
  const auto half = ConcentrationBounds(std::vector<Bounds>{{100, 100}, {0, kUnbounded}});
  EXPECT_NEAR(half->lower, 0.5, 1e-12);
  EXPECT_EQ(half->upper, 1);
}

TEST(Concentration, OneUncertainAloneIsOne) {
  const auto bounds = ConcentrationBounds(std::vector<Bounds>{{0, 7}});
  EXPECT_EQ(bounds->lower, 1);
  EXPECT_EQ(bounds->upper, 1);
}

// The lower end against a fine search over common levels and random points; the upper end against every vertex.
TEST(Concentration, BoundsAgainstBruteForce) {
  std::mt19937_64 random(20260101);
  std::uniform_real_distribution<double> unit(0, 1);
  for (int round = 0; round < 400; ++round) {
    const int n = 1 + static_cast<int>(random() % 6);
    std::vector<Bounds> box;
    for (int i = 0; i < n; ++i) {
      const double a = random() % 4 == 0 ? 0 : unit(random) * 100, b = unit(random) * 100;
      box.push_back(random() % 3 == 0 ? Bounds{a, a} : Bounds{std::min(a, b), std::max(a, b)});
    }
    const auto bounds = ConcentrationBounds(box);
    double total = 0;
    for (const Bounds& c : box) total += c.upper;
    if (total == 0) {
      EXPECT_FALSE(bounds);
      continue;
    }
    ASSERT_TRUE(bounds);
    double greatest = 0;
    for (int vertex = 0; vertex < (1 << n); ++vertex) {
      std::vector<double> c;
      double sum = 0;
      for (int i = 0; i < n; ++i) sum += c.emplace_back((vertex >> i & 1) != 0 ? box[i].upper : box[i].lower);
      if (sum > 0) greatest = std::max(greatest, Index(c));
    }
    EXPECT_NEAR(bounds->upper, greatest, 1e-9);
    double least = 1;
    for (int step = 1; step <= 20000; ++step) {
      const double level = 100.0 * step / 20000;
      std::vector<double> c;
      for (const Bounds& b : box) c.push_back(std::clamp(level, b.lower, b.upper));
      least = std::min(least, Index(c));
    }
    EXPECT_NEAR(bounds->lower, least, 1e-6);
    EXPECT_LE(bounds->lower, least + 1e-12);
    for (int point = 0; point < 200; ++point) {
      std::vector<double> c;
      double sum = 0;
      for (const Bounds& b : box) sum += c.emplace_back(b.lower + unit(random) * (b.upper - b.lower));
      if (sum <= 0) continue;
      EXPECT_GE(Index(c), bounds->lower - 1e-12);
      EXPECT_LE(Index(c), bounds->upper + 1e-12);
    }
  }
}

TEST(Concentration, SoundBeyondTheExactLimit) {
  std::mt19937_64 random(7);
  std::uniform_real_distribution<double> unit(0, 1);
  for (int round = 0; round < 50; ++round) {
    std::vector<Bounds> box;
    for (int i = 0; i < 30; ++i) {
      const double a = unit(random) * 10;
      box.push_back({a, a + unit(random) * 50});
    }
    const auto bounds = ConcentrationBounds(box);
    ASSERT_TRUE(bounds);
    for (int point = 0; point < 500; ++point) {
      std::vector<double> c;
      for (const Bounds& b : box) c.push_back(random() % 2 == 0 ? b.lower : b.upper);
      EXPECT_LE(Index(c), bounds->upper + 1e-12);
      EXPECT_GE(Index(c), bounds->lower - 1e-12);
    }
  }
}

}  // namespace
}  // namespace bulian::gap
