// Closures without a server, as JSON. First the options of the load generator's cluster, beside its analysis from
// scratch, which reads the same offers. Then best sets of random problems: branch and bound beside enumeration of all
// sets where those are few, and what is left to the bound where they are many. CPU seconds.
// Usage: closure_bench [enterprises] [capabilities each] [segments] [types]
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "bulian/v1/exchange.pb.h"
#include "services/gap/closure_options.h"
#include "services/gap/closure_search.h"
#include "tools/loadgen/synthetic.h"

namespace bulian::gap {
namespace {

double Now() {
  std::timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

// Gives segments a demand nobody meets.
void WantMore(v1::ImportRecord* record) {
  if (!record->has_chain()) return;
  for (v1::Segment& segment : *record->mutable_chain()->mutable_segments()) {
    v1::Rate* const demand = segment.mutable_final_demand();
    demand->set_value(1e9);
    demand->set_unit("H87");
    demand->set_period(v1::YEAR);
  }
}

model::SnapshotPtr Load(const loadgen::SyntheticOptions& options) {
  const loadgen::Synthetic synthetic(options);
  model::SnapshotBuilder builder(options.cluster);
  v1::ImportRecord record;
  for (std::int64_t i = 0; i < synthetic.record_count(); ++i) {
    synthetic.Record(i, &record);
    WantMore(&record);
    const google::protobuf::FieldDescriptor* field =
        record.GetReflection()->GetOneofFieldDescriptor(record, record.GetDescriptor()->oneof_decl(0));
    google::protobuf::Message* message = record.GetReflection()->MutableMessage(&record, field);
    const google::protobuf::FieldDescriptor* name_field = message->GetDescriptor()->FindFieldByName("name");
    const std::string name = message->GetReflection()->GetString(*message, name_field);
    message->GetReflection()->ClearField(message, name_field);
    builder.Load(name, message->SerializeAsString(), 1);
  }
  builder.SetPosition({options.cluster, "0123456789abcdef", 1, 1, 0});
  return builder.Build();
}

void MeasureCluster(const loadgen::SyntheticOptions& options) {
  const model::SnapshotPtr snapshot = Load(options);
  double begin = Now();
  const auto analysis = AnalyzeFromScratch(snapshot, snapshot->cluster().as_of);
  const double analysed = Now() - begin;
  ClosureQuery query;
  query.segments.resize(static_cast<std::size_t>(analysis->graph().size()));
  std::iota(query.segments.begin(), query.segments.end(), 0);
  query.subjects.fill(true);
  query.changes.fill(true);
  query.changes[v1::CLOSURE_CHANGE_UNSPECIFIED] = false;
  begin = Now();
  const auto closures = FindClosures(*analysis, query, {});
  const double found = Now() - begin;
  begin = Now();
  const auto best = FindBestSet(closures->problem, closures->disjoint, 10, {});
  std::printf("  \"offers\": %zu, \"segments\": %d, \"segments_unmet\": %zu, \"options\": %zu,\n",
              snapshot->Count(model::ResourceType::kCapability), analysis->graph().size(), closures->segments.size(),
              closures->options.size());
  std::printf("  \"analysis\": %.4f, \"options_found\": %.4f, \"options_to_analysis\": %.2f,\n", analysed, found,
              found / analysed);
  std::printf("  \"best_ten\": {\"seconds\": %.4f, \"share\": %.6f, \"bound\": %.6f, \"optimal\": %s},\n",
              Now() - begin, best->value.share, best->bound, best->optimal ? "true" : "false");
}

// Amounts and demands of very different size, a fourth of the demands missing, choices best first.
ClosureProblem Random(int demands, int choices, int feeds) {
  std::mt19937 random(5);
  std::lognormal_distribution<double> amount(3, 1.5);
  const auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  ClosureProblem problem;
  for (int i = 0; i < demands; ++i) {
    ClosureDemand demand{.unmet = amount(random)};
    demand.weight = 1 / (demand.unmet * (1 + pick(3)));
    demand.missing = pick(4) == 0;
    problem.demands.push_back(demand);
  }
  for (int i = 0; i < choices; ++i) {
    ClosureChoice choice;
    const int supplies = 1 + pick(3);
    for (int j = 0; j < supplies; ++j) {
      ClosureSupply supply{.amount = amount(random)};
      for (int f = 0; f < feeds; ++f) supply.feeds.push_back(pick(demands));
      std::sort(supply.feeds.begin(), supply.feeds.end());
      supply.feeds.erase(std::unique(supply.feeds.begin(), supply.feeds.end()), supply.feeds.end());
      for (const int demand : supply.feeds) {
        if (problem.demands[static_cast<std::size_t>(demand)].missing) supply.begins.push_back(demand);
      }
      choice.supplies.push_back(static_cast<int>(problem.supplies.size()));
      problem.supplies.push_back(std::move(supply));
    }
    problem.choices.push_back(std::move(choice));
  }
  const std::vector<ClosureValue> values = *ValuesAlone(problem, {});
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return values[a].share > values[b].share; });
  std::vector<ClosureChoice> sorted;
  for (const std::size_t at : order) sorted.push_back(problem.choices[at]);
  problem.choices = std::move(sorted);
  return problem;
}

// The best of all sets of k choices from `from` on beside those made.
void Enumerate(const ClosureProblem& problem, std::vector<int>* made, int from, int k, ClosureValue* best) {
  if (k == 0) {
    const ClosureValue value = ValueOf(problem, *made);
    if (value.IsOver(*best)) *best = value;
    return;
  }
  for (int choice = from; choice < static_cast<int>(problem.choices.size()); ++choice) {
    made->push_back(choice);
    Enumerate(problem, made, choice + 1, k - 1, best);
    made->pop_back();
  }
}

void MeasureSearch(int demands, int choices, int k, int feeds, bool enumerate, bool last) {
  const ClosureProblem problem = Random(demands, choices, feeds);
  std::vector<int> all(problem.choices.size());
  std::iota(all.begin(), all.end(), 0);
  double begin = Now();
  const auto best = FindBestSet(problem, all, k, {});
  const double searched = Now() - begin;
  std::printf(
      "  \"%d_of_%d_for_%d\": {\"seconds\": %.4f, \"share\": %.6f, \"bound\": %.6f, \"lp_bound\": %.6f, "
      "\"optimal\": %s",
      k, choices, demands, searched, best->value.share, best->bound, best->lp_bound.value_or(0),
      best->optimal ? "true" : "false");
  if (enumerate) {
    ClosureValue expected;
    std::vector<int> made;
    begin = Now();
    Enumerate(problem, &made, 0, k, &expected);
    const double enumerated = Now() - begin;
    const bool equal = !expected.IsOver(best->value) && !best->value.IsOver(expected);
    std::printf(", \"enumerated\": %.4f, \"times_faster\": %.0f, \"equal\": %s", enumerated, enumerated / searched,
                equal ? "true" : "false");
  }
  std::printf("}%s\n", last ? "" : ",");
}

int Run(const loadgen::SyntheticOptions& options) {
  std::printf("{\n");
  MeasureCluster(options);
  MeasureSearch(20, 60, 4, 4, true, false);
  MeasureSearch(20, 100, 4, 4, true, false);
  MeasureSearch(20, 60, 10, 6, false, false);
  MeasureSearch(40, 700, 6, 3, false, false);
  MeasureSearch(40, 700, 10, 3, false, false);
  MeasureSearch(150, 5'000, 10, 2, false, false);
  MeasureSearch(1'000, 100'000, 10, 2, false, true);
  std::printf("}\n");
  return 0;
}

}  // namespace
}  // namespace bulian::gap

int main(int argc, char** argv) {
  bulian::loadgen::SyntheticOptions options;
  options.enterprises = 100'000;
  options.segments = 1000;
  options.types = 10'000;
  std::int64_t* const fields[] = {&options.enterprises, &options.capabilities_each, &options.segments, &options.types};
  for (int i = 1; i < argc && i <= 4; ++i) *fields[i - 1] = std::atoll(argv[i]);
  return bulian::gap::Run(options);
}
