// Random small networks against the plain loop, and what the definition says of special cases.
#include "services/risk/esri.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/risk/esri_lanes.h"
#include "services/risk/esri_network.h"
#include "services/risk/esri_plain.h"

namespace bulian::risk {
namespace {

constexpr InputClass kE = InputClass::kEssential, kL = InputClass::kNonEssential, kN = InputClass::kNegligible;

std::shared_ptr<const EsriNetwork> Compiled(const EsriData& data) {
  auto network = EsriNetwork::Compile(data);
  EXPECT_TRUE(network.ok()) << network.status();
  return *network;
}

struct Random {
  std::mt19937_64 engine;
  double Unit() { return std::uniform_real_distribution<double>(0, 1)(engine); }
  std::int32_t Below(std::int32_t end) { return static_cast<std::int32_t>(engine() % static_cast<unsigned>(end)); }

  EsriData Network(std::int32_t firms, std::int32_t links, std::int32_t industries) {
    EsriData data{.firms = firms,
                  .links = {},
                  .industries = industries,
                  .industry = {},
                  .essentiality = {},
                  .kind = {},
                  .replaceability = Unit() < 0.7,
                  .market = {},
                  .revenues = {},
                  .costs = {},
                  .weights = {}};
    for (std::int32_t i = 0; i < firms; ++i) data.industry.push_back(Below(industries));
    for (std::int32_t i = 0; i < industries * industries; ++i)
      data.essentiality.push_back(static_cast<InputClass>(std::min(2, Below(4))));
    for (std::int32_t i = 0; i < links; ++i) {
      const double value = Unit() < 0.1 ? 0 : std::exp(6 * Unit() - 2);
      data.links.push_back({Below(firms), Below(firms), value});  // with links to themselves, and pairs twice
    }
    const auto amounts = [&](std::vector<double>* out) {
      for (std::int32_t i = 0; i < firms; ++i) out->push_back(Unit() < 0.2 ? 0 : 100 * Unit());
    };
    if (Unit() < 0.3) amounts(&data.revenues);
    if (Unit() < 0.3) amounts(&data.costs);
    if (Unit() < 0.3) amounts(&data.weights);
    if (Unit() < 0.3) {
      for (std::int32_t i = 0; i < firms; ++i) data.market.push_back(Below(firms));
    }
    return data;
  }

