#include "services/risk/flow_losses.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace bulian::risk {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// The least cut by trying every set of suppliers to cut: demands still reached from raw suppliers must be cut too.
double LeastCut(const FlowNetwork& network, int stopped) {
  const size_t count = network.capacity.size();
  double least = std::numeric_limits<double>::infinity();
  for (unsigned cut = 0; cut < 1U << count; ++cut) {
    double value = 0;
    std::vector<bool> on(count, false);
    const auto open = [&](int x) { return (cut >> x & 1U) == 0; };
    for (size_t x = 0; x < count; ++x)
      if (!open(static_cast<int>(x)) && static_cast<int>(x) != stopped) value += network.capacity[x];
    for (const int raw : network.raw) on[static_cast<size_t>(raw)] = open(raw);
    for (size_t round = 0; round < count; ++round)
      for (const auto& [from, to] : network.links)
        if (on[static_cast<size_t>(from)] && open(to)) on[static_cast<size_t>(to)] = true;
    for (const auto& [supplier, amount] : network.demand)
      if (on[static_cast<size_t>(supplier)]) value += amount;
    least = std::min(least, value);
  }
  return least;
}

FlowNetwork RandomNetwork(std::mt19937* random) {
  const auto draw = [random](int most) { return static_cast<int>((*random)() % static_cast<unsigned>(most)); };
  FlowNetwork network;
  const int count = 2 + draw(7);
  for (int x = 0; x < count; ++x)
    network.capacity.push_back(draw(8) == 0 ? std::numeric_limits<double>::infinity() : draw(10));
  for (int i = draw(3 * count); i > 0; --i) network.links.emplace_back(draw(count), draw(count));
  for (int x = 0; x < count; ++x)
    if (draw(3) == 0) network.raw.push_back(x);
  for (int i = draw(4); i > 0; --i) network.demand.emplace_back(draw(count), draw(12));
  return network;
}

TEST(FlowLosses, EqualTheLeastCutsOfTheNetworkWithoutEachSupplier) {
  std::mt19937 random(20261124);
  for (int round = 0; round < 1000; ++round) {
    FlowNetwork network = RandomNetwork(&random);
    const FlowLosses losses = AssessFlowLosses(network).value();
    ASSERT_DOUBLE_EQ(losses.delivered, LeastCut(network, -1)) << round;
    double cut = 0;
    for (const int x : losses.cut_suppliers) cut += network.capacity[static_cast<size_t>(x)];
    for (const int i : losses.cut_demands) cut += network.demand[static_cast<size_t>(i)].second;
    ASSERT_DOUBLE_EQ(cut, losses.delivered) << round;
    for (size_t x = 0; x < network.capacity.size(); ++x)
      ASSERT_DOUBLE_EQ(losses.loss[x], losses.delivered - LeastCut(network, static_cast<int>(x))) << round << ' ' << x;
    ASSERT_EQ(DeliveredFlow(network).value(), losses.delivered) << round;
    for (double& capacity : network.capacity) capacity += 1;
    ASSERT_GE(DeliveredFlow(network).value(), losses.delivered) << round;
  }
}

TEST(FlowLosses, ScaleWithTheUnitWhereAmountsAreNotWhole) {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    FlowNetwork network = RandomNetwork(&random);
    const FlowLosses whole = AssessFlowLosses(network).value();
    for (double& capacity : network.capacity) capacity *= 0.1;
    for (auto& [supplier, amount] : network.demand) amount *= 0.1;
    const FlowLosses scaled = AssessFlowLosses(network).value();
    ASSERT_NEAR(scaled.delivered, whole.delivered * 0.1, 1e-9) << round;
    double cut = 0;
    for (const int x : scaled.cut_suppliers) cut += network.capacity[static_cast<size_t>(x)];
    for (const int i : scaled.cut_demands) cut += network.demand[static_cast<size_t>(i)].second;
    ASSERT_NEAR(cut, scaled.delivered, 1e-9) << round;
    for (size_t x = 0; x < network.capacity.size(); ++x)
      ASSERT_NEAR(scaled.loss[x], whole.loss[x] * 0.1, 1e-9) << round << ' ' << x;
  }
}

TEST(FlowLosses, OfNothingAreNothing) {
  EXPECT_EQ(AssessFlowLosses({})->delivered, 0);
  const FlowLosses idle = AssessFlowLosses({.capacity = {5}, .links = {}, .raw = {0}, .demand = {}}).value();
  EXPECT_THAT(idle.loss, ElementsAre(0));
  EXPECT_THAT(idle.cut_suppliers, IsEmpty());
}

TEST(FlowLosses, AreAllOfItForTheOnlySupplier) {
  EXPECT_THAT(AssessFlowLosses({.capacity = {5}, .links = {}, .raw = {0}, .demand = {{0, 3}}})->loss, ElementsAre(3));
}

TEST(FlowLosses, RefuseWrongNumbers) {
  const auto refused = [](const FlowNetwork& network) {
    return AssessFlowLosses(network).status().code() == absl::StatusCode::kInvalidArgument;
  };
  EXPECT_TRUE(refused({.capacity = {-1}, .links = {}, .raw = {}, .demand = {}}));
  EXPECT_TRUE(refused({.capacity = {std::nan("")}, .links = {}, .raw = {}, .demand = {}}));
  EXPECT_TRUE(refused({.capacity = {1}, .links = {{0, 1}}, .raw = {}, .demand = {}}));
  EXPECT_TRUE(refused({.capacity = {1}, .links = {}, .raw = {-1}, .demand = {}}));
  EXPECT_TRUE(
      refused({.capacity = {1}, .links = {}, .raw = {}, .demand = {{0, std::numeric_limits<double>::infinity()}}}));
}

}  // namespace
}  // namespace bulian::risk
