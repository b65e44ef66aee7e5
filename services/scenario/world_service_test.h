// A registry with the services of analysis over it, random changes for it, and the same changes really made.
#ifndef SERVICES_SCENARIO_WORLD_SERVICE_TEST_H_
#define SERVICES_SCENARIO_WORLD_SERVICE_TEST_H_

#include <optional>
#include <random>
#include <string>
#include <vector>

#include "bulian/v1/gap.pb.h"
#include "bulian/v1/match.pb.h"
#include "bulian/v1/scenario.pb.h"
#include "services/exchange/registry_fixture.h"
#include "services/gap/gap_service.h"
#include "services/gap/random_writer.h"
#include "services/gap/test_cluster.h"

namespace bulian::scenario {

// Holds `clusters/t` of region 330500 at 2026-06-01.
class World {
 public:
  World();

  // Makes a change as a caller would: Import, deletions with force, updates of chains. The first error.
  absl::Status MakeReally(const v1::ScenarioChange& change);

  absl::StatusOr<v1::EvaluateScenarioResponse> Evaluate(const v1::EvaluateScenarioRequest& request);
  v1::GapReport Gaps();
  std::vector<v1::SegmentAssessment> Segments();
  v1::FindCandidatesResponse Candidates(const std::string& segment, int size);
  std::vector<std::string> SegmentNames();

  exchange::Registry registry;
  gap::GapAnalyses analyses{&registry.views()};

 private:
  absl::Status PutReally(const v1::ImportRecord& record);
  absl::Status RemoveReally(const std::string& name);
  absl::Status ScaleReally(const v1::ScaleDemand& scale);
};

// Changes over a small space of names, so that they meet; mostly such as the rules allow.
class RandomChanges {
 public:
  explicit RandomChanges(unsigned seed);
  v1::ScenarioChange Next();
  int Pick(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }

 private:
  std::string Name(const char* collection, const char* prefix, int n) {
    return std::string("clusters/t/") + collection + "/" + prefix + std::to_string(Pick(n));
  }
  gap::TestCluster source_;
  gap::RandomWriter writer_;
  std::mt19937_64 random_;
  std::vector<v1::ScenarioChange> written_;
};

// The violated fields of a refused request.
std::vector<std::string> FieldsOf(const absl::Status& status);

}  // namespace bulian::scenario

#endif  // SERVICES_SCENARIO_WORLD_SERVICE_TEST_H_
