// All single failures of a flow network of 2 000 firms and 10 000 links: CPU time against one flow from scratch for
// each. Exits with 1 if the two ever differ.
#include <cmath>
#include <cstdio>
#include <ctime>
#include <random>

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
  std::printf("all failures %.3f s, from scratch %.3f s, ratio %.1f\n", fast, scratch, scratch / fast);
  return 0;
}
