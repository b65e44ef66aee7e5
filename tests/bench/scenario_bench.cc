// EvaluateScenario's work on the load generator's cluster, without a server: making a branch of the snapshot, bringing
// the analysis up to it and telling what differs, against the same on a full copy, which is loaded from the stored
// records in memory and analysed from scratch. Prints CPU seconds of each part, bytes a branch has of its own and their
// ratios, as JSON; `equal`: both told the same. Usage: scenario_bench [enterprises] [capabilities each] [segments]
// [types] [links]
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include "services/gap/analysis.h"
#include "services/gap/segment_need.h"
#include "services/scenario/branch_service.h"
#include "services/scenario/evaluation.h"
#include "tests/harness/synthetic_snapshot.h"

namespace bulian::scenario {
namespace {

constexpr int kRounds = 3;

double Now() {
  std::timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

double Median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

// CPU seconds of the parts of one evaluation, and what it told.
struct Run {
  double copy = 0, change = 0, analyse = 0, tell = 0;
  std::size_t own_bytes = 0;
  std::string told;
  double whole() const { return copy + change + analyse + tell; }
};

class Bench {
 public:
  explicit Bench(const loadgen::SyntheticOptions& options)
      : synthetic_(options),
        records_(harness::RecordsOf(synthetic_)),
        base_(harness::SnapshotOf(synthetic_, records_)),
        before_(gap::AnalyzeFromScratch(base_, base_->cluster().as_of)),
        families_(harness::AllFamilies()) {}

  int Print() {
    std::printf("{\n  \"offers\": %zu, \"segments\": %d, \"gaps\": %zu, \"whole_bytes\": %zu,\n",
                base_->Count(model::ResourceType::kCapability), before_->graph().size(), before_->gaps().size(),
                base_->TotalBytes());
    PrintOne("unrelated_offer_replaced", {Offer(1, synthetic_.options().types - 1)}, "");
    PrintOne("offer_of_a_segment_replaced", {Offer(1, synthetic_.SegmentType(0))}, "");
    PrintOne("enterprise_stopped", {Stop(2)}, "");
    PrintOne("demand_of_a_chain_scaled", {Scale()}, "");
    PrintOne("a_hundred_offers_replaced", Offers(100), "");
    PrintOne("with_candidates_of_a_segment", {Offer(1, synthetic_.SegmentType(0))}, synthetic_.SegmentName(0), true);
    std::printf("}\n");
    return 0;
  }

 private:
  v1::ScenarioChange Offer(std::int64_t enterprise, std::int64_t type) const {
    v1::ScenarioChange change;
    v1::Capability* offer = change.mutable_put()->mutable_capability();
    offer->set_name(synthetic_.EnterpriseName(enterprise) + "/capabilities/c0");
    offer->set_capability_type(synthetic_.TypeName(type));
    offer->set_site("main");
    offer->set_level(v1::VOLUME);
    offer->mutable_capacity()->mutable_total()->set_value(500);
    offer->mutable_capacity()->mutable_total()->set_unit("H87");
    offer->mutable_capacity()->mutable_total()->set_period(v1::MONTH);
    return change;
  }
  std::vector<v1::ScenarioChange> Offers(int count) const {
    std::vector<v1::ScenarioChange> changes;
    for (int i = 0; i < count; ++i)
      changes.push_back(Offer(i * 17 % synthetic_.options().enterprises, synthetic_.SegmentType(i)));
    return changes;
  }
  v1::ScenarioChange Stop(std::int64_t enterprise) const {
    v1::ScenarioChange change;
    change.set_stop_enterprise(synthetic_.EnterpriseName(enterprise));
    return change;
  }
  v1::ScenarioChange Scale() const {
    v1::ScenarioChange change;
    const std::string segment = synthetic_.SegmentName(0);
    change.mutable_scale_demand()->set_name(segment.substr(0, segment.find("/segments/")));
    change.mutable_scale_demand()->set_factor(1.5);
    return change;
  }

  // Of the base, or of a full copy of it.
  Run Evaluated(const std::vector<v1::ScenarioChange>& changes, const std::string& match_for, bool copy) const {
    Run run;
    double at = Now();
    const auto lap = [&] {
      const double now = Now(), seconds = now - at;
      at = now;
      return seconds;
    };
    const model::SnapshotPtr start = copy ? harness::SnapshotOf(synthetic_, records_) : base_;
    run.copy = lap();
    Branch branch(start, families_.get());
    model::Violations violations;
    for (std::size_t i = 0; i < changes.size(); ++i) branch.Make(changes[i], static_cast<int>(i), &violations);
    if (!violations.empty()) std::abort();
    run.change = lap();
    const gap::AnalysisPtr after =
        copy ? gap::AnalyzeFromScratch(branch.snapshot(), before_->as_of())
             : AdvanceToBranch(before_, branch.snapshot(), before_->as_of(), branch.TakeDelta());
    run.analyse = lap();
    v1::EvaluateScenarioRequest request;
    if (!match_for.empty()) request.add_match_for(match_for);
    v1::EvaluateScenarioResponse answer;
    if (!Evaluate({before_, after}, request, StandardEvaluators(), {}, &answer).ok()) std::abort();
    run.tell = lap();
    run.own_bytes = branch.snapshot()->UnsharedBytes(*base_);
    run.told = answer.SerializeAsString();
    return run;
  }

  void PrintOne(const char* what, const std::vector<v1::ScenarioChange>& changes, const std::string& match_for,
                bool last = false) const {
    std::vector<double> wholes, change, analyse, tell;
    Run branch;
    for (int i = 0; i < kRounds; ++i) {
      branch = Evaluated(changes, match_for, false);
      wholes.push_back(branch.whole());
      change.push_back(branch.change);
      analyse.push_back(branch.analyse);
      tell.push_back(branch.tell);
    }
    const Run copy = Evaluated(changes, match_for, true);
    const double whole = Median(wholes);
    std::printf("  \"%s\": {\"cpu_seconds\": %.6f, \"change\": %.6f, \"analyse\": %.6f, \"tell\": %.6f,\n", what, whole,
                Median(change), Median(analyse), Median(tell));
    std::printf("    \"copy_cpu_seconds\": %.3f, \"copy_load\": %.3f, \"copy_analyse\": %.3f,\n", copy.whole(),
                copy.copy, copy.analyse);
    std::printf("    \"copy_to_branch\": %.1f, \"analysis_from_scratch_to_branch\": %.1f, \"own_bytes\": %zu,\n",
                copy.whole() / whole, (copy.whole() - copy.copy) / whole, branch.own_bytes);
    std::printf(
        "    \"whole_to_own_bytes\": %.0f, \"equal\": %s}%s\n",
        static_cast<double>(base_->TotalBytes()) / static_cast<double>(std::max<std::size_t>(branch.own_bytes, 1)),
        branch.told == copy.told ? "true" : "false", last ? "" : ",");
  }

  const loadgen::Synthetic synthetic_;
  const harness::StoredRecords records_;
  const model::SnapshotPtr base_;
  const gap::AnalysisPtr before_;
  const std::shared_ptr<const resource::Families> families_;
};

}  // namespace
}  // namespace bulian::scenario

int main(int argc, char** argv) {
  bulian::loadgen::SyntheticOptions options;
  options.enterprises = 20'000;
  options.segments = 20;
  options.types = 2000;
  options.links = 2000;
  std::int64_t* const fields[] = {&options.enterprises, &options.capabilities_each, &options.segments, &options.types,
                                  &options.links};
  for (int i = 1; i < argc && i <= 5; ++i) *fields[i - 1] = std::atoll(argv[i]);
  if (options.enterprises < 2 || options.capabilities_each < 1 || options.segments < 10 ||
      options.types <= options.segments) {
    std::fprintf(stderr,
                 "scenario_bench [enterprises >= 2] [capabilities each >= 1] [segments >= 10] [types > segments] "
                 "[links]\n");
    return 2;
  }
  return bulian::scenario::Bench(options).Print();
}
