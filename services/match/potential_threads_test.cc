// The potential model does not depend on how threads run, and a type that very many make is no trouble.
#include <gtest/gtest.h>
#include <sched.h>

#include <string>
#include <thread>
#include <vector>

#include "services/match/potential_model.h"
#include "services/match/test_trades.h"
#include "tests/harness/cases.h"

namespace bulian::match {
namespace {

using model::SnapshotPtr;

// Lets this thread and those it starts run on one processor only.
class OnOneProcessor {
 public:
  OnOneProcessor() {
    sched_getaffinity(0, sizeof before_, &before_);
    cpu_set_t one;
    CPU_ZERO(&one);
    int processor = 0;
    while (processor < CPU_SETSIZE - 1 && !CPU_ISSET(processor, &before_)) ++processor;
    CPU_SET(processor, &one);
    sched_setaffinity(0, sizeof one, &one);
  }
  ~OnOneProcessor() { sched_setaffinity(0, sizeof before_, &before_); }
  OnOneProcessor(const OnOneProcessor&) = delete;
  OnOneProcessor& operator=(const OnOneProcessor&) = delete;

 private:
  cpu_set_t before_{};
};

TEST(PotentialThreads, OneProcessorOrSeveralGiveTheSameNumbers) {
  const SnapshotPtr snapshot = Trades(true, 3).Build();
  const auto model = PotentialModel::Build(*snapshot);
  std::shared_ptr<const PotentialModel> alone;
  {
    const OnOneProcessor one;
    alone = PotentialModel::Build(*snapshot);
  }
  for (const std::string type : {"t0-3", "t5-5"}) {
    const RankedNames ranked = RankBy(*model, *snapshot, type), again = RankBy(*alone, *snapshot, type);
    EXPECT_EQ(ranked.names, again.names);
    EXPECT_EQ(ranked.probability, again.probability);
  }
}

// Also while others rank the same types: rankings are kept and given to all who ask.
TEST(PotentialThreads, CallersAtOnceGetTheSame) {
  const SnapshotPtr snapshot = Trades(true, 4).Build();
  const auto shared = PotentialModel::Build(*snapshot);
  const std::vector<std::string> types = {"t0-0", "t1-1", "t2-2", "t3-3"};
  std::vector<std::vector<RankedNames>> found(4, std::vector<RankedNames>(types.size()));
  std::vector<std::thread> callers;
  for (std::size_t caller = 0; caller < found.size(); ++caller) {
    callers.emplace_back([&, caller] {
      for (std::size_t i = 0; i < types.size(); ++i) {
        const std::size_t type = (i + caller) % types.size();
        found[caller][type] = RankBy(*shared, *snapshot, types[type]);
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  for (const auto& all : found) {
    for (std::size_t type = 0; type < types.size(); ++type) {
      EXPECT_EQ(all[type].names, found[0][type].names);
      EXPECT_EQ(all[type].probability, found[0][type].probability);
    }
  }
}

TEST(PotentialThreads, VeryManyMakers) {
  const int makers = harness::Cases(30'000);
  TestCluster cluster;
  cluster.Type("common", "螺丝");
  cluster.Type("gap", "螺丝刀");
  for (int i = 0; i < makers; ++i) {
    const std::string id = "c" + std::to_string(i);
    cluster.Company(id, "厂");
    cluster.Makes(id, "common");
  }
  const SnapshotPtr snapshot = cluster.Build();
  const auto model = PotentialModel::Build(*snapshot);
  for (const char* type : {"common", "gap"}) {
    const auto ranking =
        model->Rank(snapshot->Find(model::ResourceType::kCapabilityType, std::string("capabilityTypes/") + type));
    const auto best = ranking->best(), others = ranking->others(*model);
    EXPECT_EQ(best.size() + others.size(), static_cast<std::size_t>(makers));
    // All alike: by name. Known makers are not looked at.
    const auto first = best.empty() ? others.front() : best.front();
    EXPECT_EQ(snapshot->RelativeName(model::ResourceType::kEnterprise, first.enterprise), "enterprises/c0");
  }
}

}  // namespace
}  // namespace bulian::match
