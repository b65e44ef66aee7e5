// A stop signal ends an analysis wherever it is asked, and leaves nothing behind.
#include <gtest/gtest.h>

#include "services/gap/analysis.h"
#include "services/gap/segment_need.h"
#include "services/gap/test_cluster.h"

namespace bulian::gap {
namespace {

constexpr int kTypes = 8;

class StopTest : public testing::Test {
 protected:
  StopTest() {
    v1::Chain chain;
    for (int t = 0; t < kTypes; ++t) {
      const std::string type = "t" + std::to_string(t);
      cluster_.Type(type);
      TestCluster::AddSegment(&chain, "s" + std::to_string(t), type, 100);
      for (int e = 0; e < 3; ++e) cluster_.Supplier("e" + std::to_string(t) + std::to_string(e), type, 20 + e);
    }
    cluster_.Put("chains/x", chain);
  }
  // Stops `run(stop)` at the first question, at the second, and so on, until it comes to its end. Returns how often
  // that run was asked, and its result.
  template <class Run>
  std::pair<int, AnalysisPtr> StopEverywhere(const Run& run) {
    for (int allowed = 0;; ++allowed) {
      int asked = 0;
      AnalysisPtr analysis = run([&] { return ++asked > allowed; });
      if (analysis != nullptr) {
        EXPECT_LE(asked, allowed) << "a result although it was told to stop";
        return {asked, analysis};
      }
      // Once more at most: within the offers of a type, and after them.
      EXPECT_LE(asked, allowed + 2) << "it went on although it was told to stop";
    }
  }
  TestCluster cluster_;
};

TEST_F(StopTest, FromScratch) {
  const model::SnapshotPtr snapshot = cluster_.Snapshot();
  const auto [asked, analysis] = StopEverywhere(
      [&](const StopSignal& stop) { return AnalyzeFromScratch(snapshot, snapshot->cluster().as_of, stop); });
  EXPECT_GE(asked, kTypes);
  EXPECT_EQ(Dump(*analysis), Dump(*cluster_.Analyse()));
}

TEST_F(StopTest, OneTypeOfManyOffersIsStoppedWithin) {
  for (int e = 0; e < 10'000; ++e) cluster_.Supplier("many" + std::to_string(e), "t0", 1);
  const model::SnapshotPtr snapshot = cluster_.Snapshot();
  const auto [asked, analysis] = StopEverywhere(
      [&](const StopSignal& stop) { return AnalyzeFromScratch(snapshot, snapshot->cluster().as_of, stop); });
  EXPECT_GE(asked, kTypes + 2);
  EXPECT_EQ(analysis->work().offers_read, 10'000 + 3 * kTypes);
}

TEST_F(StopTest, AnAdvanceLeavesTheOldAnalysisAsItWas) {
  const AnalysisPtr old = cluster_.Analyse();
  const std::string before = Dump(*old);
  cluster_.TakeDelta();
  for (int t = 0; t < kTypes; t += 2) cluster_.Supplier("e" + std::to_string(t) + "0", "t" + std::to_string(t), 5);
  const model::SnapshotPtr snapshot = cluster_.Snapshot();
  const model::Delta changes = cluster_.TakeDelta();
  const auto [asked, advanced] =
      StopEverywhere([&](const StopSignal& stop) { return AdvanceAnalysis(old, snapshot, changes, stop); });
  EXPECT_GE(asked, kTypes);
  EXPECT_EQ(advanced->work().from_scratch, 0);
  EXPECT_EQ(Dump(*advanced), Dump(*cluster_.Analyse()));
  EXPECT_EQ(Dump(*old), before);
}

}  // namespace
}  // namespace bulian::gap
