// The numbers of a metrics page against the answers of AnalyzeGaps.
#include "services/gap/gap_gauges_service.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <tuple>

#include "bulian/v1/cluster.pb.h"
#include "services/gap/random_writer.h"
#include "services/gap/test_cluster.h"
#include "services/rpc/call_context.h"
#include "services/rpc/method_table.h"
#include "services/rpc/page_token.h"
#include "services/view/memory_store.h"

namespace bulian::gap {
namespace {

using Numbers = std::map<std::tuple<std::string, v1::GapKind, v1::Certainty>, std::int64_t>;

class GapGaugesTest : public testing::Test {
 protected:
  GapGaugesTest() {
    store_.SetObserver(&views_);
    RegisterGapService(table_, {&views_, &tokens_, &analyses_});
  }

  void Put(const std::string& log, const std::string& name, const google::protobuf::Message& message) {
    store::CommitRequest request;
    request.log = log;
    request.create_log = !store_.Position(log).ok();
    request.writes.push_back({name, message.SerializeAsString()});
    ASSERT_TRUE(store_.Commit(std::move(request)).ok());
  }
  // A cluster with one gap, MISSING and CERTAIN.
  void MakeCluster(const std::string& id) {
    v1::Cluster cluster;
    cluster.add_region_codes("330500");
    Put(id, "clusters/" + id, cluster);
    v1::Chain chain;
    v1::Segment* segment = chain.add_segments();
    segment->set_segment_id("s");
    segment->mutable_requirement()->set_capability_type("clusters/" + id + "/capabilityTypes/none");
    Put(id, "clusters/" + id + "/chains/k", chain);
  }

  // What AnalyzeGaps answers, without zeros.
  Numbers Answered(const std::string& cluster) {
    Numbers numbers;
    v1::AnalyzeGapsRequest request;
    request.set_parent("clusters/" + cluster);
    do {
      rpc::CallContext call;
      v1::GapReport report;
      EXPECT_TRUE(table_.methods().at("bulian.v1.GapService/AnalyzeGaps").unary(call, request, &report).ok());
      for (const v1::Gap& gap : report.gaps()) ++numbers[{cluster, gap.kind(), gap.certainty()}];
      request.set_page_token(report.next_page_token());
    } while (!request.page_token().empty());
    return numbers;
  }
  Numbers Gauged(absl::Duration budget = absl::Minutes(1), std::int64_t pending = 0) {
    const GapGaugeReading reading = gauges_.Read(budget);
    EXPECT_EQ(reading.pending_clusters, pending);
    EXPECT_EQ(reading.gauges.size() % 14, 0u) << "every kind and certainty";
    Numbers numbers;
    for (const GapGauge& gauge : reading.gauges) {
      if (gauge.gaps == 0) continue;
      EXPECT_TRUE(numbers.insert({{gauge.cluster, gauge.kind, gauge.certainty}, gauge.gaps}).second);
    }
    return numbers;
  }

  view::MemoryStore store_;
  view::Views views_{&store_, {}};
  rpc::PageTokens tokens_{"0123456789abcdef"};
  GapAnalyses analyses_{&views_};
  GapGauges gauges_{&views_, &analyses_};
  rpc::MethodTable table_;
};

TEST_F(GapGaugesTest, EqualTheAnswersOnRandomHistories) {
  std::size_t most = 0;
  for (unsigned seed = 1; seed <= 5; ++seed) {
    TestCluster cluster;
    v1::Cluster first;
    first.add_region_codes("330500");
    Put("t", "clusters/t", first);
    cluster.on_commit = [this](const std::string& name, const std::string* value) {
      store::CommitRequest request;
      request.log = "t";
      request.writes.push_back({name, value == nullptr ? std::nullopt : std::optional(*value)});
      ASSERT_TRUE(store_.Commit(std::move(request)).ok());
    };
    RandomWriter writer(&cluster, seed);
    for (int step = 0; step < 40; ++step) {
      for (int i = 0; i < 4; ++i) writer.Write();
      const Numbers gauged = Gauged();
      ASSERT_EQ(gauged, Answered("t")) << "seed " << seed << " step " << step;
      most = std::max(most, gauged.size());
    }
    ASSERT_TRUE(store_.DropLog("t", "").ok());
    EXPECT_TRUE(Gauged().empty());
  }
  EXPECT_GT(most, 4u);
}

TEST_F(GapGaugesTest, ClustersBeyondTheFirstAreAddedUp) {
  const auto id = [](std::size_t i) { return "c" + std::to_string(1000 + i); };
  for (std::size_t i = 0; i < kGaugedClusters; ++i) MakeCluster(id(i));
  Numbers gauged = Gauged();
  EXPECT_EQ(gauged.size(), kGaugedClusters);
  for (const auto& [what, gaps] : gauged) EXPECT_EQ(gaps, 1) << std::get<0>(what);
  MakeCluster(kOtherClusters);  // is no cluster of its own
  MakeCluster(id(kGaugedClusters));
  MakeCluster(id(kGaugedClusters + 1));
  gauged = Gauged();
  EXPECT_EQ(gauged.size(), kGaugedClusters + 1);
  EXPECT_EQ((gauged[{kOtherClusters, v1::MISSING, v1::CERTAIN}]), 3);
  EXPECT_FALSE(gauged.contains({id(kGaugedClusters), v1::MISSING, v1::CERTAIN}));
}

TEST_F(GapGaugesTest, WhatIsNotReadyInTimeIsTheLastKnown) {
  MakeCluster("a");
  MakeCluster("b");
  EXPECT_TRUE(Gauged(absl::ZeroDuration(), 2).empty());
  EXPECT_EQ(analyses_.Stats().work.from_scratch, 0) << "nobody would have waited";
  EXPECT_EQ(Gauged().size(), 2u);
  Put("a", "clusters/a/chains/k", v1::Chain());
  EXPECT_EQ(Gauged(absl::ZeroDuration(), 1).size(), 2u);
  EXPECT_EQ(Gauged().size(), 1u);
  // Another cluster of the name begins with nothing.
  ASSERT_TRUE(store_.DropLog("b", "").ok());
  MakeCluster("b");
  EXPECT_TRUE(Gauged(absl::ZeroDuration(), 1).empty());
  // What an analysis was made for otherwise is there at once.
  Answered("b");
  EXPECT_EQ(Gauged(absl::ZeroDuration()).size(), 1u);
}

TEST_F(GapGaugesTest, ZerosAreShown) {
  MakeCluster("a");
  const GapGaugeReading reading = gauges_.Read(absl::Minutes(1));
  ASSERT_EQ(reading.gauges.size(), 14u);
  EXPECT_EQ(reading.gauges[0], (GapGauge{"a", v1::MISSING, v1::CERTAIN, 1}));
  for (std::size_t i = 1; i < 14; ++i) EXPECT_EQ(reading.gauges[i].gaps, 0);
}

}  // namespace
}  // namespace bulian::gap
