// What FindCandidates costs without the network: the whole answer of 20 candidates against a bare scan of the columns
// of the same offers, and against serialising and parsing the answer. Machine-independent is the ratio of two lines.
//
// BULIAN_BENCH_ENTERPRISES (default 100 000) enterprises with five capabilities each; the broad type has a tenth of the
// enterprises, the narrow one a thousandth.
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

constexpr int kCapabilitiesEach = 5;
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
  capability.mutable_evidence()->set_state(v1::Evidence::CLAIMED);
  return capability.SerializeAsString();
}

struct World {
  model::SnapshotPtr snapshot;
  std::vector<model::Row> alliances;

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
    for (const char* id : {"broad", "narrow"}) builder.Load(TypeName(id), type_bytes, 1);
    for (int i = 0; i < 200; ++i) builder.Load(TypeName("t" + std::to_string(i)), type_bytes, 1);
    for (int e = 0; e < enterprises; ++e) {
      const std::string name = kCluster + "/enterprises/e" + std::to_string(10'000'000 + e);
      builder.Load(name, EnterpriseBytes(e, &random), 1);
      for (int c = 0; c < kCapabilitiesEach; ++c) {
        std::string id = "t" + std::to_string(random() % 200);
        if (c == 0 && e % 10 == 3) id = "broad";
        if (c == 0 && e % 1000 == 7) id = "narrow";
        builder.Load(name + "/capabilities/k" + std::to_string(c), CapabilityBytes(TypeName(id), &random), 1);
      }
    }
    builder.SetPosition({"bench", "uid", 1, 1, 0});
    snapshot = builder.Build();
    alliances = AlliancesOf(*snapshot);
  }
};

const World& TheWorld() {
  static const World* const world = new World();
  return *world;
}

Target TargetOf(const std::string& type) {
  v1::Requirement requirement;
  requirement.set_capability_type(TypeName(type));
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
  query.alliances = TheWorld().alliances;
  const Found found = Find(query);
  Reporter reporter(&query, &found);
  for (const Entry& entry : found.page) reporter.Fill(entry, response->add_candidates());
  response->set_candidate_count(static_cast<int>(found.count));
}

void BM_Find(benchmark::State& state, const char* type) {
  const Target target = TargetOf(type);
  v1::FindCandidatesResponse response;
  for (auto _ : state) {
    response.Clear();
    Answer(target, &response);
  }
  state.counters["offers"] = static_cast<double>(TheWorld().snapshot->OffersOfType(target.type).size());
  state.counters["candidates"] = response.candidate_count();
  state.counters["bytes"] = static_cast<double>(response.ByteSizeLong());
}

// Every column a search needs, summed.
void BM_BareScan(benchmark::State& state, const char* type) {
  const model::Snapshot& snapshot = *TheWorld().snapshot;
  const model::Row row = TargetOf(type).type;
  for (auto _ : state) {
    double sum = 0;
    snapshot.OffersOfType(row).ForEach([&](model::Row capability) {
      const model::Offer& offer = snapshot.offer(capability);
      sum += offer.capacity + static_cast<double>(offer.free_share) + offer.level + offer.region + offer.valid_until;
    });
    benchmark::DoNotOptimize(sum);
  }
}

// The part of an echo that is not the network's.
void BM_EchoAnswer(benchmark::State& state) {
  const Target target = TargetOf("narrow");
  v1::FindCandidatesResponse response;
  Answer(target, &response);
  std::string bytes;
  for (auto _ : state) {
    response.SerializeToString(&bytes);
    benchmark::DoNotOptimize(bytes.data());
  }
}

BENCHMARK_CAPTURE(BM_BareScan, broad, "broad");
BENCHMARK_CAPTURE(BM_Find, broad, "broad");
BENCHMARK_CAPTURE(BM_BareScan, narrow, "narrow");
BENCHMARK_CAPTURE(BM_Find, narrow, "narrow");
BENCHMARK(BM_EchoAnswer);

}  // namespace
}  // namespace bulian::match

BENCHMARK_MAIN();
