#include <string>
#include <vector>

#include "bulian/v1/match_record.pb.h"
#include "google/protobuf/empty.pb.h"
#include "google/rpc/error_details.pb.h"
#include "services/exchange/registry_fixture.h"

namespace bulian::exchange {
namespace {

using google::protobuf::Empty;

// A cluster with a chain of one segment nobody fills, an enterprise that could, and a buyer.
class MatchRecordTest : public testing::Test {
 protected:
  void SetUp() override {
    const std::vector<v1::ImportRequest> requests = {Message(
        1, {
               "cluster { name: 'clusters/c' region_codes: '500109' }",
               "capability_type { name: 'clusters/c/capabilityTypes/wafer' display_name { en: 'W' } unit: 'H87' }",
               "enterprise { name: 'clusters/c/enterprises/fab' kind: COMPANY display_name { en: 'Fab' } uscc: "
               "'91110000600037341L' sites { site_id: 'main' region_code: '500109' } }",
               "enterprise { name: 'clusters/c/enterprises/buyer' kind: COMPANY display_name { en: 'Buyer' } }",
               "chain { name: 'clusters/c/chains/x' display_name { en: 'X' } segments { segment_id: 's' display_name { "
               "en: "
               "'S' } requirement { capability_type: 'clusters/c/capabilityTypes/wafer' } } segments { segment_id: "
               "'spare' "
               "display_name { en: 'T' } requirement { capability_type: 'clusters/c/capabilityTypes/wafer' } } }",
           })};
    const auto answers = registry_.Import(requests);
    ASSERT_TRUE(answers.ok()) << answers.status();
    ASSERT_EQ(answers->back().created(), 5) << answers->back().DebugString();
  }

  static v1::ImportRequest Message(std::int64_t sequence, const std::vector<std::string>& records) {
    v1::ImportRequest request;
    request.set_parent("clusters/c");
    request.set_sequence(sequence);
    for (const std::string& text : records) Registry::Parse(text, request.add_records());
    return request;
  }
  absl::StatusOr<v1::Match> Create(const std::string& id, const std::string& fields) {
    return registry_.Call<v1::CreateMatchRequest, v1::Match>(
        "MatchRecordService/CreateMatch", "parent: 'clusters/c' match_id: '" + id + "' match { " + fields + " }");
  }
  absl::StatusOr<v1::Match> Update(const std::string& id, const std::string& fields, const std::string& mask = "") {
    std::string text = "match { name: 'clusters/c/matches/" + id + "' " + fields + " }";
    if (!mask.empty()) text += " update_mask { paths: '" + mask + "' }";
    return registry_.Call<v1::UpdateMatchRequest, v1::Match>("MatchRecordService/UpdateMatch", text);
  }
  bool Exists(model::ResourceType type, const std::string& name) {
    return (*registry_.views().Current("c"))->Find(type, name) != model::kNoRow;
  }
  // Every violation a refusal tells, one a line.
  static std::string Refusal(const absl::Status& status) {
    google::rpc::BadRequest details;
    const auto payload = status.GetPayload("type.googleapis.com/google.rpc.BadRequest");
    std::string text;
    if (!payload || !details.ParseFromString(std::string(*payload))) return text;
    for (const auto& violation : details.field_violations())
      text += violation.field() + ": " + violation.description() + "\n";
    return text;
  }

