#include "services/gap/production_program.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "gtest/gtest.h"
#include "services/gap/production_oracle.h"
#include "services/gap/production_share.h"
#include "services/gap/structure_report.h"
#include "services/gap/test_cluster.h"
#include "tests/harness/cases.h"

namespace bulian::gap {
namespace {

// A program with all that it refers to.
struct Plant {
  AnalysisPtr analysis;
  ProductionModel model;
  std::unique_ptr<ProductionProgram> program;

  Plant(AnalysisPtr of, Sourcing sourcing)
      : analysis(std::move(of)), model(ModelProduction(*analysis, EndProductsOf(*analysis), sourcing)) {
    program = *ProductionProgram::Make(model, std::vector<double>(model.products.size(), 1));
  }
  Outage OutageOf(const std::string& enterprise) const {
    const model::Row row =
        analysis->snapshot()->Find(model::ResourceType::kEnterprise, "clusters/t/enterprises/" + enterprise);
    Outage outage;
    for (std::size_t h = 0; h < model.holdings.size(); ++h) {
      if (model.holdings[h].enterprise == row) outage.holdings.push_back(static_cast<int>(h));
    }
    return outage;
  }
  double Without(const std::string& enterprise) { return *program->DeliverWithout(OutageOf(enterprise), nullptr); }
};

// By segment: what its inputs cost.
std::vector<double> CostsOf(const ProductionModel& model, const Delivery& delivery) {
  const ProductionPrices& prices = delivery.prices;
  std::vector<double> cost(model.segments.size(), 0);
  std::map<std::pair<int, int>, double> cheapest;
  for (const ProductionInput& input : model.inputs) {
    double price = input.coefficient * prices.segments[input.from];
    if (!(input.coefficient > 0)) price = delivery.working[input.from] != 0 ? 0 : kUnbounded;
    if (input.group < 0) {
      cost[input.to] += price;
    } else {
      const auto [at, added] = cheapest.try_emplace({input.to, input.group}, price);
      if (!added) at->second = std::min(at->second, price);
    }
  }
  for (const auto& [group, price] : cheapest) cost[group.first] += price;
  return cost;
}

// The capacity of a class that may be used for a segment (-1: for any) without what stops, holding by holding.
double RoomOf(const ProductionModel& model, const Outage& outage, int number, int segment, bool upper) {
  double room = 0;
  for (std::size_t h = 0; h < model.holdings.size(); ++h) {
    const int holding = static_cast<int>(h);
    if (model.holdings[h].capacity_class != number) continue;
    if (std::count(outage.holdings.begin(), outage.holdings.end(), holding) != 0) continue;
    if (std::count(outage.at_segment.begin(), outage.at_segment.end(), std::pair(holding, segment)) != 0) continue;
    room += upper ? model.holdings[h].capacity.upper : model.holdings[h].capacity.lower;
  }
  return room;
}

// The upper end anyone can compute from the prices of segments and pools, as the header tells; the worth of a class of
// which a part stops for some of its segments is the most over the others.
double BoundOf(const ProductionModel& model, const Delivery& delivery, const std::vector<double>& worth, SupplyCase of,
               const Outage& outage = {}) {
  const ProductionPrices& prices = delivery.prices;
  const std::vector<double> cost = CostsOf(model, delivery);
  double bound = 0;
  for (std::size_t p = 0; p < model.products.size(); ++p) {
    const int segment = model.products[p];
    const double left = std::max(0.0, worth[p] - prices.segments[segment]);
    if (left > 1e-9) bound += left * model.segments[segment].demand;
  }
  for (std::size_t i = 0; i < model.pools.size(); ++i) {
    const Bounds& capacity = model.pools[i].capacity;
    if (prices.pools[i] > 1e-9) bound += prices.pools[i] * (of.upper ? capacity.upper : capacity.lower);
  }
  for (std::size_t c = 0; c < model.classes.size(); ++c) {
    const CapacityClass& some = model.classes[c];
    const int number = static_cast<int>(c);
    double load = 0, most = 0;
    std::vector<std::pair<int, double>> cut;  // segment, what a unit of the class is worth there
    for (const auto& [pool, per_unit] : some.pools) load += prices.pools[pool] * per_unit;
    for (std::size_t place = 0; place < some.segments.size(); ++place) {
      const int segment = some.segments[place];
      if (some.sets[place] > of.set || delivery.working[segment] == 0) continue;
      const double here = some.yield[place] * (prices.segments[segment] - cost[segment]) - load;
      if (prices.cuts.count({number, segment}) != 0) {
        cut.emplace_back(segment, here);
      } else {
        most = std::max(most, here);
      }
    }
    // Any worth of the class over that of the others will do: the one told is the best.
    if (!cut.empty()) most = std::max(most, prices.classes[c]);
    if (most > 1e-9) bound += most * RoomOf(model, outage, number, -1, of.upper);
    for (const auto& [segment, here] : cut) {
      if (here - most > 1e-9) bound += (here - most) * RoomOf(model, outage, number, segment, of.upper);
    }
  }
  for (std::size_t i = 0; i < model.segments.size(); ++i) {
    if (model.segments[i].bought) {
      EXPECT_NEAR(prices.segments[i], 0, 1e-9);
    }
  }
  return bound;
}

TEST(ProductionProgram, AssemblyDeliversWhatItsScarcestPartAllows) {
  TestCluster cluster;
  for (const char* type : {"car", "wheel", "motor"}) cluster.Type(type);
  cluster.Supplier("assembler", "car", 100);
  cluster.Supplier("big", "wheel", 200);
  cluster.Supplier("small", "wheel", 100);
  cluster.Supplier("motors", "motor", 90);
  v1::Chain chain;
  v1::Segment* car = TestCluster::AddSegment(&chain, "car", "car", 80);
  TestCluster::AddInput(car, "wheel", 4);
  TestCluster::AddInput(car, "motor", 1);
  TestCluster::AddSegment(&chain, "wheel", "wheel");
  TestCluster::AddSegment(&chain, "motor", "motor");
  cluster.Put("chains/x", chain);
  Plant plant(cluster.Analyse(), Sourcing::kClusterAlone);
  const Delivery all = *plant.program->Deliver();
  EXPECT_NEAR(all.value, 75, 1e-9);  // 300 wheels
  EXPECT_NEAR(
      all.prices.segments[plant.model.SegmentOf(plant.analysis->graph().Find("clusters/t/chains/x/segments/wheel"))],
      0.25, 1e-9);
  EXPECT_NEAR(plant.Without("small"), 50, 1e-9);
  EXPECT_NEAR(plant.Without("big"), 25, 1e-9);
  EXPECT_NEAR(plant.Without("motors"), 0, 1e-9);
  EXPECT_NEAR(BoundOf(plant.model, all, {1}, {}), 75, 1e-9);
}

TEST(ProductionProgram, WhatNobodyMakesIsBoughtUnlessTheClusterStandsAlone) {
  TestCluster cluster;
  for (const char* type : {"car", "chip"}) cluster.Type(type);
  cluster.Supplier("assembler", "car", 100);
  v1::Chain chain;
  TestCluster::AddInput(TestCluster::AddSegment(&chain, "car", "car", 80), "chip", 10);
  TestCluster::AddSegment(&chain, "chip", "chip");
  cluster.Put("chains/x", chain);
  EXPECT_NEAR(Plant(cluster.Analyse(), Sourcing::kOutsideForMissing).program->Deliver()->value, 80, 1e-9);
  EXPECT_EQ(Plant(cluster.Analyse(), Sourcing::kClusterAlone).program->Deliver()->value, 0);
}

TEST(ProductionProgram, OneCapabilityIsSharedBetweenSegmentsAndUnitsAreConverted) {
  TestCluster cluster;
  v1::CapabilityType any = cluster.Type("steel");
  any.set_unit("KGM");
  cluster.Put("capabilityTypes/steel", any);
  v1::CapabilityType fine = cluster.Type("fine", "steel");
  fine.set_unit("GRM");
  fine.add_parents("clusters/t/capabilityTypes/steel");
  cluster.Put("capabilityTypes/fine", fine);
  cluster.Type("car");
  cluster.Supplier("assembler", "car", 1000);
  v1::Capability offer = cluster.Offer("mill", "fine", 6000);
  offer.mutable_capacity()->mutable_total()->set_unit("GRM");
  cluster.Put("enterprises/mill", cluster.Company("mill"));
  cluster.PutOffer("mill", "c", offer);
  v1::Chain chain;
  v1::Segment* car = TestCluster::AddSegment(&chain, "car", "car", 1000);
  TestCluster::AddInput(car, "steel", 0.5);  // kg
  TestCluster::AddInput(car, "fine", 100);   // g
  TestCluster::AddSegment(&chain, "steel", "steel");
  TestCluster::AddSegment(&chain, "fine", "fine");
  cluster.Put("chains/x", chain);
  Plant plant(cluster.Analyse(), Sourcing::kClusterAlone);
  EXPECT_NEAR(plant.program->Deliver()->value, 10, 1e-6);  // 600 g each
  EXPECT_NEAR(plant.Without("mill"), 0, 1e-9);
}

TEST(ProductionProgram, DegenerateClusters) {
  TestCluster empty;
  Plant nothing(empty.Analyse(), Sourcing::kClusterAlone);
  EXPECT_EQ(nothing.program->Deliver()->value, 0);

  TestCluster cluster;
  cluster.Type("car");
  v1::Capability unknown = cluster.Offer("a", "car", 1);
  unknown.clear_capacity();
  cluster.Put("enterprises/a", cluster.Company("a"));
  cluster.PutOffer("a", "c", unknown);
  v1::Chain chain;
  TestCluster::AddSegment(&chain, "car", "car");  // no demand stated
  cluster.Put("chains/x", chain);
  Plant plant(cluster.Analyse(), Sourcing::kClusterAlone);
  EXPECT_EQ(plant.program->Deliver()->value, 0);
  plant.program->Choose({.set = kClaimedSet, .upper = true});
  EXPECT_TRUE(std::isinf(plant.program->Deliver()->value));
  EXPECT_EQ(plant.Without("a"), 0);
  EXPECT_TRUE(std::isinf(plant.program->Deliver()->value));
}

TEST(ProductionProgram, AnInputWithoutCoefficientGivesNothingForSure) {
  TestCluster cluster;
  for (const char* type : {"car", "chip"}) cluster.Type(type);
  cluster.Supplier("assembler", "car", 100);
  cluster.Supplier("fab", "chip", 5);
  v1::Chain chain;
  TestCluster::AddSegment(&chain, "car", "car", 80)->add_inputs()->set_segment("chip");
  TestCluster::AddSegment(&chain, "chip", "chip");
  cluster.Put("chains/x", chain);
  Plant plant(cluster.Analyse(), Sourcing::kClusterAlone);
  EXPECT_EQ(plant.program->Deliver()->value, 0);
  plant.program->Choose({.set = kClaimedSet, .upper = true});
  EXPECT_NEAR(plant.program->Deliver()->value, 80, 1e-9);
  EXPECT_EQ(plant.Without("fab"), 0);
}

TEST(ProductionProgram, StocksLastThroughAnOutage) {
  TestCluster cluster;
  for (const char* type : {"car", "chip"}) cluster.Type(type);
  cluster.Supplier("assembler", "car", 100);
  cluster.Supplier("fab", "chip", 100);
  v1::Chain chain;
  TestCluster::AddInput(TestCluster::AddSegment(&chain, "car", "car", 80), "chip", 1);
  TestCluster::AddSegment(&chain, "chip", "chip");
  cluster.Put("chains/x", chain);
  Plant plant(cluster.Analyse(), Sourcing::kClusterAlone);
  auto program = *ProductionProgram::Make(plant.model, {1}, true);
  std::vector<double> stock(plant.model.holdings.size(), 0);
  const Outage fab = plant.OutageOf("fab"), assembler = plant.OutageOf("assembler");
  stock[fab.holdings.front()] = 15;
  stock[assembler.holdings.front()] = 3;
  program->Choose({}, {.years = 0.25, .stock = stock});
  EXPECT_NEAR(program->Deliver()->value, 20, 1e-9);
  EXPECT_NEAR(*program->DeliverWithout(fab, nullptr), 18, 1e-9);       // 15 made of the chips on hand, 3 cars
  EXPECT_NEAR(*program->DeliverWithout(assembler, nullptr), 3, 1e-9);  // chips do not help
}

TEST(ProductionProgram, WhatStopsForOneSegmentOnlyHasAPriceOfItsOwn) {
  TestCluster cluster;
  for (const char* type : {"car", "van", "steel"}) cluster.Type(type);
  cluster.Supplier("cars", "car", 1000);
  cluster.Supplier("vans", "van", 1000);
  cluster.Supplier("one", "steel", 10);
  cluster.Supplier("two", "steel", 20);
  cluster.Supplier("three", "steel", 30);
  v1::Chain chain;
  TestCluster::AddInput(TestCluster::AddSegment(&chain, "car", "car", 100), "for-cars", 1);
  TestCluster::AddInput(TestCluster::AddSegment(&chain, "van", "van", 35), "for-vans", 1);
  TestCluster::AddSegment(&chain, "for-cars", "steel");
  TestCluster::AddSegment(&chain, "for-vans", "steel");
  cluster.Put("chains/x", chain);
  Plant plant(cluster.Analyse(), Sourcing::kClusterAlone);
  const int cars = plant.model.SegmentOf(plant.analysis->graph().Find("clusters/t/chains/x/segments/for-cars"));
  const int two = plant.OutageOf("two").holdings.front(), three = plant.OutageOf("three").holdings.front();
  EXPECT_NEAR(plant.program->Deliver()->value, 60, 1e-9);
  // 10 and 20 are left for cars, of all 60 the vans take 30.
  const Outage at_cars{.at_segment = {{three, cars}}};
  EXPECT_NEAR(*plant.program->DeliverWithout(at_cars, nullptr), 60, 1e-9);
  // 10 are left for cars, and of 60 vans take 35: the steel is worth nothing more, but for cars it is.
  const Outage both_at_cars{.at_segment = {{two, cars}, {three, cars}}};
  Delivery delivery;
  EXPECT_NEAR(*plant.program->DeliverWithout(both_at_cars, &delivery), 45, 1e-9);
  const int number = plant.model.holdings[two].capacity_class;
  EXPECT_NEAR(delivery.prices.cuts.at({number, cars}), 1, 1e-9);
  EXPECT_NEAR(delivery.prices.classes[number], 0, 1e-9);
  EXPECT_NEAR(BoundOf(plant.model, delivery, {1, 1}, {}, both_at_cars), 45, 1e-9);
  // One that stops wholly is not there for cars either.
  const Outage mixed{.holdings = {three}, .at_segment = {{two, cars}}};
  EXPECT_NEAR(*plant.program->DeliverWithout(mixed, &delivery), 30, 1e-9);
  EXPECT_NEAR(BoundOf(plant.model, delivery, {1, 1}, {}, mixed), 30, 1e-9);
  EXPECT_NEAR(GreatestShareLost(plant.model, mixed, kClaimedSet), 50 / 60.0, 1e-9);
  EXPECT_NEAR(plant.program->Deliver()->value, 60, 1e-9);
}

std::vector<double> WorthOfStated(const ProductionModel& model) {
  std::vector<double> worth;  // products without a stated demand deliver without end
  for (const int product : model.products) worth.push_back(std::isinf(model.segments[product].demand) ? 0 : 1);
  return worth;
}

// Everything against linear programs put together offer by offer from the plain description, each from scratch.
TEST(ProductionProgram, EqualsThePlainProgramOnRandomClusters) {
  std::mt19937_64 random(20261126);
  int losses = 0, delivered = 0;
  for (int round = 0; round < harness::Cases(300); ++round) {
    const RandomPlant described = RandomPlant::Make(&random);
    TestCluster cluster;
    described.Store(&cluster);
    for (const Sourcing sourcing : {Sourcing::kClusterAlone, Sourcing::kOutsideForMissing}) {
      Plant plant(cluster.Analyse(), sourcing);
      const std::vector<double> worth = WorthOfStated(plant.model);
      plant.program = *ProductionProgram::Make(plant.model, worth);
      for (int which = 0; which < 2 * kSetCount; ++which) {
        const SupplyCase of{.set = which / 2, .upper = which % 2 == 1};
        const std::vector<double> part = described.Part(of.upper ? 1 : 0);
        plant.program->Choose(of);
        const Delivery all = *plant.program->Deliver();
        const double expected = described.Deliver(of.set, sourcing, part, "");
        ASSERT_NEAR(all.value, expected, 1e-6 * (1 + expected)) << "round " << round << " case " << which;
        ASSERT_NEAR(BoundOf(plant.model, all, worth, of), all.value, 1e-6 * (1 + all.value)) << round;
        delivered += all.value > 0 ? 1 : 0;
        for (const std::string& enterprise : described.Enterprises()) {
          const double without = plant.Without(enterprise);
          const double from_scratch = described.Deliver(of.set, sourcing, part, enterprise);
          ASSERT_NEAR(without, from_scratch, 1e-6 * (1 + from_scratch)) << "round " << round << " " << enterprise;
          losses += without < all.value * (1 - 1e-9) ? 1 : 0;
        }
        ASSERT_NEAR(plant.program->Deliver()->value, all.value, 1e-9 * (1 + all.value));
      }
    }
  }
  EXPECT_GT(delivered, harness::Cases(500));
  EXPECT_GT(losses, harness::Cases(500));
}

// Any mix of what stops wholly and for one segment only: the prices prove the value, and so does its certificate.
TEST(ProductionProgram, PricesProveTheValueOfEveryMixOnRandomClusters) {
  std::mt19937_64 random(35);
  int cuts = 0;
  for (int round = 0; round < 200; ++round) {
    const RandomPlant described = RandomPlant::Make(&random);
    TestCluster cluster;
    described.Store(&cluster);
    Plant plant(cluster.Analyse(), Sourcing::kClusterAlone);
    const std::vector<double> worth = WorthOfStated(plant.model);
    plant.program = *ProductionProgram::Make(plant.model, worth);
    for (const SupplyCase of : {SupplyCase{kClaimedSet, false}, SupplyCase{kClaimedSet, true}}) {
      plant.program->Choose(of);
      ASSERT_TRUE(plant.program->Deliver().ok());
      for (int mix = 0; mix < 10; ++mix) {
        Outage outage;
        for (std::size_t h = 0; h < plant.model.holdings.size(); ++h) {
          const int holding = static_cast<int>(h);
          const std::vector<int>& segments = plant.model.classes[plant.model.holdings[h].capacity_class].segments;
          if (random() % 4 == 0) {
            outage.holdings.push_back(holding);
          } else if (random() % 2 == 0) {
            outage.at_segment.emplace_back(holding, segments[random() % segments.size()]);
          }
        }
        Delivery delivery;
        const double value = *plant.program->DeliverWithout(outage, &delivery);
        ASSERT_NEAR(BoundOf(plant.model, delivery, worth, of, outage), value, 1e-6 * (1 + value)) << "round " << round;
        ASSERT_NEAR(*plant.program->DeliverWithout(outage, nullptr), value, 1e-6 * (1 + value)) << "round " << round;
        for (const auto& [cut, price] : delivery.prices.cuts) cuts += price > 1e-9 ? 1 : 0;
      }
    }
  }
  EXPECT_GT(cuts, 200);
}

// Whatever the capacities are within their ends, the loss is within its own.
TEST(ProductionProgram, LossesHoldForAllCapacitiesWithinTheirEnds) {
  std::mt19937_64 random(7);
  int narrow = 0, wide = 0;
  for (int round = 0; round < harness::Cases(150); ++round) {
    const RandomPlant described = RandomPlant::Make(&random);
    TestCluster cluster;
    described.Store(&cluster);
    Plant plant(cluster.Analyse(), Sourcing::kClusterAlone);
    plant.program = *ProductionProgram::Make(plant.model, WorthOfStated(plant.model));
    for (const std::string& enterprise : described.Enterprises()) {
      const Outage outage = plant.OutageOf(enterprise);
      DeliveredEnds ends;
      plant.program->Choose({.set = kClaimedSet, .upper = false});
      ends.all.lower = plant.program->Deliver()->value;
      ends.without.lower = *plant.program->DeliverWithout(outage, nullptr);
      plant.program->Choose({.set = kClaimedSet, .upper = true});
      ends.all.upper = plant.program->Deliver()->value;
      ends.without.upper = *plant.program->DeliverWithout(outage, nullptr);
      const double greatest = GreatestShareLost(plant.model, outage, kClaimedSet);
      const Bounds loss = LossOf(ends, greatest);
      const std::optional<Bounds> share = ShareLost(ends, greatest);
      for (int sample = 0; sample < 10; ++sample) {
        const std::vector<double> part = described.RandomPart(&random);
        const double all = described.Deliver(kClaimedSet, Sourcing::kClusterAlone, part, "");
        const double lost = all - described.Deliver(kClaimedSet, Sourcing::kClusterAlone, part, enterprise);
        ASSERT_GE(lost, loss.lower - 1e-6) << round;
        ASSERT_LE(lost, loss.upper + 1e-6) << round << " " << enterprise;
        if (all < 1e-9) continue;
        ASSERT_TRUE(share.has_value());
        ASSERT_GE(lost / all, share->lower - 1e-6) << round;
        ASSERT_LE(lost / all, share->upper + 1e-6) << round;
      }
      ++(loss.upper - loss.lower < 1e-9 ? narrow : wide);
    }
  }
  EXPECT_GT(narrow, harness::Cases(100));
  EXPECT_GT(wide, harness::Cases(50));
}

}  // namespace
}  // namespace bulian::gap
