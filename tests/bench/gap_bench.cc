// AnalyzeGaps' work on a large cluster: the first analysis, one after an unrelated write, one after a touching write.
// Prints seconds, work counters and the ratio to a bare scan of the offers' columns in the same run, as JSON. Usage:
// gap_bench [enterprises] [capabilities each] [segments] [types]
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>

#include "bulian/v1/capability.pb.h"
#include "bulian/v1/chain.pb.h"
#include "bulian/v1/cluster.pb.h"
#include "bulian/v1/enterprise.pb.h"
#include "services/gap/analysis.h"
#include "services/gap/segment_need.h"
#include "services/model/snapshot.h"

namespace bulian::gap {
namespace {

constexpr int kSegmentsPerChain = 100;

struct Sizes {
  int enterprises = 100'000, capabilities = 5, segments = 1000, types = 1500;
};

double Now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

std::string TypeName(int type) { return "clusters/bench/capabilityTypes/t" + std::to_string(type); }

v1::Capability MakeCapability(int type, std::mt19937_64* random) {
  v1::Capability capability;
  capability.set_capability_type(TypeName(type));
  capability.set_level((*random)() % 4 == 0 ? v1::PILOT : v1::VOLUME);
  v1::Rate* total = capability.mutable_capacity()->mutable_total();
  total->set_value(static_cast<double>(1 + (*random)() % 1000));
  total->set_unit("H87");
  total->set_period(v1::MONTH);
  if ((*random)() % 2 == 0) capability.mutable_capacity()->set_free_share(0.5);
  v1::Attribute* width = capability.add_attributes();
  width->set_key("width");
  width->mutable_interval()->set_min(0.1 * static_cast<double>((*random)() % 10));
  width->mutable_interval()->set_max(2);
  capability.mutable_evidence()->set_state((*random)() % 2 == 0 ? v1::Evidence::VERIFIED : v1::Evidence::CLAIMED);
  capability.mutable_evidence()->mutable_date()->set_year(2026);
  capability.mutable_evidence()->mutable_date()->set_month(1);
  capability.mutable_evidence()->mutable_date()->set_day(1);
  return capability;
}

v1::Chain MakeChain(int chain, const Sizes& sizes) {
  v1::Chain message;
  for (int i = 0; i < kSegmentsPerChain; ++i) {
    v1::Segment* segment = message.add_segments();
    segment->set_segment_id("s" + std::to_string(i));
    segment->mutable_requirement()->set_capability_type(TypeName((chain * kSegmentsPerChain + i) % sizes.segments));
    v1::AttributeRequirement* width = segment->mutable_requirement()->add_attributes();
    width->set_key("width");
    width->mutable_interval()->set_min(0.5);
    width->mutable_interval()->set_max(1);
    v1::Rate* demand = segment->mutable_final_demand();
    demand->set_value(1e6);
    demand->set_unit("H87");
    demand->set_period(v1::YEAR);
    if (i == 0) continue;
    v1::Input* input = segment->add_inputs();
    input->set_segment("s" + std::to_string(i - 1));
    input->set_coefficient(0.5);
  }
  return message;
}

class Bench {
 public:
  explicit Bench(const Sizes& sizes) : sizes_(sizes) {
    v1::Cluster cluster;
    cluster.add_region_codes("330500");
    cluster.mutable_as_of()->set_year(2026);
    cluster.mutable_as_of()->set_month(6);
    cluster.mutable_as_of()->set_day(1);
    Load("clusters/bench", cluster);
    for (int t = 0; t < sizes.types; ++t) {
      v1::CapabilityType type;
      type.set_unit("H87");
      Load(TypeName(t), type);
    }
    for (int e = 0; e < sizes.enterprises; ++e) {
      v1::Enterprise enterprise;
      enterprise.mutable_display_name()->set_en("enterprise");
      enterprise.add_sites()->set_region_code(e % 5 == 0 ? "110000" : "330502");
      const std::string name = "clusters/bench/enterprises/e" + std::to_string(e);
      Load(name, enterprise);
      for (int c = 0; c < sizes.capabilities; ++c) {
        Load(name + "/capabilities/c" + std::to_string(c),
             MakeCapability(static_cast<int>(random_() % sizes.types), &random_));
      }
    }
    for (int c = 0; c < sizes.segments / kSegmentsPerChain; ++c) {
      Load("clusters/bench/chains/k" + std::to_string(c), MakeChain(c, sizes));
    }
    builder_.SetPosition({"bench", "0123456789abcdef", 1, 1, 0});
    builder_.TakeDelta();
  }

