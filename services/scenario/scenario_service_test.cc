#include "services/scenario/scenario_service.h"

#include <algorithm>
#include <map>

#include "services/model/error.h"
#include "services/scenario/branch_service.h"
#include "services/scenario/world_service_test.h"

namespace bulian::scenario {
namespace {

constexpr char kHead[] = "parent: 'clusters/t' ";

// A chain of a sensor (final demand 100 a year) that is fed by a chip; one verified supplier of chips, none of sensors.
class ScenarioServiceTest : public testing::Test {
 protected:
  ScenarioServiceTest() {
    Put("capability_type { name: 'clusters/t/capabilityTypes/chip' display_name { en: 'C' } unit: 'H87' basis: RATE }");
    Put("capability_type { name: 'clusters/t/capabilityTypes/sensor' display_name { en: 'S' } unit: 'H87' basis: RATE "
        "}");
    Put(Enterprise("maker", "uscc: '91350100M000100Y43'"));
    Put(Offer("maker", "chip", 150));
    Put(std::string(kChain));
  }

  static std::string Enterprise(const std::string& id, const std::string& more = "") {
    return "enterprise { name: 'clusters/t/enterprises/" + id + "' display_name { en: '" + id +
           "' } sites { site_id: 'seat' region_code: '330502' } " + more + " }";
  }
  static std::string Offer(const std::string& enterprise, const std::string& type, int pieces) {
    return "capability { name: 'clusters/t/enterprises/" + enterprise + "/capabilities/" + type +
           "' capability_type: 'clusters/t/capabilityTypes/" + type +
           "' level: VOLUME site: 'seat' capacity { total { value: " + std::to_string(pieces) +
           " unit: 'H87' period: YEAR } in_cluster_share: 0 outside_share: 0 free_share: 1 } evidence { state: "
           "VERIFIED "
           "verified_by: 'office' date { year: 2026 month: 5 day: 1 } } }";
  }
  void Put(const std::string& record) {
    v1::ScenarioChange change;
    exchange::Registry::Parse(record, change.mutable_put());
    ASSERT_TRUE(world_.MakeReally(change).ok()) << world_.MakeReally(change);
  }
  absl::StatusOr<v1::EvaluateScenarioResponse> Evaluate(const std::string& request) {
    v1::EvaluateScenarioRequest message;
    exchange::Registry::Parse(kHead + request, &message);
    return world_.Evaluate(message);
  }
  // `+ sensor/missing` and the like, in the order told.
  static std::vector<std::string> Told(const v1::EvaluateScenarioResponse& response) {
    std::vector<std::string> told;
    for (const v1::GapDelta& delta : response.gap_deltas()) {
      const std::string& name = (delta.has_after() ? delta.after() : delta.before()).name();
      told.push_back("?+~-"[delta.kind()] + (" " + name.substr(name.find("/segments/") + 10)));
    }
    return told;
  }
  static std::vector<std::string> FieldsOfRefusal(const absl::StatusOr<v1::EvaluateScenarioResponse>& response) {
    EXPECT_EQ(model::ReasonOf(response.status()), v1::INVALID_FIELDS) << response.status();
    return FieldsOf(response.status());
  }

