// What ranking potential candidates costs: time and memory to build the model, to bring it up to date after a commit,
// and CPU per call of the top 20 against serialising and parsing the same answer, for a type asked for the first time
// and for one asked for again.
//
//   potential_bench [--enterprises=100000] [--types=10000] [--capabilities=10]   (the last one per enterprise)
#include <sys/resource.h>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fstream>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "bulian/v1/capability.pb.h"
#include "bulian/v1/cluster.pb.h"
#include "bulian/v1/enterprise.pb.h"
#include "bulian/v1/match.pb.h"
#include "services/match/find.h"
#include "services/match/report.h"
#include "services/model/snapshot.h"

namespace bulian::match {
namespace {

struct Size {
  int enterprises = 100'000, types = 10'000, capabilities = 10;
};

const std::string kCluster = "clusters/bench";
constexpr int kTypesOfTrade = 40;  // a trade makes and names alike things

double Seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }
double CpuSeconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

// Of this process now, and at most so far, in GB.
double ResidentGb() {
  std::ifstream file("/proc/self/statm");
  long pages = 0, resident = 0;
  file >> pages >> resident;
  return static_cast<double>(resident) * 4096 / 1e9;
}
double PeakGb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) * 1024 / 1e9;
}

// Two characters of their own for each trade, one for each of its goods.
std::string Character(int number) {
  const char32_t code = 0x4E00 + static_cast<char32_t>(number % 6000);
  return {static_cast<char>(0xE0 | (code >> 12)), static_cast<char>(0x80 | ((code >> 6) & 0x3F)),
          static_cast<char>(0x80 | (code & 0x3F))};
}
std::string TradeName(int trade) { return Character(trade * 7) + Character(trade * 13 + 1); }
std::string TypeId(int type) { return "t" + std::to_string(1'000'000 + type); }
std::string EnterpriseId(int enterprise) { return "e" + std::to_string(10'000'000 + enterprise); }

class World {
 public:
  explicit World(const Size& size) : size_(size), trades_(std::max(1, size.types / kTypesOfTrade)) {
    model::SnapshotBuilder builder("bench");
    v1::Cluster cluster;
    cluster.add_region_codes("500109");
    builder.Load(kCluster, cluster.SerializeAsString(), 1);
    for (int type = 0; type < size.types; ++type) {
      v1::CapabilityType record;
      record.set_kind(v1::CapabilityType::PRODUCT);
      record.mutable_display_name()->set_zh(TradeName(type % trades_) + Character(type / trades_ * 11 + 3) +
                                            Character(type * 17 + 5));
      builder.Load(kCluster + "/capabilityTypes/" + TypeId(type), record.SerializeAsString(), 1);
    }
    for (int e = 0; e < size.enterprises; ++e) AddEnterprise(e, &builder);
    builder.SetPosition({"bench", "uid", 1, 1, 0});
    snapshot_ = builder.Build();
  }

  const model::SnapshotPtr& snapshot() const { return snapshot_; }

  // The same with one capability more.
  model::SnapshotPtr Changed(model::Delta* changes) const {
    model::SnapshotBuilder builder(snapshot_);
    v1::Capability capability;
    capability.set_capability_type(kCluster + "/capabilityTypes/" + TypeId(0));
    const std::string name = kCluster + "/enterprises/" + EnterpriseId(1) + "/capabilities/new";
    const std::string bytes = capability.SerializeAsString();
    const std::vector<model::RecordChange> change = {{name, bytes}};
    builder.Apply({"bench", "uid", 1, 2, 0}, change);
    *changes = builder.TakeDelta();
    return builder.Build();
  }

 private:
  void AddEnterprise(int e, model::SnapshotBuilder* builder) {
    const int trade = static_cast<int>(random_() % static_cast<unsigned>(trades_));
    v1::Enterprise record;
    record.set_kind(v1::Enterprise::COMPANY);
    record.mutable_display_name()->set_zh(TradeName(trade) + Character(e * 19) + "有限公司");
    record.add_industry_codes("C" + std::to_string(13 + trade % 30));
    const std::string name = kCluster + "/enterprises/" + EnterpriseId(e);
    builder->Load(name, record.SerializeAsString(), 1);
    for (int c = 0; c < size_.capabilities; ++c) {
      // Seldom of another trade; the first goods of a trade are made most.
      const int of = random_() % 8 == 0 ? static_cast<int>(random_() % static_cast<unsigned>(trades_)) : trade;
      const double drawn = static_cast<double>(random_() % 1000) / 1000;
      const int type = std::min(size_.types - 1, static_cast<int>(drawn * drawn * kTypesOfTrade) * trades_ + of);
      v1::Capability capability;
      capability.set_capability_type(kCluster + "/capabilityTypes/" + TypeId(type));
      builder->Load(name + "/capabilities/k" + std::to_string(c), capability.SerializeAsString(), 1);
    }
  }

