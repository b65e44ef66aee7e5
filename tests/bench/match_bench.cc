// What FindCandidates costs without the network: the whole answer of 20 candidates against a bare scan of the columns
// of the same offers, and against serialising and parsing the answer. Machine-independent is the ratio of two lines.
//
// BULIAN_BENCH_ENTERPRISES (default 100 000) enterprises with five capabilities each; the broad type has a tenth of the
// enterprises; narrow ones, asked for in turn so that none stays in a cache, have a thousandth each.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <random>
#include <string>

#include "bulian/v1/capability.pb.h"
#include "bulian/v1/cluster.pb.h"
#include "bulian/v1/enterprise.pb.h"
#include "bulian/v1/match.pb.h"
#include "services/match/find.h"
#include "services/match/report.h"
#include "services/model/snapshot.h"

namespace bulian::match {
namespace {

constexpr int kCapabilitiesEach = 5, kNarrowTypes = 200;
constexpr model::Day kDay = 20780;
const std::string kCluster = "clusters/bench";

std::string TypeName(const std::string& id) { return kCluster + "/capabilityTypes/" + id; }

std::string EnterpriseBytes(int e, std::mt19937* random) {
  v1::Enterprise enterprise;
  enterprise.set_kind(v1::Enterprise::COMPANY);
  enterprise.mutable_display_name()->set_zh("示例精密制造有限公司" + std::to_string(e));
  auto* site = enterprise.add_sites();
  site->set_site_id("main");
  site->set_region_code((*random)() % 20 == 0 ? "500112" : "500109");
  return enterprise.SerializeAsString();
}

std::string CapabilityBytes(const std::string& type, std::mt19937* random) {
  v1::Capability capability;
  capability.set_capability_type(type);
  capability.set_level((*random)() % 8 == 0 ? v1::PILOT : v1::VOLUME);
  auto* total = capability.mutable_capacity()->mutable_total();
  total->set_value(static_cast<double>((*random)() % 100'000));
  total->set_unit("H87");
  total->set_period(v1::YEAR);
  capability.mutable_capacity()->set_free_share(static_cast<double>((*random)() % 1000) / 1000);
  capability.set_lead_time_days(static_cast<double>((*random)() % 200));
  auto* width = capability.add_attributes();
  width->set_key("line_width");
  width->mutable_interval()->set_min(0.1 + static_cast<double>((*random)() % 80) / 100);
  width->mutable_interval()->set_max(2);
  width->mutable_interval()->set_unit("4H");
  auto* material = capability.add_attributes();
  material->set_key("material");
  material->mutable_words()->add_words((*random)() % 2 == 0 ? "silicon" : "glass");
  capability.mutable_evidence()->set_state(v1::Evidence::CLAIMED);
  return capability.SerializeAsString();
}

std::string NarrowType(int number) { return "narrow-" + std::to_string(number); }

struct World {
  model::SnapshotPtr snapshot;
  EnterpriseCensus census;

  World() {
    const char* text = std::getenv("BULIAN_BENCH_ENTERPRISES");
    const int enterprises = text == nullptr ? 100'000 : std::atoi(text);
    std::mt19937 random(1);
    model::SnapshotBuilder builder("bench");
    v1::Cluster cluster;
    cluster.add_region_codes("500109");
    builder.Load(kCluster, cluster.SerializeAsString(), 1);
    v1::CapabilityType type;
    type.set_unit("H87");
    const std::string type_bytes = type.SerializeAsString();
    builder.Load(TypeName("broad"), type_bytes, 1);
    for (int i = 0; i < kNarrowTypes; ++i) builder.Load(TypeName(NarrowType(i)), type_bytes, 1);
    for (int i = 0; i < 200; ++i) builder.Load(TypeName("t" + std::to_string(i)), type_bytes, 1);
    for (int e = 0; e < enterprises; ++e) {
      const std::string name = kCluster + "/enterprises/e" + std::to_string(10'000'000 + e);
      builder.Load(name, EnterpriseBytes(e, &random), 1);
      for (int c = 0; c < kCapabilitiesEach; ++c) {
        std::string id = "t" + std::to_string(random() % 200);
        if (c == 0 && e % 10 == 3) id = "broad";
        if (c == 1) id = NarrowType(e % 1000 % kNarrowTypes);
        if (c == 1 && e % 1000 >= kNarrowTypes) id = "t0";
        builder.Load(name + "/capabilities/k" + std::to_string(c), CapabilityBytes(TypeName(id), &random), 1);
      }
    }
    builder.SetPosition({"bench", "uid", 1, 1, 0});
    snapshot = builder.Build();
    census = TakeCensus(*snapshot);
  }
};

const World& TheWorld() {
  static const World* const world = new World();
  return *world;
}

Target TargetOf(const std::string& type) {
  v1::Requirement requirement;
  requirement.set_capability_type(TypeName(type));
  auto* width = requirement.add_attributes();
  width->set_key("line_width");
  width->mutable_interval()->set_min(0.7);
  width->mutable_interval()->set_max(1.5);
  width->mutable_interval()->set_unit("4H");
  model::Violations violations;
  Target target = MakeTarget(*TheWorld().snapshot, requirement, "requirement", &violations);
  target.as_of = kDay;
  target.need = {1e6, 1e6};
  target.need_known = true;
  target.weights = NormaliseWeights(nullptr, v1::RankingWeights(), "weights", &violations);
  return target;
}

void Answer(const Target& target, v1::FindCandidatesResponse* response) {
  FindQuery query;
  query.target = &target;
  query.snapshot = TheWorld().snapshot;
  query.census = &TheWorld().census;
  const Found found = Find(query);
  Reporter reporter(&query, &found);
  reporter.FillPage(response->mutable_candidates());
  response->set_candidate_count(static_cast<int>(found.count));
}

std::vector<Target> Targets(bool broad) {
  if (broad) return {TargetOf("broad")};
  std::vector<Target> targets;
  for (int i = 0; i < kNarrowTypes; ++i) targets.push_back(TargetOf(NarrowType(i)));
  return targets;
}

void BM_Find(benchmark::State& state, bool broad) {
  const std::vector<Target> targets = Targets(broad);
  v1::FindCandidatesResponse response;
  std::size_t next = 0;
  for (auto _ : state) {
    response.Clear();
    Answer(targets[next++ % targets.size()], &response);
  }
  state.counters["offers"] = static_cast<double>(TheWorld().snapshot->OffersOfType(targets[0].type).size());
  state.counters["candidates"] = response.candidate_count();
  state.counters["bytes"] = static_cast<double>(response.ByteSizeLong());
}

// The search without the answer's texts.
void BM_Search(benchmark::State& state, bool broad) {
  const std::vector<Target> targets = Targets(broad);
  std::size_t next = 0;
  for (auto _ : state) {
    FindQuery query;
    query.target = &targets[next++ % targets.size()];
    query.snapshot = TheWorld().snapshot;
    query.census = &TheWorld().census;
    benchmark::DoNotOptimize(Find(query));
  }
}

// Every column a search needs, summed.
void BM_BareScan(benchmark::State& state, bool broad) {
  const model::Snapshot& snapshot = *TheWorld().snapshot;
  const std::vector<Target> targets = Targets(broad);
  std::size_t next = 0;
  for (auto _ : state) {
    double sum = 0;
    snapshot.OffersOfType(targets[next++ % targets.size()].type).ForEach([&](const model::OfferRef& offer) {
      sum +=
          offer->capacity + static_cast<double>(offer->free_share) + offer->level + offer->region + offer->valid_until;
      for (const model::OfferAttribute& attribute : offer.attributes()) sum += attribute.min + attribute.max;
    });
    benchmark::DoNotOptimize(sum);
  }
}

// The part of an echo that is not the network's.
void BM_EchoAnswer(benchmark::State& state) {
  const Target target = TargetOf(NarrowType(0));
  v1::FindCandidatesResponse response;
  Answer(target, &response);
  std::string bytes;
  for (auto _ : state) {
    response.SerializeToString(&bytes);
    benchmark::DoNotOptimize(bytes.data());
  }
}

BENCHMARK_CAPTURE(BM_BareScan, broad, true);
BENCHMARK_CAPTURE(BM_Search, broad, true);
BENCHMARK_CAPTURE(BM_Find, broad, true);
BENCHMARK_CAPTURE(BM_BareScan, narrow, false);
BENCHMARK_CAPTURE(BM_Search, narrow, false);
BENCHMARK_CAPTURE(BM_Find, narrow, false);
BENCHMARK(BM_EchoAnswer);

}  // namespace
}  // namespace bulian::match

BENCHMARK_MAIN();
