#include "services/match/score_parts.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

namespace bulian::match {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

TEST(WeightsTest, RequestBeforeClusterBeforeDefault) {
  v1::RankingWeights asked, cluster;
  asked.set_fit(3);
  cluster.set_fit(9);
  cluster.set_capacity(1);
  model::Violations violations;
  const PartWeights weights = NormaliseWeights(&asked, cluster, "weights", &violations);
  EXPECT_TRUE(violations.empty());
  const double sum = 3 + 1 + 0.15 + 0.1 + 0.1 + 0.1;
  EXPECT_DOUBLE_EQ(weights[kFitPart], 3 / sum);
  EXPECT_DOUBLE_EQ(weights[kCapacityPart], 1 / sum);
  EXPECT_NEAR(std::accumulate(weights.begin(), weights.end(), 0.0), 1, 1e-12);
}

TEST(WeightsTest, RefusesNegativeNotFiniteAndAllZero) {
  v1::RankingWeights bad;
  bad.set_fit(-1);
  bad.set_capacity(kNaN);
  model::Violations violations;
  NormaliseWeights(&bad, v1::RankingWeights(), "weights", &violations);
  ASSERT_EQ(violations.size(), 2u);
  EXPECT_EQ(violations.items()[0].first, "weights.fit");
  EXPECT_EQ(violations.items()[1].first, "weights.capacity");

  v1::RankingWeights zero;
  zero.set_fit(0);
  zero.set_capacity(0);
  zero.set_readiness(0);
  zero.set_certificates(0);
  zero.set_proximity(0);
  zero.set_embedding(0);
  model::Violations none_above;
  NormaliseWeights(&zero, v1::RankingWeights(), "weights", &none_above);
  EXPECT_EQ(none_above.size(), 1u);
}

model::Offer OfferOf(double capacity, float free_share) {
  model::Offer offer;
  offer.capacity = capacity;
  offer.dimension = model::Dimension::kCount;
  offer.free_share = free_share;
  offer.in_cluster_share = offer.outside_share = std::numeric_limits<float>::quiet_NaN();
  return offer;
}

TEST(CapacityPartTest, UnknownStaysOpen) {
  const auto free = [](const model::Offer& offer) { return FreeCapacity(offer, model::Dimension::kCount, false, 1); };
  EXPECT_EQ(free(OfferOf(1000, 0.25F)), (Range{250, 250}));
  EXPECT_EQ(free(OfferOf(1000, std::nanf(""))), (Range{0, 1000}));
  EXPECT_EQ(free(OfferOf(kNaN, 0.25F)), (Range{0, kUnbounded}));
  EXPECT_EQ(free(OfferOf(kNaN, 0)), (Range{0, 0}));
  EXPECT_EQ(FreeCapacity(OfferOf(1000, 0.25F), model::Dimension::kMass, false, 1), (Range{0, kUnbounded}));

  const Range unknown = {0, kUnbounded};
  EXPECT_EQ(CapacityPart({250, 250}, unknown), (Range{0, 1}));
  EXPECT_EQ(CapacityPart({0, 0}, unknown), (Range{0, 0}));
  EXPECT_EQ(CapacityPart({250, 250}, {1000, 1000}), (Range{0.25, 0.25}));
  EXPECT_EQ(CapacityPart({250, 2000}, {500, 1000}), (Range{0.25, 1}));
  EXPECT_EQ(CapacityPart({0, 0}, {0, 0}), (Range{1, 1}));
}

// The worked example of docs/science/matching.md.
TEST(ScoreTest, WorkedExample) {
  Parts parts;
  parts[kFitPart] = SharePart(1, 1, 2);
  parts[kCapacityPart] =
      CapacityPart(FreeCapacity(OfferOf(3000, 0.4F), model::Dimension::kCount, false, 1), {3000, 3000});
  parts[kReadinessPart] = ReadinessPart(v1::VOLUME, 45);
  parts[kCertificatesPart] = SharePart(0, 0, 0);
  parts[kProximityPart] = {0.8, 0.8};
  model::Violations violations;
  const PartWeights weights = NormaliseWeights(nullptr, v1::RankingWeights(), "weights", &violations);
  const Range score = AddEmbedding(WithoutEmbedding(parts, weights), 0.5, weights);
  EXPECT_NEAR(score.lower, 0.58, 1e-6);
  EXPECT_NEAR(score.upper, 0.73, 1e-6);
}

}  // namespace
}  // namespace bulian::match
