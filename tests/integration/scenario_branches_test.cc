// A thousand scenarios of one sizeable cluster held at once, by bytes counted: what they share with the state they
// began with, and that this state stays as it was. Over the rooms scenario, gap, resource and model.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "services/gap/segment_need.h"
#include "services/model/snapshot_dump.h"
#include "services/scenario/branch_service.h"
#include "services/scenario/evaluation.h"
#include "tests/harness/synthetic_snapshot.h"

namespace bulian::scenario {
namespace {

constexpr int kBranches = 1000, kThreads = 4;

loadgen::SyntheticOptions Sizeable() {
  loadgen::SyntheticOptions options;
  options.enterprises = 10'000;
  options.capabilities_each = 3;
  options.segments = 12;
  options.links = 2000;
  return options;
}

struct Scenario {
  std::unique_ptr<Branch> branch;
  gap::AnalysisPtr after;
};

class ScenarioBranchesTest : public testing::Test {
 protected:
  // Each does something else: an offer replaced, one of another enterprise deleted, an enterprise stopped, a link
  // deleted, a chain's demand scaled, one scenario of all of these in turn.
  std::vector<v1::ScenarioChange> ChangesOf(int number) const {
    if (number % 6 < 5) return {ChangeOf(number, number % 6)};
    std::vector<v1::ScenarioChange> changes;
    for (int kind = 0; kind < 5; ++kind) changes.push_back(ChangeOf(number, kind));
    return changes;
  }

  v1::ScenarioChange ChangeOf(int number, int kind) const {
    v1::ScenarioChange change;
    const std::string enterprise = synthetic_.EnterpriseName(number * 7 + kind);
    if (kind == 0) {
      v1::Capability* offer = change.mutable_put()->mutable_capability();
      offer->set_name(enterprise + "/capabilities/c0");
      offer->set_capability_type(synthetic_.TypeName(synthetic_.SegmentType(0)));
      offer->set_site("main");
      offer->set_level(v1::VOLUME);
      offer->mutable_capacity()->mutable_total()->set_value(1000 + number);
      offer->mutable_capacity()->mutable_total()->set_unit("H87");
      offer->mutable_capacity()->mutable_total()->set_period(v1::MONTH);
    } else if (kind == 1) {
      change.set_remove(enterprise + "/capabilities/c1");
    } else if (kind == 2) {
      change.set_stop_enterprise(enterprise);
    } else if (kind == 3) {
      change.set_remove("clusters/load/supplyLinks/l" + std::to_string(number));
    } else {
      change.mutable_scale_demand()->set_name("clusters/load/chains/chain-0");
      change.mutable_scale_demand()->set_factor(1 + number / 1000.0);
    }
    return change;
  }

  Scenario Made(int number) const {
    Scenario scenario;
    scenario.branch = std::make_unique<Branch>(base_, families_.get());
    model::Violations violations;
    const auto changes = ChangesOf(number);
    for (std::size_t i = 0; i < changes.size(); ++i)
      scenario.branch->Make(changes[i], static_cast<int>(i), &violations);
    EXPECT_TRUE(violations.empty()) << violations.ToStatus();
    scenario.after =
        AdvanceToBranch(before_, scenario.branch->snapshot(), before_->as_of(), scenario.branch->TakeDelta());
    return scenario;
  }

  std::string AnswerOf(const Scenario& scenario) const {
    v1::EvaluateScenarioRequest request;
    v1::EvaluateScenarioResponse answer;
    EXPECT_TRUE(Evaluate({before_, scenario.after}, request, StandardEvaluators(), {}, &answer).ok());
    return answer.SerializeAsString();
  }

  const loadgen::Synthetic synthetic_{Sizeable()};
  const model::SnapshotPtr base_ = harness::SnapshotOf(synthetic_, harness::RecordsOf(synthetic_));
  const gap::AnalysisPtr before_ = gap::AnalyzeFromScratch(base_, base_->cluster().as_of);
  const std::shared_ptr<const resource::Families> families_ = harness::AllFamilies();
};

TEST_F(ScenarioBranchesTest, AThousandHeldAtOnceShareNearlyAll) {
  const std::string dump = model::DumpSnapshot(*base_);
  const std::size_t whole = base_->TotalBytes();
  std::vector<Scenario> scenarios(kBranches);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = t; i < kBranches; i += kThreads) scenarios[static_cast<std::size_t>(i)] = Made(i);
    });
  }
  for (std::thread& thread : threads) thread.join();

  std::size_t all = 0, most = 0;
  for (const Scenario& scenario : scenarios) {
    const std::size_t own = scenario.branch->snapshot()->UnsharedBytes(*base_);
    EXPECT_GT(own, 0u);
    all += own;
    most = std::max(most, own);
  }
  RecordProperty("whole_bytes", static_cast<int>(whole));
  RecordProperty("branch_bytes_mean", static_cast<int>(all / kBranches));
  RecordProperty("branch_bytes_most", static_cast<int>(most));
  std::printf("whole %zu, a branch %zu, at most %zu bytes of its own\n", whole, all / kBranches, most);
  EXPECT_LT(most, whole / 50);
  EXPECT_LT(all / kBranches, whole / 100);

  // The analyses share what the changes do not touch.
  const int segments = before_->graph().size();
  for (int i = 0; i < kBranches; ++i) {
    if (i % 6 >= 4) continue;  // demand goes through a whole chain
    const gap::ClusterAnalysis& after = *scenarios[static_cast<std::size_t>(i)].after;
    int own = 0;
    for (int s = 0; s < segments; ++s) own += &after.segment(s) != &before_->segment(s);
    EXPECT_EQ(&after.graph(), &before_->graph()) << i;
    EXPECT_LE(own, segments / 2) << i;
  }
  EXPECT_EQ(model::DumpSnapshot(*base_), dump) << "the state they began with is as it was";
}

// What one answers does not depend on the others.
TEST_F(ScenarioBranchesTest, EachAnswersAsIfItWereAlone) {
  std::vector<Scenario> held;
  for (int i = 0; i < 24; ++i) held.push_back(Made(i));
  std::set<std::string> answers;
  for (const int number : {0, 1, 2, 6, 12}) {
    const std::string answer = AnswerOf(held[static_cast<std::size_t>(number)]);
    EXPECT_EQ(AnswerOf(Made(number)), answer) << number;
    answers.insert(answer);
  }
  EXPECT_GE(answers.size(), 3u) << "most scenarios must differ";
}

}  // namespace
}  // namespace bulian::scenario
