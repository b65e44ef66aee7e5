// Joint plans without a server, as JSON: gaps against candidates drawn from many companies. First the flow beside the
// bare network simplex on the same network, in turns; then the same gaps with lots and minimum suppliers. CPU seconds.
// Usage: plan_bench [gaps] [companies] [candidates of a gap] [nodes of search trees]
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <limits>
#include <random>
#include <vector>

#include "services/lp/network_flow.h"
#include "services/match/plan_solve.h"

namespace bulian::match {
namespace {

double Now() {
  std::timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

// Needs of very different size; a company has as much as a fifth of a typical one.
PlanProblem Random(int gaps, int companies, int candidates) {
  std::mt19937 random(5);
  std::lognormal_distribution<double> need(5, 1), capacity(3.4, 1);
  PlanProblem problem;
  for (int i = 0; i < companies; ++i) problem.sources.push_back({.capacity = capacity(random)});
  for (int gap = 0; gap < gaps; ++gap) {
    problem.gaps.push_back({.need = need(random)});
    // Half of the candidates are companies that many gaps ask for.
    for (int i = 0; i < candidates; ++i) {
      const int few = i % 2 == 0 ? companies : std::max(1, companies / 50);
      PlanPair pair{.gap = gap, .source = static_cast<int>(random() % static_cast<unsigned>(few)), .supplier = i};
      pair.value = (0.5 + 0.5 * static_cast<double>(random() % 1000) / 1000) / problem.gaps.back().need;
      problem.pairs.push_back(pair);
    }
  }
  return problem;
}

// The whole problem as a flow, for the bare solver: amounts in thousandths, values in millionths of a share.
lp::FlowNetwork NetworkOf(const PlanProblem& problem) {
  lp::FlowNetwork network;
  const auto units = [](double amount) { return static_cast<std::int64_t>(amount * 1000); };
  const int sources = static_cast<int>(problem.sources.size()), gaps = static_cast<int>(problem.gaps.size());
  std::int64_t needs = 1, greatest = 0;
  for (const PlanSource& source : problem.sources) network.supply.push_back(units(source.capacity));
  for (const PlanNeed& gap : problem.gaps) {
    network.supply.push_back(-units(gap.need));
    needs += units(gap.need);
  }
  network.supply.push_back(needs);
  std::vector<std::int64_t> values;
  for (const PlanPair& pair : problem.pairs) {
    values.push_back(static_cast<std::int64_t>(pair.value * 1e9));
    greatest = std::max(greatest, values.back());
  }
  for (int gap = 0; gap < gaps; ++gap)
    network.arcs.push_back({sources + gaps, sources + gap, 0, -network.supply[sources + gap], greatest + 1});
  for (std::size_t i = 0; i < problem.pairs.size(); ++i) {
    const PlanPair& pair = problem.pairs[i];
    network.arcs.push_back(
        {pair.source, sources + pair.gap, 0, -network.supply[sources + pair.gap], greatest + 1 - values[i]});
  }
  return network;
}

void MeasureFlow(const PlanProblem& problem) {
  const lp::FlowNetwork network = NetworkOf(problem);
  double bare = std::numeric_limits<double>::infinity(), whole = bare;
  Plan plan;
  for (int round = 0; round < 5; ++round) {
    double begin = Now();
    if (!lp::MinimizeCost(network)) std::abort();
    bare = std::min(bare, Now() - begin);
    begin = Now();
    plan = *SolvePlan(Tightened(problem), {});
    whole = std::min(whole, Now() - begin);
  }
  std::printf("  \"bare_simplex\": %.4f, \"flow_plan\": %.4f, \"plan_to_simplex\": %.2f,\n", bare, whole, whole / bare);
  std::printf("  \"flow_value\": %.6f, \"flow_relative_gap\": %.2e,\n", plan.value, plan.bound / plan.value - 1);
}

void MeasureWhole(PlanProblem problem, const char* name, double lot, int suppliers, int nodes, bool last) {
  for (PlanNeed& gap : problem.gaps) {
    gap.lot = lot * gap.need;
    gap.min_suppliers = suppliers;
    gap.least = suppliers > 0 ? 0.1 * gap.need : 0;
    gap.supplier_limit = 0.5 * gap.need;
  }
  const double begin = Now();
  const PlanProblem tightened = Tightened(problem);
  const auto plan = SolvePlan(tightened, {.nodes = nodes, .relative_gap = 1e-3});
  const double seconds = Now() - begin;
  if (!plan.ok() || !Keeps(problem, plan->amounts)) std::abort();
  std::printf(
      "  \"%s\": {\"seconds\": %.3f, \"value\": %.6f, \"bound\": %.6f, \"relative_gap\": %.5f, \"nodes\": %d}%s\n",
      name, seconds, plan->value, plan->bound, plan->bound / plan->value - 1, plan->nodes, last ? "" : ",");
}

int Run(int gaps, int companies, int candidates, int nodes) {
  const PlanProblem problem = Random(gaps, companies, candidates);
  std::printf("{\n  \"gaps\": %d, \"companies\": %d, \"candidates\": %zu,\n", gaps, companies, problem.pairs.size());
  MeasureFlow(problem);
  MeasureWhole(problem, "lots_of_a_twentieth", 0.05, 0, nodes, false);
  MeasureWhole(problem, "two_suppliers", 0, 2, nodes, false);
  MeasureWhole(problem, "lots_and_two_suppliers", 0.05, 2, nodes, true);
  std::printf("}\n");
  return 0;
}

}  // namespace
}  // namespace bulian::match

int main(int argc, char** argv) {
  int sizes[] = {2'000, 100'000, 50, 20'000};
  for (int i = 1; i < argc && i <= 4; ++i) sizes[i - 1] = std::atoi(argv[i]);
  return bulian::match::Run(sizes[0], sizes[1], sizes[2], sizes[3]);
}