  const std::string need_ = "segment: 'clusters/c/chains/x/segments/s' enterprise: 'clusters/c/enterprises/fab' ";
  const std::string promise_ =
      "promised_capabilities { capability_id: 'line' capability { capability_type: 'clusters/c/capabilityTypes/wafer' "
      "site: 'main' level: VOLUME } } promised_supply_links { supply_link_id: 'fab-buyer' supply_link { buyer: "
      "'clusters/c/enterprises/buyer' product_type: 'clusters/c/capabilityTypes/wafer' } } ";
  const std::string line_ = "clusters/c/enterprises/fab/capabilities/line", link_ = "clusters/c/supplyLinks/fab-buyer";
  Registry registry_;
};

TEST_F(MatchRecordTest, AContractBringsWhatItPromisesInOneCommit) {
  auto match = Create("m", need_ + promise_ + "state: PROPOSED");
  ASSERT_TRUE(match.ok()) << match.status();
  EXPECT_EQ(match->promised_supply_links(0).supply_link().supplier(), "clusters/c/enterprises/fab");
  EXPECT_FALSE(Exists(model::ResourceType::kCapability, line_));
  const std::int64_t before = registry_.Revision("c");
  match = Update("m", "state: CONTRACTED note: 'signed'");
  ASSERT_TRUE(match.ok()) << match.status();
  EXPECT_EQ(registry_.Revision("c"), before + 1);
  EXPECT_TRUE(Exists(model::ResourceType::kCapability, line_));
  EXPECT_TRUE(Exists(model::ResourceType::kSupplyLink, link_));
  ASSERT_EQ(match->history_size(), 2);
  EXPECT_EQ(match->history(1).state(), v1::Match::CONTRACTED);
  EXPECT_EQ(match->history(1).note(), "signed");
  EXPECT_EQ(match->history(1).actor(), "partners/test");
}

TEST_F(MatchRecordTest, WhatExistsIsNotCreatedAgain) {
  ASSERT_TRUE((registry_.Call<v1::CreateCapabilityRequest, v1::Capability>(
                   "CapabilityService/CreateCapability",
                   "parent: 'clusters/c/enterprises/fab' capability_id: 'line' capability { capability_type: "
                   "'clusters/c/capabilityTypes/wafer' level: PILOT }"))
                  .ok());
  ASSERT_TRUE(Create("m", need_ + promise_ + "state: CONTRACTED").ok());
  const auto line = registry_.Call<v1::GetCapabilityRequest, v1::Capability>("CapabilityService/GetCapability",
                                                                             "name: '" + line_ + "'");
  ASSERT_TRUE(line.ok());
  EXPECT_EQ(line->level(), v1::PILOT);
  EXPECT_TRUE(Exists(model::ResourceType::kSupplyLink, link_));
}

TEST_F(MatchRecordTest, EndingAContractTakesNothingAwayAndAnotherContractBringsNothingTwice) {
  ASSERT_TRUE(Create("m", need_ + promise_ + "state: CONTRACTED").ok());
  ASSERT_TRUE(Update("m", "state: REJECTED rejection_reason: TERMS").ok());
  EXPECT_TRUE(Exists(model::ResourceType::kCapability, line_));
  ASSERT_TRUE(Update("m", "state: AGREED").ok());
  const auto again = Update("m", "state: CONTRACTED");
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->history_size(), 4);
}

TEST_F(MatchRecordTest, AStepBackIsRefusedAndChangesNothing) {
  ASSERT_TRUE(Create("m", need_ + "state: AGREED").ok());
  const std::int64_t before = registry_.Revision("c");
  const auto back = Update("m", "state: CONTACTED");
  EXPECT_EQ(model::ReasonOf(back.status()), v1::INVALID_FIELDS) << back.status();
  EXPECT_NE(Refusal(back.status()).find("cannot go from AGREED to CONTACTED"), std::string::npos) << back.status();
  EXPECT_EQ(registry_.Revision("c"), before);
}

TEST_F(MatchRecordTest, NobodyRewritesHistory) {
  ASSERT_TRUE(Create("m", need_ + "state: PROPOSED note: 'first'").ok());
  const auto match = Update("m", "history { state: CONTRACTED note: 'forged' }", "history");
  ASSERT_TRUE(match.ok()) << match.status();
  ASSERT_EQ(match->history_size(), 1);
  EXPECT_EQ(match->history(0).note(), "first");
}

TEST_F(MatchRecordTest, EveryViolationIsTold) {
  const auto wrong = Create(
      "m",
      "enterprise: 'clusters/d/enterprises/fab' state: REJECTED note: 'a\x01z' promised_capabilities { capability_id: "
      "'L' capability { } } promised_supply_links { supply_link_id: 'a' supply_link { product_type: 'x' } } "
      "promised_supply_links { supply_link_id: 'a' supply_link { buyer: 'clusters/c/enterprises/buyer' product_type: "
      "'clusters/c/capabilityTypes/wafer' } }");
  EXPECT_EQ(Refusal(wrong.status()),
            "match.segment: a segment or a requirement is required\n"
            "match.enterprise: must be the name of one of the cluster's enterprises\n"
            "match.rejection_reason: is required of a match that is REJECTED\n"
            "match.note: must have no control characters\n"
            "match.promised_capabilities[0].capability_id: must match [a-z]([a-z0-9-]{0,61}[a-z0-9])?\n"
            "match.promised_capabilities[0].capability.capability_type: is required\n"
            "match.promised_supply_links[1].supply_link_id: stands twice\n"
            "match.promised_supply_links[0].supply_link.buyer: is required\n"
            "match.promised_supply_links[0].supply_link.product_type: must be the name of one of the cluster's "
            "capabilityTypes\n");
  const auto missing = Create("m",
                              "segment: 'clusters/c/chains/x/segments/gone' enterprise: "
                              "'clusters/c/enterprises/gone' state: PROPOSED");
  EXPECT_EQ(Refusal(missing.status()),
            "match.segment: there is no clusters/c/chains/x/segments/gone\n"
            "match.enterprise: there is no clusters/c/enterprises/gone\n");
}

TEST_F(MatchRecordTest, WhatAMatchNamesMustNotGoAway) {
  ASSERT_TRUE(Create("m", need_ + promise_ + "state: PROPOSED").ok());
  const auto gone = [&](const std::string& method, auto request, const std::string& text) {
    Registry::Parse(text, &request);
    Empty empty;
    return model::ReasonOf(registry_.Call(method, request, &empty));
  };
  EXPECT_EQ(gone("EnterpriseService/DeleteEnterprise", v1::DeleteEnterpriseRequest(),
                 "name: 'clusters/c/enterprises/fab' force: true"),
            v1::RESOURCE_IN_USE);
  EXPECT_EQ(
      gone("EnterpriseService/DeleteEnterprise", v1::DeleteEnterpriseRequest(), "name: 'clusters/c/enterprises/buyer'"),
      v1::RESOURCE_IN_USE);
  EXPECT_EQ(gone("ChainService/DeleteChain", v1::DeleteChainRequest(), "name: 'clusters/c/chains/x'"),
            v1::RESOURCE_IN_USE);
  const auto shorter = registry_.Call<v1::UpdateChainRequest, v1::Chain>(
      "ChainService/UpdateChain",
      "chain { name: 'clusters/c/chains/x' segments { segment_id: 'spare' display_name { en: 'T' } requirement { "
      "capability_type: 'clusters/c/capabilityTypes/wafer' } } } update_mask { paths: 'segments' }");
  EXPECT_EQ(model::ReasonOf(shorter.status()), v1::RESOURCE_IN_USE) << shorter.status();
  const auto site = registry_.Call<v1::UpdateEnterpriseRequest, v1::Enterprise>(
      "EnterpriseService/UpdateEnterprise",
      "enterprise { name: 'clusters/c/enterprises/fab' } update_mask { paths: 'sites' }");
  EXPECT_EQ(model::ReasonOf(site.status()), v1::RESOURCE_IN_USE) << site.status();
  ASSERT_EQ(gone("MatchRecordService/DeleteMatch", v1::DeleteMatchRequest(), "name: 'clusters/c/matches/m'"),
            v1::ERROR_REASON_UNSPECIFIED);
  EXPECT_EQ(gone("ChainService/DeleteChain", v1::DeleteChainRequest(), "name: 'clusters/c/chains/x'"),
            v1::ERROR_REASON_UNSPECIFIED);
}

TEST_F(MatchRecordTest, AnImportedMatchIsHeldToTheSameRules) {
  const std::string name = "match { name: 'clusters/c/matches/m' segment: 'clusters/c/chains/x/segments/s' ";
  const std::string fab = "enterprise: 'clusters/c/enterprises/uscc:91110000600037341L' ";
  const auto import = [&](std::int64_t sequence, const std::string& record) {
    const auto answers = registry_.Import({Message(sequence, {record})});
    EXPECT_TRUE(answers.ok()) << answers.status();
    return answers.ok() ? answers->back() : v1::ImportResponse();
  };
  EXPECT_EQ(import(1, name + fab + promise_ + "state: AGREED }").created(), 1);
  EXPECT_EQ(import(2, name + fab + promise_ + "state: AGREED }").unchanged(), 1);
  const auto back = import(3, name + fab + promise_ + "state: PROPOSED }");
  ASSERT_EQ(back.rejected_size(), 1);
  EXPECT_NE(back.rejected(0).status().message().find("cannot go from AGREED to PROPOSED"), std::string::npos);
  EXPECT_EQ(import(4, name + fab + promise_ + "state: CONTRACTED }").updated(), 1);
  EXPECT_TRUE(Exists(model::ResourceType::kCapability, line_));
  EXPECT_TRUE(Exists(model::ResourceType::kSupplyLink, link_));
}

TEST_F(MatchRecordTest, ListsByStateEnterpriseAndSegment) {
  ASSERT_TRUE(Create("a", need_ + "state: PROPOSED").ok());
  ASSERT_TRUE(Create("b", need_ + "state: AGREED").ok());
  ASSERT_TRUE(Create("d",
                     "enterprise: 'clusters/c/enterprises/buyer' state: AGREED requirement { capability_type: "
                     "'clusters/c/capabilityTypes/wafer' }")
                  .ok());
  const auto list = [&](const std::string& filter) {
    const auto page = registry_.Call<v1::ListMatchesRequest, v1::ListMatchesResponse>(
        "MatchRecordService/ListMatches", "parent: 'clusters/c' filter { " + filter + " }");
    std::string ids;
    if (!page.ok()) return Refusal(page.status());
    for (const auto& match : page->matches()) ids += match.name().back();
    return ids;
  };
  EXPECT_EQ(list(""), "abd");
  EXPECT_EQ(list("states: AGREED"), "bd");
  EXPECT_EQ(list("states: AGREED segments: 'clusters/c/chains/x'"), "b");
  EXPECT_EQ(list("segments: 'clusters/c/chains/x/segments/s'"), "ab");
  EXPECT_EQ(list("segments: 'clusters/c/chains/x/segments/spare'"), "");
  EXPECT_EQ(list("enterprises: 'clusters/c/enterprises/buyer'"), "d");
  EXPECT_NE(list("segments: 'clusters/c/chains/x/segments/no'").find("filter.segments[0]"), std::string::npos);
}

}  // namespace
}  // namespace bulian::exchange