  EsriShock Shock(std::int32_t firms) {
    EsriShock shock;
    for (std::int32_t i = 0; i < firms; ++i) {
      if (Unit() < 2.0 / firms) shock.losses.push_back({i, Unit() < 0.3 ? 1 : Unit(), Unit() < 0.3 ? 0 : Unit()});
    }
    return shock;
  }
};

void ExpectNear(const std::vector<double>& a, const std::vector<double>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-11) << i;
}

void ExpectSame(const EsriResult& a, const EsriResult& b) {
  EXPECT_EQ(a.esri, b.esri);
  EXPECT_EQ(a.down, b.down);
  EXPECT_EQ(a.up, b.up);
  EXPECT_EQ(a.steps, b.steps);
  EXPECT_EQ(a.down_losses, b.down_losses);
  EXPECT_EQ(a.up_losses, b.up_losses);
}

TEST(EsriTest, RandomNetworksAsThePlainLoop) {
  Random random{std::mt19937_64(11)};
  for (int round = 0; round < 400; ++round) {
    const std::int32_t firms = 1 + random.Below(40);
    const EsriData data = random.Network(firms, random.Below(4 * firms), 1 + random.Below(6));
    const auto network = Compiled(data);
    PlainEsri plain(data);
    EsriOptions options{
        .threshold = random.Unit() < 0.5 ? 0.01 : 0.0013, .rule = {}, .most_steps = 500, .want_losses = true};
    if (random.Unit() < 0.3) options.rule = StoppingRule::kIndexGrowth;
    std::vector<EsriShock> shocks = SingleFailures(*network);
    for (int i = 0; i < 10; ++i) shocks.push_back(random.Shock(firms));
    const auto results = RunShocks(*network, options, shocks);
    ASSERT_TRUE(results.ok()) << results.status();
    for (std::size_t i = 0; i < shocks.size(); ++i) {
      SCOPED_TRACE(testing::Message() << "round " << round << " shock " << i);
      const EsriResult want = plain.Run(options, shocks[i]);
      const EsriResult& got = (*results)[i];
      EXPECT_EQ(got.steps, want.steps);
      EXPECT_EQ(got.converged, want.converged);
      EXPECT_NEAR(got.esri, want.esri, 1e-11);
      EXPECT_NEAR(got.down, want.down, 1e-11);
      EXPECT_NEAR(got.up, want.up, 1e-11);
      ExpectNear(got.down_losses, want.down_losses);
      ExpectNear(got.up_losses, want.up_losses);
    }
  }
}

TEST(EsriTest, ResultsDoNotDependOnWhatRunsBeside) {
  Random random{std::mt19937_64(12)};
  for (const bool by_index : {false, true}) {
    const EsriData data = random.Network(300, 1500, 12);
    const auto network = Compiled(data);
    const EsriOptions options{.threshold = 0.001,
                              .rule = by_index ? StoppingRule::kIndexGrowth : StoppingRule::kGreatestChange,
                              .most_steps = 500,
                              .want_losses = true};
    const std::vector<EsriShock> shocks = SingleFailures(*network);
    const auto together = RunShocks(*network, options, shocks, 3);
    ASSERT_TRUE(together.ok());
    std::vector<EsriShock> reversed(shocks.rbegin(), shocks.rend());
    const auto backwards = RunShocks(*network, options, reversed);
    ASSERT_TRUE(backwards.ok());
    for (std::size_t i = 0; i < shocks.size(); ++i) {
      const auto alone = RunShocks(*network, options, std::span(&shocks[i], 1));
      ASSERT_TRUE(alone.ok());
      ExpectSame((*together)[i], (*alone)[0]);
      ExpectSame((*together)[i], (*backwards)[shocks.size() - 1 - i]);
    }
  }
}

TEST(EsriTest, KindsOfIndustriesShareTheirEssentiality) {
  Random random{std::mt19937_64(17)};
  EsriData data = random.Network(80, 400, 6);
  EsriData spread = data;
  data.kind = {0, 1, 1, 0, 2, 1};
  data.essentiality.resize(9);
  for (std::size_t i = 0; i < 36; ++i)
    spread.essentiality[i] = data.essentiality[static_cast<std::size_t>(data.kind[i / 6] * 3 + data.kind[i % 6])];
  const auto a = Compiled(data), b = Compiled(spread);
  const std::vector<EsriShock> shocks = SingleFailures(*a);
  const auto kinds = RunShocks(*a, {}, shocks), matrix = RunShocks(*b, {}, shocks);
  for (std::size_t i = 0; i < shocks.size(); ++i) ExpectSame((*kinds)[i], (*matrix)[i]);
  data.kind[0] = 3;
  EXPECT_FALSE(EsriNetwork::Compile(data).ok());
}

TEST(EsriTest, OrderOfLinksDoesNotMatter) {
  Random random{std::mt19937_64(13)};
  EsriData data = random.Network(60, 400, 5);
  const auto network = Compiled(data);
  std::shuffle(data.links.begin(), data.links.end(), random.engine);
  const auto shuffled = Compiled(data);
  const std::vector<EsriShock> shocks = SingleFailures(*network);
  const auto a = RunShocks(*network, {}, shocks), b = RunShocks(*shuffled, {}, shocks);
  for (std::size_t i = 0; i < shocks.size(); ++i) ExpectSame((*a)[i], (*b)[i]);
}

// Every kernel this processor runs gives the same bits.
TEST(EsriTest, KernelsGiveTheSameBits) {
  Random random{std::mt19937_64(14)};
  const auto network = Compiled(random.Network(200, 1200, 9));
  const std::size_t size = static_cast<std::size_t>(network->firms()) * kLanes;
  struct alignas(64) Line {
    double lanes[kLanes];
  };
  const auto run = [&](const LaneKernel& kernel, std::uint64_t seed) {
    std::vector<Line> down(size / kLanes), up(down), next(down), lost(down), sums(3), fell(2);
    Random values{std::mt19937_64(seed)};
    for (Line& line : down)
      for (double& one : line.lanes) one = values.Unit() < 0.5 ? 0 : values.Unit();
    up = down;
    kernel.lost_inputs(*network, down[0].lanes, lost[0].lanes);
    kernel.buyers(*network, lost[0].lanes, down[0].lanes, fell[0].lanes);
    kernel.suppliers(*network, up[0].lanes, next[0].lanes, fell[1].lanes);
    kernel.totals(*network, down[0].lanes, next[0].lanes, sums[0].lanes, sums[1].lanes, sums[2].lanes);
    Line kept{{1, 0, 1, 0, 0, 1, 1, 0}};
    kernel.clear(*network, kept.lanes, down[0].lanes, next[0].lanes);
    std::vector<Line> all = down;
    for (const auto* part : {&next, &lost, &sums, &fell}) all.insert(all.end(), part->begin(), part->end());
    return all;
  };
  const std::vector<Line> best = run(*LaneKernels().front(), 5);
  for (const LaneKernel* kernel : LaneKernels()) {
    const std::vector<Line> other = run(*kernel, 5);
    EXPECT_EQ(std::memcmp(best.data(), other.data(), best.size() * sizeof(Line)), 0) << kernel->name;
  }
}

EsriData Small(std::int32_t firms, std::vector<EsriLink> links, InputClass how) {
  EsriData data{.firms = firms,
                .links = std::move(links),
                .industries = 1,
                .industry = {},
                .essentiality = {how},
                .kind = {},
                .replaceability = false,
                .market = {},
                .revenues = {},
                .costs = {},
                .weights = {}};
  data.industry.assign(static_cast<std::size_t>(firms), 0);
  return data;
}

std::vector<double> Indices(const EsriData& data) {
  const auto network = Compiled(data);
  const auto results = RunShocks(*network, {}, SingleFailures(*network));
  EXPECT_TRUE(results.ok()) << results.status();
  std::vector<double> indices;
  for (const EsriResult& result : *results) indices.push_back(result.esri);
  return indices;
}

// The published eleven firms; numbers of the authors' package.
TEST(EsriTest, PublishedExample) {
  EsriData data = Small(
      11,
      {{1, 0, 1}, {1, 2, 1}, {2, 6, 1}, {5, 6, 1}, {6, 3, 1}, {6, 10, 1}, {7, 10, 1}, {8, 4, 1}, {8, 9, 1}, {9, 6, 1}},
      kL);
  data.industries = 5;
  data.industry = {0, 1, 0, 2, 3, 1, 3, 0, 1, 2, 4};
  data.essentiality.assign(25, kL);
  const auto near = [](std::vector<double> values) {
    std::vector<testing::Matcher<double>> matchers;
    for (const double value : values) matchers.push_back(testing::DoubleNear(value, 1e-6));
    return testing::ElementsAreArray(matchers);
  };
  EXPECT_THAT(Indices(data), near({.1, .366667, .266667, .35, .1, .166667, .7, .1, .366667, .266667, .45}));
  data.essentiality.assign(25, kE);
  EXPECT_THAT(Indices(data), near({.1, .5, .4, .35, .1, .3, .7, .1, .5, .4, .45}));
}

TEST(EsriTest, DegenerateNetworks) {
  EXPECT_TRUE(Indices(Small(0, {}, kE)).empty());
  EXPECT_THAT(Indices(Small(2, {}, kE)), testing::ElementsAre(0, 0));           // no trade at all
  EXPECT_THAT(Indices(Small(2, {{0, 1, 0}}, kE)), testing::ElementsAre(0, 0));  // of no value
  // A customer without customers of its own weighs nothing, but its failure ends its supplier's sales.
  EXPECT_THAT(Indices(Small(2, {{0, 1, 5}}, kN)), testing::ElementsAre(1, 1));
  const auto network = Compiled(Small(3, {{0, 1, 5}}, kE));
  const auto isolated = RunShocks(*network, {}, std::vector<EsriShock>{{{{2, 1, 1}}}, {}});
  EXPECT_EQ((*isolated)[0].esri, 0);
  EXPECT_EQ((*isolated)[0].steps, 1);
  EXPECT_EQ((*isolated)[1].steps, 1);  // nothing fails
}

TEST(EsriTest, OneSupplierIndustriesDependOnTheMoneyUnitBelowOne) {
  EsriData data = Small(2, {{0, 1, 0.25}}, kE);
  data.industries = 2;
  data.industry = {0, 1};
  data.essentiality.assign(4, kE);
  data.replaceability = true;
  data.weights = {0, 1};
  EXPECT_THAT(Indices(data), testing::ElementsAre(0.25, 1));
  data.links[0].value = 25;
  EXPECT_THAT(Indices(data), testing::ElementsAre(1, 1));
}

TEST(EsriTest, GreaterShocksLoseNoLessAndMoneyUnitsDoNotMatter) {
  Random random{std::mt19937_64(15)};
  for (int round = 0; round < 50; ++round) {
    EsriData data = random.Network(30, 120, 4);
    data.replaceability = false;  // with it the remaining market grows more important as it shrinks
    data.revenues.clear();
    data.costs.clear();
    const auto network = Compiled(data);
    EsriShock shock = random.Shock(30), greater = shock;
    for (EsriShock::Loss& loss : greater.losses) loss.down = std::min(1.0, loss.down + 0.1);
    for (EsriLink& link : data.links) link.value *= 1024;
    const auto scaled = Compiled(data);
    // To the same number of steps: the stopping test is not monotone.
    const EsriOptions options{.threshold = 1e-300, .rule = {}, .most_steps = 20, .want_losses = false};
    const auto results = RunShocks(*network, options, std::vector<EsriShock>{shock, greater});
    const auto same = RunShocks(*scaled, options, std::vector<EsriShock>{shock});
    EXPECT_GE((*results)[1].down, (*results)[0].down - 1e-12);
    EXPECT_NEAR((*results)[0].esri, (*same)[0].esri, 1e-12);
    EXPECT_LE(std::max((*results)[0].down, (*results)[0].up), (*results)[0].esri + 1e-12);
    EXPECT_LE((*results)[0].esri, (*results)[0].down + (*results)[0].up + 1e-12);
  }
}

TEST(EsriTest, WrongInputIsRefused) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto refused = [](const EsriData& data) {
    return EsriNetwork::Compile(data).status().code() == absl::StatusCode::kInvalidArgument;
  };
  const EsriData good = Small(2, {{0, 1, 5}}, kE);
  EXPECT_FALSE(refused(good));
  for (const double value : {-1.0, nan, std::numeric_limits<double>::infinity()}) {
    EsriData data = good;
    data.links[0].value = value;
    EXPECT_TRUE(refused(data)) << value;
    for (auto member : {&EsriData::revenues, &EsriData::costs, &EsriData::weights}) {
      data = good;
      data.*member = {1, value};
      EXPECT_TRUE(refused(data)) << value;
      data.*member = {1};
      EXPECT_TRUE(refused(data));
    }
  }
  EsriData data = good;
  data.links[0].buyer = 2;
  EXPECT_TRUE(refused(data));
  data = good;
  data.industry[0] = 1;
  EXPECT_TRUE(refused(data));
  data = good;
  data.market = {0, -1};
  EXPECT_TRUE(refused(data));
  data = good;
  data.essentiality.clear();
  EXPECT_TRUE(refused(data));
  const auto network = Compiled(good);
  const auto wrong = [&](EsriShock shock) { return !CheckShock(*network, shock).ok(); };
  EXPECT_TRUE(wrong({{{2, 1, 1}}}));
  EXPECT_TRUE(wrong({{{0, 1.5, 1}}}));
  EXPECT_TRUE(wrong({{{0, 1, nan}}}));
  EXPECT_TRUE(wrong({{{0, 1, 1}, {0, 1, 1}}}));
  EXPECT_FALSE(CheckOptions({.threshold = 0}).ok());
  EXPECT_FALSE(CheckOptions({.threshold = nan}).ok());
}

TEST(EsriTest, StopEndsTheRun) {
  Random random{std::mt19937_64(16)};
  const auto network = Compiled(random.Network(100, 500, 4));
  int asked = 0;
  const auto results = RunShocks(*network, {}, SingleFailures(*network), 1, [&] { return ++asked > 20; });
  EXPECT_EQ(results.status().code(), absl::StatusCode::kCancelled);
  EXPECT_LE(asked, 25);
}

}  // namespace
}  // namespace bulian::risk
