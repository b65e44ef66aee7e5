// What a snapshot costs: loading, applying commits of 1 000 random updates, scanning the offers of a type, finding
// names.
//
// The cluster has BULIAN_BENCH_ENTERPRISES (default 20 000) enterprises with five capabilities each, over 50 types; the
// counters of each run give rates, bytes per record and bytes copied per commit.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "bulian/v1/capability.pb.h"
#include "bulian/v1/enterprise.pb.h"
#include "services/model/snapshot.h"

namespace bulian::model {
namespace {

constexpr int kTypes = 50, kCapabilitiesEach = 5;

int Enterprises() {
  const char* text = std::getenv("BULIAN_BENCH_ENTERPRISES");
  return text == nullptr ? 20'000 : std::atoi(text);
}

std::string EnterpriseName(int e) { return "clusters/bench/enterprises/e" + std::to_string(1'000'000 + e); }
std::string CapabilityName(int e, int c) { return EnterpriseName(e) + "/capabilities/k" + std::to_string(c); }

std::string TypeBytes() {
  v1::CapabilityType type;
  type.set_uid("00000000-0000-4000-8000-000000000000");
  type.set_unit("H87");
  return type.SerializeAsString();
}

std::string EnterpriseBytes(int e) {
  v1::Enterprise enterprise;
  enterprise.set_uid("00000000-0000-4000-8000-000000000000");
  enterprise.set_kind(v1::Enterprise::COMPANY);
  enterprise.mutable_display_name()->set_zh("北部湾精密制造有限公司" + std::to_string(e));
  enterprise.set_uscc("9133" + std::to_string(10'000'000'000'000 + e));
  enterprise.add_industry_codes("C3983");
  enterprise.add_qualifications("HIGH_TECH");
  auto* site = enterprise.add_sites();
  site->set_site_id("main");
  site->set_region_code(std::to_string(330100 + e % 12 * 100));
  site->set_address("Road " + std::to_string(e % 1000));
  enterprise.mutable_create_time()->set_seconds(1'700'000'000);
  enterprise.mutable_update_time()->set_seconds(1'700'000'000);
  return enterprise.SerializeAsString();
}

std::string CapabilityBytes(int e, int c, double capacity) {
  v1::Capability capability;
  capability.set_uid("00000000-0000-4000-8000-000000000000");
  capability.set_capability_type("clusters/bench/capabilityTypes/t" + std::to_string((e * 7 + c * 11) % kTypes));
  capability.set_level(v1::VOLUME);
  auto* total = capability.mutable_capacity()->mutable_total();
  total->set_value(capacity);
  total->set_unit("H87");
  total->set_period(v1::MONTH);
  capability.mutable_capacity()->set_free_share(0.25);
  capability.set_lead_time_days(30);
  auto* width = capability.add_attributes();
  width->set_key("line_width");
  width->mutable_interval()->set_min(0.1 * (e % 10));
  width->mutable_interval()->set_max(5);
  width->mutable_interval()->set_unit("4H");
  auto* material = capability.add_attributes();
  material->set_key("material");
  material->mutable_words()->add_words("silicon");
  capability.add_certificates()->set_scheme("ISO_9001");
  capability.mutable_evidence()->set_state(v1::Evidence::VERIFIED);
  capability.mutable_evidence()->mutable_date()->set_year(2026);
  capability.mutable_evidence()->mutable_date()->set_month(6);
  capability.mutable_evidence()->mutable_date()->set_day(1);
  capability.mutable_create_time()->set_seconds(1'700'000'000);
  capability.mutable_update_time()->set_seconds(1'700'000'000);
  return capability.SerializeAsString();
}

// The records of the cluster in the order of a scan, in one buffer, as a store hands them out.
class Records {
 public:
  explicit Records(int enterprises) {
    for (int t = 0; t < kTypes; ++t) Add("clusters/bench/capabilityTypes/t" + std::to_string(t), TypeBytes());
    for (int e = 0; e < enterprises; ++e) {
      Add(EnterpriseName(e), EnterpriseBytes(e));
      for (int c = 0; c < kCapabilitiesEach; ++c) Add(CapabilityName(e, c), CapabilityBytes(e, c, 1000 + e % 100));
    }
  }
  template <class Visit>
  void ForEach(const Visit& visit) const {
    std::size_t at = 0;
    for (std::size_t i = 0; i < ends_.size(); i += 2) {
      visit(std::string_view(text_).substr(at, ends_[i] - at),
            std::string_view(text_).substr(ends_[i], ends_[i + 1] - ends_[i]));
      at = ends_[i + 1];
    }
  }
  std::size_t count() const { return ends_.size() / 2; }
  std::size_t bytes() const { return text_.size(); }

 private:
  void Add(const std::string& name, const std::string& value) {
    ends_.push_back((text_ += name).size());
    ends_.push_back((text_ += value).size());
  }
  std::string text_;
  std::vector<std::size_t> ends_;
};

const Records& TheRecords() {
  static const Records* records = new Records(Enterprises());
  return *records;
}

SnapshotPosition At(std::int64_t revision) { return {"bench", "uid", 1, revision, revision}; }

SnapshotPtr Load() {
  SnapshotBuilder builder("bench");
  TheRecords().ForEach([&](std::string_view name, std::string_view value) { builder.Load(name, value, 1); });
  builder.SetPosition(At(1));
  return builder.Build();
}

const SnapshotPtr& Loaded() {
  static const SnapshotPtr* snapshot = new SnapshotPtr(Load());
  return *snapshot;
}

// The ceiling of loading: every record parsed into a fresh message, as a server without indexes would hold them.
void BM_BareParse(benchmark::State& state) {
  TheRecords();
  for (auto _ : state)
    TheRecords().ForEach([](std::string_view name, std::string_view value) {
      const bool capability = name.find("/capabilities/") != std::string_view::npos;
      v1::Capability as_capability;
      v1::Enterprise as_enterprise;
      google::protobuf::Message& message =
          capability ? static_cast<google::protobuf::Message&>(as_capability) : as_enterprise;
      benchmark::DoNotOptimize(message.ParseFromArray(value.data(), static_cast<int>(value.size())));
    });
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(TheRecords().count()));
}
BENCHMARK(BM_BareParse)->Unit(benchmark::kMillisecond);

void BM_Load(benchmark::State& state) {
  TheRecords();
  for (auto _ : state) {
    SnapshotPtr snapshot = Load();
    state.PauseTiming();
    snapshot.reset();
    state.ResumeTiming();
  }
  const auto count = static_cast<double>(TheRecords().count());
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(TheRecords().count()));
  state.counters["record_bytes"] = static_cast<double>(TheRecords().bytes()) / count;
  state.counters["bytes_per_enterprise"] = static_cast<double>(Loaded()->TotalBytes()) / Enterprises();
}
BENCHMARK(BM_Load)->Unit(benchmark::kMillisecond);

// A commit of 1 000 random updates on a builder whose last version a reader holds, and its publication.
void BM_Apply1000Updates(benchmark::State& state) {
  Loaded();
  SnapshotBuilder builder(Loaded());
  SnapshotPtr current = builder.Build();
  std::mt19937 random(7);
  std::int64_t revision = 1;
  std::size_t copied = 0;
  for (auto _ : state) {
    state.PauseTiming();
    std::vector<std::string> names, values;
    for (int i = 0; i < 1000; ++i) {
      const int e = static_cast<int>(random() % static_cast<unsigned>(Enterprises())), c = i % kCapabilitiesEach;
      names.push_back(CapabilityName(e, c));
      values.push_back(CapabilityBytes(e, c, static_cast<double>(random() % 100'000)));
    }
    std::vector<RecordChange> changes;
    for (std::size_t i = 0; i < names.size(); ++i) changes.push_back({names[i], values[i]});
    state.ResumeTiming();
    builder.Apply(At(++revision), changes);
    SnapshotPtr next = builder.Build();
    builder.TakeDelta();
    std::swap(current, next);
    state.PauseTiming();
    copied += current->UnsharedBytes(*next);
    state.ResumeTiming();
    next.reset();  // the last reader of the version before goes
  }
  state.counters["copied_bytes"] = static_cast<double>(copied) / static_cast<double>(state.iterations());
}
BENCHMARK(BM_Apply1000Updates)->Unit(benchmark::kMicrosecond);

// The columns of 100 000 offers of a type (or all there are), summed.
void BM_ScanOffers(benchmark::State& state) {
  const Snapshot& snapshot = *Loaded();
  std::int64_t scanned = 0;
  for (auto _ : state) {
    double capacity = 0;
    std::size_t left = 100'000;
    for (int t = 0; t < kTypes && left > 0; ++t) {
      const Row type = snapshot.Find(ResourceType::kCapabilityType, "capabilityTypes/t" + std::to_string(t));
      snapshot.OffersOfType(type).ForEach([&](const OfferRef& offer) {
        if (left == 0) return;
        --left;
        if (offer->level >= v1::VOLUME && offer->verified)
          capacity += offer->capacity * static_cast<double>(offer->free_share);
      });
    }
    benchmark::DoNotOptimize(capacity);
    scanned += static_cast<std::int64_t>(100'000 - left);
  }
  state.SetItemsProcessed(scanned);
}
BENCHMARK(BM_ScanOffers)->Unit(benchmark::kMicrosecond);

void BM_FindName(benchmark::State& state) {
  const Snapshot& snapshot = *Loaded();
  std::mt19937 random(7);
  std::vector<std::string> names;
  for (int i = 0; i < 10'000; ++i)
    names.push_back(
        CapabilityName(static_cast<int>(random() % static_cast<unsigned>(Enterprises())), i % kCapabilitiesEach));
  std::size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(snapshot.Find(ResourceType::kCapability, names[i++ % names.size()]));
}
BENCHMARK(BM_FindName);

// A branch that changes one record: the cost of a what-if.
void BM_BranchAndChangeOne(benchmark::State& state) {
  const std::string name = CapabilityName(1, 1), value = CapabilityBytes(1, 1, 5);
  for (auto _ : state) {
    SnapshotBuilder branch(Loaded());
    const RecordChange change{name, value};
    branch.Apply(At(2), std::span(&change, 1));
    benchmark::DoNotOptimize(branch.Build());
  }
}
BENCHMARK(BM_BranchAndChangeOne)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace bulian::model

BENCHMARK_MAIN();
