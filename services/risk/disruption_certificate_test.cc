// Every certificate of every failure of random plants: what is told sums to what is said.
#include <algorithm>
#include <random>

#include "gtest/gtest.h"
#include "services/gap/production_oracle.h"
#include "services/gap/test_cluster.h"
#include "services/risk/disruption.h"
#include "services/risk/disruption_report.h"

namespace bulian::risk {
namespace {

using gap::RandomPlant;
using gap::Sourcing;
using gap::TestCluster;

struct Counts {
  int certificates = 0, only = 0;
};

void Check(const v1::DeliveryCertificate& certificate, Counts* counts) {
  double sum = 0;
  for (const v1::DeliveryLimit& limit : certificate.limits()) {
    EXPECT_GT(limit.worth(), 0);
    EXPECT_GE(limit.amount(), 0);
    sum += limit.amount() * limit.worth();
    counts->only += limit.only_segment().empty() ? 0 : 1;
    if (limit.only_segment().empty()) continue;
    const auto& segments = limit.segments();
    EXPECT_NE(std::find(segments.begin(), segments.end(), limit.only_segment()), segments.end());
    EXPECT_GT(segments.size(), 1);
  }
  EXPECT_NEAR(sum, certificate.value(), 1e-9 * std::max(1.0, certificate.value())) << certificate.DebugString();
  ++counts->certificates;
}

void CheckAll(DisruptionStudy* study, const std::vector<Stoppage>& stoppages, Counts* counts) {
  const auto results = study->Assess(stoppages, true, {});
  ASSERT_TRUE(results.ok()) << results.status();
  for (std::size_t i = 0; i < stoppages.size(); ++i) {
    v1::FailureResult message;
    FillResult(*study, stoppages[i], (*results)[i], &message);
    for (const v1::ProductLoss& loss : message.losses()) {
      for (const v1::DeliveryCertificate& certificate : loss.certificates()) Check(certificate, counts);
    }
  }
  v1::AssessDisruptionResponse response;
  FillProducts(*study, &response);
  for (const v1::ProductBaseline& product : response.products()) {
    for (const v1::DeliveryCertificate& certificate : product.certificates()) Check(certificate, counts);
  }
}

TEST(DisruptionCertificate, SumsToTheValueForEveryFailureOnRandomPlants) {
  std::mt19937_64 random(4);
  Counts whole, segment, mixed;
  for (int round = 0; round < 60; ++round) {
    const RandomPlant described = RandomPlant::Make(&random);
    TestCluster cluster;
    described.Store(&cluster);
    DisruptionStudy study(cluster.Analyse(), "",
                          round % 2 == 0 ? Sourcing::kClusterAlone : Sourcing::kOutsideForMissing);
    const std::vector<Stoppage> enterprises = study.EveryEnterprise(), suppliers = study.EverySegmentSupplier();
    CheckAll(&study, enterprises, &whole);
    CheckAll(&study, suppliers, &segment);
    std::vector<Stoppage> mixes;
    for (std::size_t i = 0; i + 1 < suppliers.size(); ++i) {
      Stoppage& mix = mixes.emplace_back();
      mix.enterprises = enterprises[i % enterprises.size()].enterprises;
      mix.segment_suppliers = suppliers[i].segment_suppliers;
      const auto& next = suppliers[i + 1].segment_suppliers.front();
      if (next.first != mix.segment_suppliers.front().first) mix.segment_suppliers.push_back(next);
    }
    CheckAll(&study, mixes, &mixed);
  }
  EXPECT_GT(whole.certificates, 100);
  EXPECT_EQ(whole.only, 0);
  EXPECT_GT(segment.only, 30);
  EXPECT_GT(mixed.only, 30);
}

}  // namespace
}  // namespace bulian::risk