  static constexpr char kChain[] =
      "chain { name: 'clusters/t/chains/x' display_name { en: 'X' } "
      "segments { segment_id: 'chip' display_name { en: 'chip' } requirement { "
      "capability_type: 'clusters/t/capabilityTypes/chip' } } "
      "segments { segment_id: 'sensor' display_name { en: 'sensor' } requirement { "
      "capability_type: 'clusters/t/capabilityTypes/sensor' } "
      "final_demand { value: 100 unit: 'H87' period: YEAR } "
      "demand_plan { valid_from { year: 2027 month: 1 day: 1 } final_demand { value: 120 unit: 'H87' period: YEAR } } "
      "inputs { segment: 'chip' coefficient: 1 } } }";
  World world_;
};
constexpr char ScenarioServiceTest::kChain[];

TEST_F(ScenarioServiceTest, AStoppedSupplierLeavesAGap) {
  const auto response = Evaluate(
      "changes { stop_enterprise: 'clusters/t/enterprises/maker' } match_for: 'clusters/t/chains/x/segments/chip'");
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(Told(*response), (std::vector<std::string>{"+ chip/gaps/missing", "+ chip/gaps/under-capacity",
                                                       "- chip/gaps/single-source"}));
  EXPECT_EQ(response->deleted_count(), 1);
  EXPECT_EQ(response->created_count() + response->updated_count(), 0);
  EXPECT_EQ(response->segment_delta_count(), 1);
  EXPECT_EQ(response->segment_deltas(0).before().metrics().capacity().verified().lower(), 150);
  EXPECT_EQ(response->segment_deltas(0).after().metrics().capacity().verified().lower(), 0);
  ASSERT_EQ(response->match_deltas_size(), 1);
  const v1::MatchDelta& match = response->match_deltas(0);
  EXPECT_EQ(match.count_before(), 1);
  EXPECT_EQ(match.count_after(), 0);
  ASSERT_EQ(match.candidates_size(), 1);
  EXPECT_EQ(match.candidates(0).kind(), v1::GONE);
  EXPECT_EQ(match.candidates(0).enterprise(), "clusters/t/enterprises/maker");
  EXPECT_EQ(match.candidates(0).before().rank(), 1);
  EXPECT_EQ(response->algorithm_version(), "scenario-1 gap-1 match-1 disruption-2");
  EXPECT_EQ(response->revision().number(), world_.registry.Revision("t"));
  EXPECT_EQ(response->as_of().year(), 2026);
}

TEST_F(ScenarioServiceTest, RiskIsComparedOnRequest) {
  Put(Enterprise("assembler"));
  Put(Offer("assembler", "sensor", 500));
  const std::string stop = "changes { stop_enterprise: 'clusters/t/enterprises/maker' }";
  const auto without = Evaluate(stop);
  ASSERT_TRUE(without.ok()) << without.status();
  EXPECT_EQ(without->risk_deltas_size(), 0);
  const auto response = Evaluate(stop + " risk: true");
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->risk_deltas_size(), 1);
  const v1::RiskDelta& delta = response->risk_deltas(0);
  EXPECT_EQ(delta.segment(), "clusters/t/chains/x/segments/sensor");
  EXPECT_EQ(delta.kind(), v1::CHANGED);
  // The chips, once made here, are not at once bought elsewhere.
  EXPECT_GT(delta.before().delivered().claimed().lower(), 0);
  EXPECT_EQ(delta.after().delivered().claimed().upper(), 0);
  EXPECT_FALSE(delta.before().worst_enterprise().empty());
  EXPECT_TRUE(delta.after().worst_enterprise().empty());
  const auto nothing = Evaluate("changes { remove: 'clusters/t/chains/x' } risk: true");
  ASSERT_TRUE(nothing.ok()) << nothing.status();
  ASSERT_EQ(nothing->risk_deltas_size(), 1);
  EXPECT_EQ(nothing->risk_deltas(0).kind(), v1::GONE);
}

TEST_F(ScenarioServiceTest, LaterChangesSeeEarlierOnes) {
  const auto response = Evaluate("changes { put { " + Enterprise("new") + " } } changes { put { " +
                                 Offer("new", "sensor", 100) + " } } changes { put { " + Offer("new", "chip", 10) +
                                 " } } changes { remove: 'clusters/t/enterprises/new/capabilities/chip' }");
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(Told(*response), (std::vector<std::string>{"~ chip/gaps/single-source", "+ sensor/gaps/single-source",
                                                       "+ chip/gaps/fragile", "+ sensor/gaps/fragile",
                                                       "- sensor/gaps/missing", "- sensor/gaps/under-capacity"}));
  EXPECT_EQ(response->created_count(), 3);
  EXPECT_EQ(response->deleted_count(), 1);
  const auto wrong_order =
      Evaluate("changes { put { " + Offer("new", "sensor", 100) + " } } changes { put { " + Enterprise("new") + " } }");
  EXPECT_FALSE(FieldsOfRefusal(wrong_order).empty());
}

TEST_F(ScenarioServiceTest, DemandIsScaledNowAndLater) {
  for (const char* name : {"clusters/t", "clusters/t/chains/x", "clusters/t/chains/x/segments/sensor"}) {
    const std::string scale = std::string("changes { scale_demand { name: '") + name + "' factor: 2 } }";
    auto response = Evaluate(scale + " kinds: UNDER_CAPACITY");
    ASSERT_TRUE(response.ok()) << response.status();
    ASSERT_EQ(response->gap_deltas_size(), 2) << name;
    EXPECT_EQ(response->gap_deltas(1).after().metrics().demand().per_year(), 200);
    EXPECT_EQ(response->gap_deltas(1).after().unmet_share().lower(), 0.25);
    response = Evaluate(scale + " as_of { year: 2027 month: 2 day: 1 } kinds: UNDER_CAPACITY");
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_EQ(response->segment_deltas(0).before().metrics().demand().per_year(), 120);
    EXPECT_EQ(response->segment_deltas(0).after().metrics().demand().per_year(), 240);
    EXPECT_EQ(response->as_of_after().year(), 2027);
  }
}

TEST_F(ScenarioServiceTest, AChangeMayMoveTheDate) {
  const auto response = Evaluate(
      "changes { put { cluster { name: 'clusters/t' region_codes: '330500' as_of { year: 2027 month: 2 day: 1 } } } }");
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->as_of().year(), 2026);
  EXPECT_EQ(response->as_of_after().year(), 2027);
  EXPECT_EQ(response->segment_deltas(0).after().metrics().demand().per_year(), 120);
}

