// A cluster of one segment, for the tests of the analysis.
#ifndef SERVICES_GAP_ANALYSIS_FIXTURE_H_
#define SERVICES_GAP_ANALYSIS_FIXTURE_H_

#include <memory>
#include <string>

#include "gtest/gtest.h"
#include "services/gap/analysis.h"
#include "services/gap/test_cluster.h"

namespace bulian::gap {

inline constexpr char kSegment[] = "chains/x/segments/s";

// One type `p`, one chain `x` with one segment `s` that wants 100 pieces a year.
class AnalysisTest : public testing::Test {
 protected:
  AnalysisTest() {
    cluster_.Type("p");
    segment_ = TestCluster::AddSegment(&chain_, "s", "p", 100);
  }
  std::shared_ptr<const ClusterAnalysis> Analyse() {
    cluster_.Put("chains/x", chain_);
    return cluster_.Analyse();
  }
  void Claim(const std::string& enterprise, double pieces) {
    v1::Capability offer = cluster_.Offer(enterprise, "p", pieces);
    offer.mutable_evidence()->set_state(v1::Evidence::CLAIMED);
    cluster_.Put("enterprises/" + enterprise, cluster_.Company(enterprise));
    cluster_.PutOffer(enterprise, "c", offer);
  }
  TestCluster cluster_;
  v1::Chain chain_;
  v1::Segment* segment_;
};

}  // namespace bulian::gap

#endif  // SERVICES_GAP_ANALYSIS_FIXTURE_H_
