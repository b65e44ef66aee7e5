// Looking at blocks of offers against judging each, and pages of a crowded market against its whole list.
#include "services/match/offer_screen.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "services/match/find.h"
#include "services/match/fit.h"
#include "services/match/report.h"
#include "services/match/test_world.h"

namespace bulian::match {
namespace {

// Few types, so that each has many offers.
constexpr TestSize kCrowded = {.types = 3, .enterprises = 300, .most_capabilities = 4, .links = 60, .projects = 12};

v1::Fit FitOfSight(const OfferScreen::Sight& sight, std::size_t slot) {
  if ((sight.violated >> slot & 1) != 0) return v1::VIOLATED;
  return (sight.unknown >> slot & 1) != 0 ? v1::UNKNOWN : v1::SATISFIED;
}

TEST(OfferScreenTest, SaysOfABlockWhatIsSaidOfEachOffer) {
  int seen[4] = {}, offers = 0;
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    const TestWorld world = RandomWorld("c", seed, kCrowded);
    const model::SnapshotPtr snapshot = world.Build(seed % 2);
    std::mt19937 random(seed);
    const Target target = RandomTarget(world, *snapshot, &random, kCrowded);
    const OfferScreen screen(target);
    PlaceTable places(*snapshot);
    for (model::Row type = 0; type < snapshot->RowLimit(model::ResourceType::kCapabilityType); ++type) {
      snapshot->OffersOfType(type).VisitBlocks(
          [&](const model::OfferBlock& block, std::size_t slots) {
            const OfferScreen::Sight sight = screen.Look(block, slots);
            for (std::size_t slot = 0; slot < slots; ++slot) {
              const model::OfferRef offer(&block, slot);
              const OfferFit fit = FitOfOffer(target, offer);
              ASSERT_EQ(FitOfSight(sight, slot), fit.fit) << "seed " << seed;
              ASSERT_EQ((sight.valid >> slot & 1) != 0, ValidAt(*offer, target.as_of)) << "seed " << seed;
              ++seen[fit.fit];
              ++offers;
              if (fit.fit == v1::VIOLATED) continue;
              const Place& place = places.Of(offer->region);
              const Range score = WithoutEmbedding(ScoreOffer(target, fit, *offer, place, 1), target.weights);
              ASSERT_GE(screen.ScoreLimit(*offer, slot, sight, place), AddEmbedding(score, 1, target.weights).lower)
                  << "seed " << seed;
            }
            ASSERT_EQ((sight.valid | sight.violated | sight.unknown) >> slots, 0u);
          },
          [](std::size_t) { return true; });
    }
  }
  EXPECT_GT(offers, 10'000);
  for (const v1::Fit fit : {v1::SATISFIED, v1::UNKNOWN, v1::VIOLATED}) EXPECT_GT(seen[fit], 500) << fit;
}

// A short page passes over most offers by the limit of their score; a page of all passes over none.
TEST(FindTest, APageOfACrowdedMarketIsThatOfTheWholeList) {
  std::size_t longest = 0;
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    const TestWorld world = RandomWorld("c", seed, kCrowded);
    const model::SnapshotPtr snapshot = world.Build(seed % 2);
    std::mt19937 random(seed);
    const Target target = RandomTarget(world, *snapshot, &random, kCrowded);
    const EnterpriseCensus census = TakeCensus(*snapshot);
    FindQuery query;
    query.target = &target;
    query.snapshot = snapshot;
    query.census = &census;
    query.potential = seed % 3 == 0;
    query.outside = true;
    query.size = 100'000;
    const Found whole = Find(query);
    longest = std::max(longest, whole.page.size());
    for (const std::size_t size : {1, 5, 20}) {
      query.size = size;
      query.offset = random() % (whole.page.size() + 1);
      const Found found = Find(query);
      ASSERT_EQ(found.count, whole.count) << "seed " << seed;
      ASSERT_EQ(found.page.size(), std::min(size, whole.page.size() - query.offset)) << "seed " << seed;
      for (std::size_t i = 0; i < found.page.size(); ++i) {
        const Entry& expected = whole.page[query.offset + i];
        ASSERT_EQ(found.page[i].enterprise, expected.enterprise) << "seed " << seed << " rank " << i;
        ASSERT_EQ(found.page[i].offer, expected.offer);
        ASSERT_EQ(found.page[i].score, expected.score);
        ASSERT_EQ(found.page[i].standing, expected.standing);
      }
    }
  }
  EXPECT_GT(longest, 150u);
}

double WeightOf(const PartWeights& weights, const std::string& part) {
  const auto name = std::find(kPartNames.begin(), kPartNames.end(), part);
  return weights.at(static_cast<std::size_t>(name - kPartNames.begin()));
}

// A caller can add the parts up; those left out count as 1.
TEST(ReportTest, ThePartsMakeTheScore) {
  int candidates = 0, left_out = 0;
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    const TestWorld world = RandomWorld("c", seed, kCrowded);
    const model::SnapshotPtr snapshot = world.Build();
    std::mt19937 random(seed);
    const Target target = RandomTarget(world, *snapshot, &random, kCrowded);
    FindQuery query;
    query.target = &target;
    query.snapshot = snapshot;
    query.potential = query.outside = true;
    const Found found = Find(query);
    v1::FindCandidatesResponse response;
    Reporter(&query, &found).FillPage(response.mutable_candidates());
    for (const v1::Candidate& candidate : response.candidates()) {
      Range sum = {1, 1};
      for (const v1::ScorePart& part : candidate.parts()) {
        sum.lower -= WeightOf(target.weights, part.part()) * (1 - part.value().lower());
        sum.upper -= WeightOf(target.weights, part.part()) * (1 - part.value().upper());
        EXPECT_NE(part.reason(), "") << part.part();
      }
      EXPECT_NEAR(sum.lower, candidate.score().lower(), 1e-12) << "seed " << seed;
      EXPECT_NEAR(sum.upper, candidate.score().upper(), 1e-12) << "seed " << seed;
      ++candidates;
      left_out += kPartCount - candidate.parts_size();
    }
  }
  EXPECT_GT(candidates, 300);
  EXPECT_GT(left_out, 100);
}

}  // namespace
}  // namespace bulian::match