  model::SnapshotPtr Snapshot() { return builder_.Build(); }

  // A new version with one capability of a type written.
  std::pair<model::SnapshotPtr, model::Delta> Write(int type) {
    const std::string name = "clusters/bench/enterprises/e1/capabilities/c0";
    const std::string bytes = MakeCapability(type, &random_).SerializeAsString();
    const model::RecordChange change{name, bytes};
    builder_.Apply({"bench", "0123456789abcdef", 1, ++revision_, 0}, std::span(&change, 1), {});
    model::SnapshotPtr snapshot = builder_.Build();
    return {snapshot, builder_.TakeDelta()};
  }

 private:
  void Load(const std::string& name, const google::protobuf::Message& message) {
    builder_.Load(name, message.SerializeAsString(), 1);
  }
  Sizes sizes_;
  std::mt19937_64 random_{1};
  model::SnapshotBuilder builder_{"bench"};
  std::int64_t revision_ = 1;
};

// The floor: every offer's column read once, by type.
double ScanColumns(const model::Snapshot& snapshot, double* sum) {
  const double begin = Now();
  for (model::Row type = 0; type < snapshot.RowLimit(model::ResourceType::kCapabilityType); ++type) {
    snapshot.OffersOfType(type).ForEach([&](const model::OfferRef& ref) {
      const model::Offer& offer = *ref;
      if (offer.verified) *sum += offer.capacity;
    });
  }
  return Now() - begin;
}

void Print(const char* what, double seconds, const AnalysisWork& work, bool last = false) {
  std::printf("  \"%s\": {\"seconds\": %.6f, \"segments_recomputed\": %lld, \"offers_read\": %lld}%s\n", what, seconds,
              static_cast<long long>(work.segments_recomputed), static_cast<long long>(work.offers_read),
              last ? "" : ",");
}

int Run(const Sizes& sizes) {
  Bench bench(sizes);
  const int untouched = sizes.types - 1;  // a type no segment requires
  // e1's first capability starts outside all segments, so that the unrelated write replaces nothing that counts.
  bench.Write(untouched);
  const model::SnapshotPtr snapshot = bench.Snapshot();
  double sum = 0;
  const double scan = ScanColumns(*snapshot, &sum);
  double begin = Now();
  auto analysis = AnalyzeFromScratch(snapshot, snapshot->cluster().as_of);
  const double first = Now() - begin;
  std::printf("{\n  \"offers\": %zu, \"segments\": %d, \"gaps\": %zu,\n",
              snapshot->Count(model::ResourceType::kCapability), analysis->graph().size(), analysis->gaps().size());
  std::printf("  \"bare_scan_seconds\": %.6f, \"first_to_scan\": %.2f, \"checksum\": %.6g,\n", scan, first / scan, sum);
  Print("first", first, analysis->work());
  auto [unrelated, unrelated_changes] = bench.Write(untouched);
  begin = Now();
  analysis = AdvanceAnalysis(analysis, unrelated, unrelated_changes);
  Print("after_unrelated_write", Now() - begin, analysis->work());
  auto [touching, touching_changes] = bench.Write(0);
  begin = Now();
  analysis = AdvanceAnalysis(analysis, touching, touching_changes);
  Print("after_touching_write", Now() - begin, analysis->work(), true);
  std::printf("}\n");
  return 0;
}

}  // namespace
}  // namespace bulian::gap

int main(int argc, char** argv) {
  bulian::gap::Sizes sizes;
  int* const fields[] = {&sizes.enterprises, &sizes.capabilities, &sizes.segments, &sizes.types};
  for (int i = 1; i < argc && i <= 4; ++i) *fields[i - 1] = std::atoi(argv[i]);
  if (sizes.enterprises < 2 || sizes.capabilities < 1 || sizes.segments < 100 || sizes.types <= sizes.segments) {
    std::fprintf(stderr,
                 "gap_bench [enterprises >= 2] [capabilities each >= 1] [segments >= 100] [types > segments]\n");
    return 2;
  }
  return bulian::gap::Run(sizes);
}