TEST_F(ScenarioServiceTest, FiltersOfChainKindAndCertainty) {
  const std::string stop = "changes { stop_enterprise: 'clusters/t/enterprises/maker' } ";
  EXPECT_EQ(Told(*Evaluate(stop + "kinds: MISSING")), std::vector<std::string>{"+ chip/gaps/missing"});
  EXPECT_EQ(Evaluate(stop + "chain: 'clusters/t/chains/x'")->gap_deltas_size(), 3);
  EXPECT_EQ(Evaluate(stop + "certain_only: true")->gone_count(), 1);
  std::string other = kChain;
  other.replace(other.find("chains/x"), 8, "chains/y");
  const std::string put = stop + "changes { put { " + other + " } } ";
  EXPECT_EQ(Evaluate(put + "chain: 'clusters/t/chains/y'")->appeared_count(), 4);
  EXPECT_EQ(Evaluate(put + "chain: 'clusters/t/chains/x'")->segment_delta_count(), 1);
  EXPECT_EQ(model::ReasonOf(Evaluate(stop + "chain: 'clusters/t/chains/z'").status()), v1::RESOURCE_NOT_FOUND);
  EXPECT_EQ(model::ReasonOf(Evaluate(stop + "match_for: 'clusters/t/chains/x/segments/z'").status()),
            v1::RESOURCE_NOT_FOUND);
  const auto match = Evaluate(put + "match_for: 'clusters/t/chains/y/segments/chip'");
  ASSERT_TRUE(match.ok()) << match.status();
  EXPECT_FALSE(match->match_deltas(0).has_count_before());
  EXPECT_EQ(match->match_deltas(0).count_after(), 0);
}

TEST_F(ScenarioServiceTest, EnterprisesByIdentifierAsInAnImport) {
  const auto response = Evaluate(
      "changes { put { capability { name: 'clusters/t/enterprises/uscc:91350100M000100Y43/capabilities/more' "
      "capability_type: 'clusters/t/capabilityTypes/sensor' level: VOLUME site: 'seat' } } }");
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->created_count(), 1);
  const auto unknown = Evaluate(
      "changes { put { capability { name: 'clusters/t/enterprises/uscc:91310000775785552L/capabilities/more' "
      "capability_type: 'clusters/t/capabilityTypes/sensor' } } }");
  EXPECT_EQ(FieldsOfRefusal(unknown), std::vector<std::string>{"changes[0].put.capability"});
}

TEST_F(ScenarioServiceTest, WhatIsEqualChangesNothing) {
  const auto response = Evaluate("changes { put { " + Offer("maker", "chip", 150) + " } }");
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->created_count() + response->updated_count() + response->deleted_count(), 0);
  EXPECT_EQ(response->gap_deltas_size() + response->segment_deltas_size(), 0);
  EXPECT_TRUE(response->gap_deltas_complete() && response->segment_deltas_complete());
  EXPECT_EQ(response->gap_count_before(), response->gap_count_after());
}

