#include "services/gap/external_share.h"

#include <random>

#include "gtest/gtest.h"

namespace bulian::gap {
namespace {

TEST(ShareBounds, Corners) {
  EXPECT_FALSE(ShareBounds({}));
  EXPECT_FALSE(ShareBounds(std::vector<SharePart>{{{0, 0}, v1::SATISFIED}}));
  // Only outside suppliers: whatever the value, all of it is from outside.
  EXPECT_EQ(*ShareBounds(std::vector<SharePart>{{{0, kUnbounded}, v1::SATISFIED}}), (Bounds{1, 1}));
  EXPECT_EQ(*ShareBounds(std::vector<SharePart>{{{0, kUnbounded}, v1::VIOLATED}}), (Bounds{0, 0}));
  EXPECT_EQ(*ShareBounds(std::vector<SharePart>{{{5, 5}, v1::UNKNOWN}}), (Bounds{0, 1}));
  EXPECT_EQ(*ShareBounds(std::vector<SharePart>{{{30, 30}, v1::SATISFIED}, {{10, 10}, v1::VIOLATED}}),
            (Bounds{0.75, 0.75}));
}

// Against every corner: values at either end, unknown links on either side.
TEST(ShareBounds, AgainstAllCorners) {
  std::mt19937_64 random(17);
  for (int round = 0; round < 500; ++round) {
    const int n = 1 + static_cast<int>(random() % 5);
    std::vector<SharePart> parts;
    for (int i = 0; i < n; ++i) {
      const double low = 1 + static_cast<double>(random() % 50), high = low + static_cast<double>(random() % 50);
      const v1::Fit outside[] = {v1::SATISFIED, v1::VIOLATED, v1::UNKNOWN};
      parts.push_back({{low, high}, outside[random() % 3]});
    }
    double least = 1, greatest = 0;
    for (int corner = 0; corner < (1 << (2 * n)); ++corner) {
      double in = 0, out = 0;
      for (int i = 0; i < n; ++i) {
        const double value = (corner >> i & 1) != 0 ? parts[i].value.upper : parts[i].value.lower;
        const bool outside =
            parts[i].outside == v1::SATISFIED || (parts[i].outside == v1::UNKNOWN && (corner >> (n + i) & 1) != 0);
        (outside ? out : in) += value;
      }
      least = std::min(least, out / (in + out));
      greatest = std::max(greatest, out / (in + out));
    }
    const auto bounds = ShareBounds(parts);
    ASSERT_TRUE(bounds);
    EXPECT_NEAR(bounds->lower, least, 1e-12);
    EXPECT_NEAR(bounds->upper, greatest, 1e-12);
  }
}

}  // namespace
}  // namespace bulian::gap
