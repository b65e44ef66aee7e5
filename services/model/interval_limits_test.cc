#include "services/model/interval_limits.h"

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "services/model/attribute_algebra.h"

namespace bulian::model {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::vector<double> Ends() {
  std::vector<double> ends = {0,
                              -0.0,
                              1,
                              -1,
                              2.5e-7,
                              3e18,
                              5e-324,
                              -5e-324,
                              1e-310,
                              std::numeric_limits<double>::max(),
                              -std::numeric_limits<double>::max(),
                              kInfinity,
                              -kInfinity};
  std::mt19937_64 random(7);
  for (int i = 0; i < 400; ++i) {
    const double value =
        std::ldexp(static_cast<double>(random() % 2'000'001) - 1e6, static_cast<int>(random() % 120) - 60);
    ends.push_back(value);
    // Around the tolerance, where the limit lies.
    ends.push_back(value * (1 + kIntervalTolerance));
    ends.push_back(value * (1 - kIntervalTolerance));
    ends.push_back(std::nextafter(value, kInfinity));
  }
  return ends;
}

TEST(IntervalLimitsTest, TheGreatestIsTheLastThatIsAtMost) {
  for (const double b : Ends()) {
    const double greatest = GreatestAtMost(b);
    EXPECT_TRUE(AtMost(greatest, b)) << b;
    if (greatest != kInfinity) {
      EXPECT_FALSE(AtMost(std::nextafter(greatest, kInfinity), b)) << b;
    }
    const double least = LeastAtLeast(b);
    EXPECT_TRUE(AtMost(b, least)) << b;
    if (least != -kInfinity) {
      EXPECT_FALSE(AtMost(b, std::nextafter(least, -kInfinity))) << b;
    }
  }
}

TEST(IntervalLimitsTest, HoldSaysWhatTheAlgebraSays) {
  const std::vector<double> ends = Ends();
  std::mt19937_64 random(8);
  const auto interval = [&] {
    OfferAttribute attribute;
    attribute.kind = OfferAttribute::Kind::kInterval;
    attribute.min = ends[random() % ends.size()];
    // Often near one another, so that both answers are common.
    attribute.max = random() % 2 == 0 ? attribute.min : ends[random() % ends.size()];
    if (attribute.min > attribute.max) std::swap(attribute.min, attribute.max);
    return attribute;
  };
  int held = 0;
  for (int i = 0; i < 200'000; ++i) {
    RequiredAttribute required;
    required.value = interval();
    OfferAttribute offered = interval();
    if (random() % 2 == 0) offered.min = required.value.min * (1 + kIntervalTolerance);
    if (offered.min > offered.max) offered.max = offered.min;
    for (const auto relation :
         {v1::AttributeRequirement::COVERS, v1::AttributeRequirement::OVERLAPS, v1::AttributeRequirement::WITHIN}) {
      required.relation = relation;
      const bool holds = FitOf(required, {}, &offered, {}) == v1::SATISFIED;
      held += holds ? 1 : 0;
      ASSERT_EQ(LimitsOf(relation, required.value).Hold(offered.min, offered.max), holds)
          << relation << " required " << required.value.min << ".." << required.value.max << " offered " << offered.min
          << ".." << offered.max;
    }
  }
  EXPECT_GT(held, 50'000);
}

}  // namespace
}  // namespace bulian::model
