// AnalyzeGaps' work on the load generator's cluster, without a server: the first analysis, one after an unrelated
// write, one after a write to a narrow type and one after a write to a broad type (with the defaults 1 000 and 100 000
// offers), each beside the same from scratch. Prints CPU seconds, work counters, memory and the ratio to a bare scan of
// the offers' columns in the same run, as JSON. Usage: gap_bench [enterprises] [capabilities each] [segments] [types]
// [links]
#include <malloc.h>
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <string>
#include <utility>

#include "bulian/v1/capability.pb.h"
#include "bulian/v1/exchange.pb.h"
#include "services/gap/analysis.h"
#include "services/gap/report.h"
#include "services/gap/segment_need.h"
#include "services/model/snapshot.h"
#include "tools/loadgen/synthetic.h"

namespace bulian::gap {
namespace {

double Now() {
  std::timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

double HeapMegabytes() {
  const auto info = mallinfo2();
  return static_cast<double>(info.uordblks + info.hblkhd) / 1e6;
}

double PeakMegabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1e3;
}

class Bench {
 public:
  explicit Bench(const loadgen::SyntheticOptions& options) : synthetic_(options), builder_(options.cluster) {
    v1::ImportRecord record;
    for (std::int64_t i = 0; i < synthetic_.record_count(); ++i) {
      synthetic_.Record(i, &record);
      Load(&record);
    }
    builder_.SetPosition({options.cluster, "0123456789abcdef", 1, 1, 0});
    builder_.TakeDelta();
  }

  const loadgen::Synthetic& synthetic() const { return synthetic_; }
  model::SnapshotPtr Snapshot() { return builder_.Build(); }

  // A new version where the first capability of enterprise 1 is of another type.
  std::pair<model::SnapshotPtr, model::Delta> Write(std::int64_t type) {
    const std::string name = synthetic_.EnterpriseName(1) + "/capabilities/c0";
    v1::Capability capability;
    capability.set_capability_type(synthetic_.TypeName(type));
    capability.set_site("main");
    capability.set_level(v1::VOLUME);
    capability.mutable_capacity()->mutable_total()->set_value(static_cast<double>(100 * ++revision_));
    capability.mutable_capacity()->mutable_total()->set_unit("H87");
    capability.mutable_capacity()->mutable_total()->set_period(v1::MONTH);
    const std::string bytes = capability.SerializeAsString();
    const model::RecordChange change{name, bytes};
    builder_.Apply({synthetic_.options().cluster, "0123456789abcdef", 1, revision_, 0}, std::span(&change, 1));
    model::SnapshotPtr snapshot = builder_.Build();
    return {snapshot, builder_.TakeDelta()};
  }

 private:
  void Load(v1::ImportRecord* record) {
    const google::protobuf::FieldDescriptor* field =
        record->GetReflection()->GetOneofFieldDescriptor(*record, record->GetDescriptor()->oneof_decl(0));
    google::protobuf::Message* message = record->GetReflection()->MutableMessage(record, field);
    const google::protobuf::FieldDescriptor* name_field = message->GetDescriptor()->FindFieldByName("name");
    const std::string name = message->GetReflection()->GetString(*message, name_field);
    message->GetReflection()->ClearField(message, name_field);
    builder_.Load(name, message->SerializeAsString(), 1);
  }

  loadgen::Synthetic synthetic_;
  model::SnapshotBuilder builder_;
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

void Print(const char* what, double seconds, const AnalysisWork& work) {
  std::printf("  \"%s\": {\"cpu_seconds\": %.6f, \"segments_recomputed\": %lld, \"offers_read\": %lld},\n", what,
              seconds, static_cast<long long>(work.segments_recomputed), static_cast<long long>(work.offers_read));
}

// Of every gap and assessment as answered: equal digests, equal answers.
std::size_t DigestOf(const ClusterAnalysis& analysis) {
  std::string text;
  std::size_t digest = 0;
  const auto add = [&](const google::protobuf::Message& message) {
    text = message.SerializeAsString();
    digest = digest * 31 + std::hash<std::string>()(text);
  };
  for (const GapRef& ref : analysis.gaps()) {
    v1::Gap gap;
    FillGap(analysis, ref, &gap);
    add(gap);
  }
  for (int i = 0; i < analysis.graph().size(); ++i) {
    v1::SegmentAssessment assessment;
    FillAssessment(analysis, i, &assessment);
    add(assessment);
  }
  return digest;
}

int Run(const loadgen::SyntheticOptions& options) {
  Bench bench(options);
  const std::int64_t untouched = options.types - 1;  // a type no segment requires
  // The capability that is written starts outside all segments, so that the unrelated write replaces nothing that
  // counts.
  bench.Write(untouched);
  const model::SnapshotPtr snapshot = bench.Snapshot();
  double sum = 0;
  const double scan = ScanColumns(*snapshot, &sum);
  const double heap = HeapMegabytes(), peak = PeakMegabytes();
  double begin = Now();
  auto analysis = AnalyzeFromScratch(snapshot, snapshot->cluster().as_of);
  const double first = Now() - begin;
  std::printf("{\n  \"offers\": %zu, \"segments\": %d, \"gaps\": %zu,\n",
              snapshot->Count(model::ResourceType::kCapability), analysis->graph().size(), analysis->gaps().size());
  std::printf("  \"heap_megabytes\": %.1f, \"peak_megabytes\": %.1f,\n", HeapMegabytes() - heap,
              PeakMegabytes() - peak);
  std::printf("  \"bare_scan_cpu_seconds\": %.6f, \"first_to_scan\": %.2f, \"checksum\": %.6g,\n", scan, first / scan,
              sum);
  Print("first", first, analysis->work());
  std::printf("  \"digest\": \"%zx\",\n", DigestOf(*analysis));
  // Against all computed anew from the same snapshot.
  const auto advance = [&](const char* what, std::int64_t type, bool last = false) {
    const auto [next, changes] = bench.Write(type);
    begin = Now();
    analysis = AdvanceAnalysis(analysis, next, changes);
    const double advanced = Now() - begin;
    begin = Now();
    const auto anew = AnalyzeFromScratch(next, next->cluster().as_of);
    const double scratch = Now() - begin;
    Print(what, advanced, analysis->work());
    std::printf("  \"%s_times_faster_than_from_scratch\": %.1f, \"%s_equal\": %s%s\n", what, scratch / advanced, what,
                DigestOf(*analysis) == DigestOf(*anew) ? "true" : "false", last ? "" : ",");
  };
  advance("after_unrelated_write", untouched);
  advance("after_narrow_write", bench.synthetic().SegmentType(0));
  bench.Write(untouched);
  analysis = AnalyzeFromScratch(bench.Snapshot(), snapshot->cluster().as_of);
  advance("after_broad_write", bench.synthetic().SegmentType(9), true);
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
  options.links = 10'000;
  std::int64_t* const fields[] = {&options.enterprises, &options.capabilities_each, &options.segments, &options.types,
                                  &options.links};
  for (int i = 1; i < argc && i <= 5; ++i) *fields[i - 1] = std::atoll(argv[i]);
  if (options.enterprises < 2 || options.capabilities_each < 1 || options.segments < 10 ||
      options.types <= options.segments) {
    std::fprintf(stderr,
                 "gap_bench [enterprises >= 2] [capabilities each >= 1] [segments >= 10] [types > segments] [links]\n");
    return 2;
  }
  return bulian::gap::Run(options);
}
