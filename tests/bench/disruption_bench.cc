// All single failures of a flow network of 2 000 firms and 10 000 links: CPU time of the losses by flow, and of the
// linear program that also knows inputs needed together, each against as many runs from scratch. Exits with 1 if any
// two differ.
#include <cmath>
#include <cstdio>
#include <ctime>
#include <random>

#include "services/gap/production_program.h"
#include "services/risk/flow_losses.h"

namespace {

double CpuSeconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

// Ten tiers of 200 firms; each link leads to the next tier.
bulian::risk::FlowNetwork Network() {
  std::mt19937 random(20261124);
  const auto draw = [&random](int most) { return static_cast<int>(random() % static_cast<unsigned>(most)); };
  bulian::risk::FlowNetwork network;
  for (int x = 0; x < 2000; ++x) network.capacity.push_back(1 + draw(100));
  for (int i = 0; i < 10000; ++i) {
    const int tier = draw(9);
    network.links.emplace_back(200 * tier + draw(200), 200 * (tier + 1) + draw(200));
  }
  for (int x = 0; x < 200; ++x) network.raw.push_back(x);
  for (int x = 1800; x < 2000; ++x) network.demand.emplace_back(x, 1 + draw(60));
  return network;
}

// The same as segments with one supplier each, fed by alternatives.
bulian::gap::ProductionModel ModelOf(const bulian::risk::FlowNetwork& network) {
  bulian::gap::ProductionModel model;
  const int firms = static_cast<int>(network.capacity.size());
  std::vector<char> fed(network.capacity.size(), 0);
  model.needs.clauses.resize(network.capacity.size());
  for (const auto& [from, to] : network.links) {
    model.inputs.push_back({.from = from, .to = to, .coefficient = 1, .group = to});
    if (fed[to] == 0) model.needs.clauses[to].emplace_back();
    model.needs.clauses[to].front().push_back(from);
    fed[to] = 1;
  }
  for (const int raw : network.raw) fed[raw] = 1;
  for (int firm = 0; firm < firms; ++firm) {
    const double capacity = fed[firm] != 0 ? network.capacity[firm] : 0;
    model.segments.push_back({.node = firm, .scale = 100});
    bulian::gap::CapacityClass& made = model.classes.emplace_back();
    made.segments = {firm};
    made.sets = {0};
    made.yield = {1};
    made.lower = made.upper = capacity;
    made.count = 1;
    model.holdings.push_back(
        {static_cast<bulian::model::Row>(firm), static_cast<bulian::model::Row>(firm), firm, {capacity, capacity}});
  }
  for (const auto& [firm, demand] : network.demand) {
    model.segments[firm].demand = demand;
    model.products.push_back(firm);
  }
  return model;
}

struct ProgramTimes {
  double all = 0, scratch = 0;  // scratch: for as many failures
  bool same = true;
};

// Every twentieth firm from scratch.
ProgramTimes TimeProgram(const bulian::risk::FlowNetwork& network, const bulian::risk::FlowLosses& losses) {
  const bulian::gap::ProductionModel model = ModelOf(network);
  const std::vector<double> worth(model.products.size(), 1);
  ProgramTimes times;
  const double start = CpuSeconds();
  const auto program = *bulian::gap::ProductionProgram::Make(model, worth);
  const double delivered = program->Deliver()->value;
  for (std::size_t firm = 0; firm < network.capacity.size(); ++firm) {
    const double without = *program->DeliverWithout({.holdings = {static_cast<int>(firm)}}, nullptr);
    times.same = times.same && std::abs(delivered - without - losses.loss[firm]) < 1e-6;
  }
  times.all = CpuSeconds() - start;
  for (std::size_t firm = 0; firm < network.capacity.size(); firm += 20) {
    const double before = CpuSeconds();
    bulian::gap::ProductionModel without = model;
    without.classes[firm].lower = without.classes[firm].upper = 0;
    times.same = times.same && std::abs((*bulian::gap::ProductionProgram::Make(without, worth))->Deliver()->value -
                                        (delivered - losses.loss[firm])) < 1e-6;
    times.scratch += 20 * (CpuSeconds() - before);
  }
  return times;
}

}  // namespace

int main() {
  bulian::risk::FlowNetwork network = Network();
  const double start = CpuSeconds();
  const auto losses = bulian::risk::AssessFlowLosses(network).value();
  const double fast = CpuSeconds() - start;
  // A hundred of the runs from scratch, every twentieth firm, stand for all.
  double scratch = 0;
  for (size_t x = 0; x < network.capacity.size(); x += 20) {
    const double capacity = network.capacity[x];
    network.capacity[x] = 0;
    const double before = CpuSeconds();
    const double delivered = bulian::risk::DeliveredFlow(network).value();
    scratch += 20 * (CpuSeconds() - before);
    network.capacity[x] = capacity;
    if (std::abs(losses.delivered - delivered - losses.loss[x]) > 1e-6) return 1;
  }
  std::printf("by flow: all failures %.3f s, from scratch %.3f s, ratio %.1f\n", fast, scratch, scratch / fast);
  const ProgramTimes program = TimeProgram(network, losses);
  std::printf("by linear program: all failures %.3f s, from scratch %.3f s, ratio %.1f; equal to the flow: %s\n",
              program.all, program.scratch, program.scratch / program.all, program.same ? "yes" : "no");
  return program.same ? 0 : 1;
}