  const Size size_;
  const int trades_;
  std::mt19937 random_{1};
  model::SnapshotPtr snapshot_;
};

void Answer(const World& world, const std::shared_ptr<const PotentialModel>& model, int type,
            const EnterpriseCensus& census, v1::FindCandidatesResponse* response) {
  v1::Requirement requirement;
  requirement.set_capability_type(kCluster + "/capabilityTypes/" + TypeId(type));
  model::Violations violations;
  Target target = MakeTarget(*world.snapshot(), requirement, "requirement", &violations);
  target.as_of = 20780;
  target.weights = NormaliseWeights(nullptr, v1::RankingWeights(), "weights", &violations);
  FindQuery query;
  query.target = &target;
  query.snapshot = query.model_records = world.snapshot();
  query.held = false;
  query.potential = query.outside = true;
  query.census = &census;
  query.model = model;
  query.ranking = model->Rank(target.type);
  const Found found = Find(query);
  Reporter(&query, &found).FillPage(response->mutable_candidates());
}

void Calls(const World& world, const std::shared_ptr<const PotentialModel>& model, const Size& size) {
  constexpr int kFirst = 64, kAgain = 200, kEchoes = 200;
  const EnterpriseCensus census = TakeCensus(*world.snapshot());
  v1::FindCandidatesResponse response;
  double begin = CpuSeconds();
  for (int i = 0; i < kFirst; ++i) {
    response.Clear();
    Answer(world, model, i * (size.types / kFirst), census, &response);
  }
  const double first = (CpuSeconds() - begin) / kFirst;
  begin = CpuSeconds();
  for (int i = 0; i < kAgain; ++i) {
    response.Clear();
    Answer(world, model, (kFirst - 1) * (size.types / kFirst), census, &response);
  }
  const double again = (CpuSeconds() - begin) / kAgain;
  std::string bytes;
  begin = CpuSeconds();
  for (int i = 0; i < kEchoes; ++i) {
    response.SerializeToString(&bytes);
    response.ParseFromString(bytes);
  }
  const double echo = (CpuSeconds() - begin) / kEchoes;
  std::printf("top 20 of a type, first time: %.2f ms CPU, %.0f x an echo of its %zu bytes (%.3f ms)\n", first * 1e3,
              first / echo, bytes.size(), echo * 1e3);
  std::printf("the same type again: %.2f ms CPU, %.0f x\n", again * 1e3, again / echo);
}

void Run(const Size& size) {
  const World world(size);
  std::printf("%d enterprises, %d types, %zu capabilities: snapshot %.2f GB\n", size.enterprises, size.types,
              world.snapshot()->Count(model::ResourceType::kCapability), ResidentGb());
  const double before = ResidentGb();
  double begin = Seconds(), cpu = CpuSeconds();
  const auto model = PotentialModel::Build(*world.snapshot());
  std::printf("model with learning: %.1f s, %.1f s CPU, %.2f GB more, peak %.2f GB; %zu + %zu lists\n",
              Seconds() - begin, CpuSeconds() - cpu, ResidentGb() - before, PeakGb(), model->lesson().warm.lectures,
              model->lesson().cold.lectures);
  std::fflush(stdout);
  Calls(world, model, size);
  model::Delta changes;
  const model::SnapshotPtr next = world.Changed(&changes);
  begin = Seconds(), cpu = CpuSeconds();
  const auto advanced = PotentialModel::Advance(model, *next, changes);
  std::printf("model after one commit, in the background: %.1f s, %.1f s CPU; weights %s; peak %.2f GB\n",
              Seconds() - begin, CpuSeconds() - cpu, advanced->lesson_revision() == 1 ? "kept" : "learned anew",
              PeakGb());
}

}  // namespace
}  // namespace bulian::match

int main(int argc, char** argv) {
  bulian::match::Size size;
  for (int i = 1; i < argc; ++i) {
    const std::string_view flag = argv[i];
    const std::size_t at = flag.find('=');
    int* const value = flag.starts_with("--enterprises=")    ? &size.enterprises
                       : flag.starts_with("--types=")        ? &size.types
                       : flag.starts_with("--capabilities=") ? &size.capabilities
                                                             : nullptr;
    if (value == nullptr ||
        std::from_chars(flag.data() + at + 1, flag.data() + flag.size(), *value).ec != std::errc() || *value < 1) {
      std::fprintf(stderr, "usage: potential_bench [--enterprises=N] [--types=N] [--capabilities=N]\n");
      return 2;
    }
  }
  bulian::match::Run(size);
  return 0;
}