TEST_F(ScenarioServiceTest, AllViolationsAtOnceAndNoneTwice) {
  const auto refused = Evaluate(
      "as_of { year: 2026 } chain: 'clusters/other/chains/x' kinds: GAP_KIND_UNSPECIFIED match_for: 'sensor' "
      "match_size: 101 "
      "changes { } "
      "changes { put { } } "
      "changes { put { enterprise { name: 'clusters/t/enterprises/bad' kind: COMPANY } } } "
      "changes { put { " +
      Offer("bad", "chip", 1) +
      " } } "  // only follows from the one before
      "changes { remove: 'clusters/t' } "
      "changes { remove: 'clusters/t/enterprises/none' } "
      "changes { remove: 'clusters/t/capabilityTypes/chip' } "
      "changes { stop_enterprise: 'clusters/t/chains/x' } "
      "changes { scale_demand { name: 'clusters/t/chains/x' factor: -1 } } "
      "changes { scale_demand { name: 'clusters/t/chains/x/segments/chip' factor: 2 } } "
      "changes { scale_demand { name: 'clusters/t/chains/x/segments/none' factor: nan } } "
      "changes { put { enterprise { name: 'clusters/u/enterprises/e' display_name { en: 'E' } } } } "
      "changes { stop_enterprise: 'clusters/t/enterprises/bad' }");
  EXPECT_EQ(
      FieldsOfRefusal(refused),
      (std::vector<std::string>{
          "as_of", "chain", "kinds[0]", "match_for[0]", "match_size", "changes[0]", "changes[1].put",
          "changes[2].put.enterprise.display_name", "changes[4].remove", "changes[5].remove", "changes[6].remove",
          "changes[7].stop_enterprise", "changes[8].scale_demand.factor", "changes[9].scale_demand.name",
          "changes[10].scale_demand.factor", "changes[10].scale_demand.name", "changes[11].put.enterprise.name"}));
  EXPECT_EQ(FieldsOfRefusal(Evaluate("")), std::vector<std::string>{"changes"});
  v1::EvaluateScenarioRequest request;
  EXPECT_EQ(FieldsOfRefusal(world_.Evaluate(request)), (std::vector<std::string>{"parent", "changes"}));
  request.set_parent("clusters/none");
  request.add_changes()->set_remove("clusters/none/chains/x");
  EXPECT_EQ(model::ReasonOf(world_.Evaluate(request).status()), v1::RESOURCE_NOT_FOUND);
  request.set_parent("clusters/t");
  request.mutable_changes(0)->set_stop_enterprise("clusters/t/enterprises/maker");
  while (request.changes_size() < kMostChanges) *request.add_changes() = request.changes(0);
  EXPECT_TRUE(world_.Evaluate(request).ok());
  *request.add_changes() = request.changes(0);
  EXPECT_EQ(FieldsOfRefusal(world_.Evaluate(request)), std::vector<std::string>{"changes"});
}

TEST_F(ScenarioServiceTest, SaysWhoHoldsAndWhoNames) {
  auto refused = Evaluate("changes { put { " + Enterprise("twin", "uscc: '91350100M000100Y43'") + " } }");
  EXPECT_EQ(FieldsOfRefusal(refused), std::vector<std::string>{"changes[0].put.enterprise"});
  EXPECT_NE(refused.status().ToString().find("clusters/t/enterprises/maker"), std::string::npos) << refused.status();
  refused = Evaluate("changes { remove: 'clusters/t/capabilityTypes/sensor' }");
  EXPECT_NE(refused.status().ToString().find("clusters/t/chains/x"), std::string::npos) << refused.status();
}

TEST_F(ScenarioServiceTest, OfAnOlderRevision) {
  const std::int64_t before = world_.registry.Revision("t");
  Put(Enterprise("second"));
  Put(Offer("second", "chip", 50));
  const std::string at = " read_at { at_revision { number: " + std::to_string(before) + " } }";
  const std::string stop = "changes { stop_enterprise: 'clusters/t/enterprises/maker' } kinds: MISSING";
  EXPECT_EQ(Evaluate(stop)->appeared_count(), 0);
  const auto then = Evaluate(stop + at);
  ASSERT_TRUE(then.ok()) << then.status();
  EXPECT_EQ(then->appeared_count(), 1);
  EXPECT_EQ(then->revision().number(), before);
  EXPECT_FALSE(Evaluate("changes { stop_enterprise: 'clusters/t/enterprises/second' }" + at).ok());
}

TEST_F(ScenarioServiceTest, AThousandBranchesAtOnceShareTheirMemory) {
  v1::ImportRequest import;
  import.set_parent("clusters/t");
  import.set_sequence(1);
  for (int i = 0; i < 500; ++i) {
    exchange::Registry::Parse(Enterprise("e" + std::to_string(i)), import.add_records());
    exchange::Registry::Parse(Offer("e" + std::to_string(i), "chip", i), import.add_records());
  }
  ASSERT_TRUE(world_.registry.Import({import}).ok());
  const model::SnapshotPtr base = *world_.registry.views().Current("t");
  const std::string before = exchange::Comparable(world_.registry.Export("t")).front();
  std::vector<std::unique_ptr<Branch>> branches;
  std::size_t unshared = 0;
  for (int i = 0; i < 1000; ++i) {
    branches.push_back(std::make_unique<Branch>(base, &world_.registry.context()->families));
    v1::ScenarioChange change;
    exchange::Registry::Parse(Offer("e" + std::to_string(i % 500), "chip", 1000 + i), change.mutable_put());
    model::Violations violations;
    branches.back()->Make(change, 0, &violations);
    ASSERT_TRUE(violations.empty()) << violations.ToStatus();
    unshared += branches.back()->snapshot()->UnsharedBytes(*base);
  }
  for (int i = 0; i < 1000; ++i) {
    v1::Capability offer;
    const model::Snapshot& snapshot = *branches[i]->snapshot();
    const std::string name = "clusters/t/enterprises/e" + std::to_string(i % 500) + "/capabilities/chip";
    snapshot.Read(model::ResourceType::kCapability, snapshot.Find(model::ResourceType::kCapability, name), &offer);
    ASSERT_EQ(offer.capacity().total().value(), 1000 + i);
  }
  EXPECT_LT(unshared, 1000 * base->TotalBytes() / 10) << base->TotalBytes();
  EXPECT_EQ(exchange::Comparable(world_.registry.Export("t")).front(), before);
}

TEST_F(ScenarioServiceTest, StopsWithItsCaller) {
  v1::EvaluateScenarioRequest request;
  exchange::Registry::Parse(std::string(kHead) + "changes { stop_enterprise: 'clusters/t/enterprises/maker' }",
                            &request);
  v1::EvaluateScenarioResponse response;
  rpc::CallContext call;
  call.method = "bulian.v1.ScenarioService/EvaluateScenario";
  const auto& method = world_.registry.methods().methods().at(call.method);
  for (int patience = 0; patience < 6; ++patience) {
    int looks = 0;
    call.is_cancelled = [&] { return looks++ >= patience; };
    const absl::Status status = method.unary(call, request, &response);
    EXPECT_TRUE(status.ok() || absl::IsCancelled(status)) << status;
    EXPECT_TRUE(patience > 0 || !status.ok());
  }
  call.is_cancelled = [] { return false; };
  call.deadline = absl::InfinitePast();
  EXPECT_EQ(method.unary(call, request, &response).code(), absl::StatusCode::kDeadlineExceeded);
}

// What another room adds comes with its version.
TEST_F(ScenarioServiceTest, TakesFurtherEvaluators) {
  auto evaluators = StandardEvaluators();
  evaluators.push_back({"more-7", [](const Comparison& states, const v1::EvaluateScenarioRequest&,
                                     const gap::StopSignal&, v1::EvaluateScenarioResponse* response) {
                          EXPECT_NE(states.before->snapshot(), states.after->snapshot());
                          response->set_gone_count(77);
                          return absl::OkStatus();
                        }});
  const std::shared_ptr<const resource::Families> families(world_.registry.context(),
                                                           &world_.registry.context()->families);
  RegisterScenarioService(world_.registry.methods(), {.views = &world_.registry.views(),
                                                      .families = families,
                                                      .analysis = world_.analyses.Source(),
                                                      .evaluators = evaluators});
  const auto response = Evaluate("changes { stop_enterprise: 'clusters/t/enterprises/maker' }");
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->gone_count(), 77);
  EXPECT_EQ(response->algorithm_version(), "scenario-1 gap-1 match-1 disruption-2 more-7");
}

}  // namespace
}  // namespace bulian::scenario
