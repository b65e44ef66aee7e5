#include <set>
#include <string>
#include <thread>

#include "google/protobuf/empty.pb.h"
#include "google/rpc/error_details.pb.h"
#include "services/exchange/registry_fixture.h"

namespace bulian::exchange {
namespace {

using google::protobuf::Empty;

// The fields a refusal names.
std::set<std::string> FieldsOf(const absl::Status& status) {
  std::set<std::string> fields;
  google::rpc::BadRequest details;
  const auto payload = status.GetPayload("type.googleapis.com/google.rpc.BadRequest");
  if (payload && details.ParseFromString(std::string(*payload))) {
    for (const auto& violation : details.field_violations()) fields.insert(violation.field());
  }
  return fields;
}

class RegistryTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(CreateCluster("beibei").ok());
    ASSERT_TRUE(CreateType("wafer", "unit: 'H87'").ok());
    ASSERT_TRUE(CreateEnterprise("cy", "sites { site_id: 'main' region_code: '500109' }").ok());
  }
  absl::StatusOr<v1::Cluster> CreateCluster(const std::string& id) {
    return registry_.Call<v1::CreateClusterRequest, v1::Cluster>(
        "ClusterService/CreateCluster", "cluster_id: '" + id + "' cluster { region_codes: '500109' }");
  }
  absl::StatusOr<v1::CapabilityType> CreateType(const std::string& id, const std::string& fields) {
    return registry_.Call<v1::CreateCapabilityTypeRequest, v1::CapabilityType>(
        "CapabilityService/CreateCapabilityType", "parent: 'clusters/beibei' capability_type_id: '" + id +
                                                      "' capability_type { display_name { en: 'T' } " + fields + " }");
  }
  absl::StatusOr<v1::Enterprise> CreateEnterprise(const std::string& id, const std::string& fields) {
    return registry_.Call<v1::CreateEnterpriseRequest, v1::Enterprise>(
        "EnterpriseService/CreateEnterprise",
        "parent: 'clusters/beibei' enterprise_id: '" + id + "' enterprise { display_name { en: 'E' } " + fields + " }");
  }
  absl::StatusOr<v1::Capability> CreateCapability(const std::string& id, const std::string& fields) {
    return registry_.Call<v1::CreateCapabilityRequest, v1::Capability>(
        "CapabilityService/CreateCapability",
        "parent: 'clusters/beibei/enterprises/cy' capability_id: '" + id + "' capability { " + fields + " }");
  }
  // A call that must be refused for `reason` and change nothing.
  template <class Result>
  void ExpectRefused(const absl::StatusOr<Result>& result, v1::ErrorReason reason, std::int64_t revision) {
    EXPECT_FALSE(result.ok());
    EXPECT_EQ(model::ReasonOf(result.status()), reason) << result.status();
    EXPECT_EQ(registry_.Revision("beibei"), revision);
  }

  Registry registry_;
};

constexpr char kWafer[] = "capability_type: 'clusters/beibei/capabilityTypes/wafer' ";

TEST_F(RegistryTest, CreatesReadsUpdatesAndDeletes) {
  const auto created =
      CreateCapability("dicing", std::string(kWafer) + "capacity { total { value: 5 unit: 'H87' period: MONTH } }");
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(created->name(), "clusters/beibei/enterprises/cy/capabilities/dicing");
  EXPECT_EQ(created->uid().size(), 36u);
  EXPECT_FALSE(created->etag().empty());
  const auto read = registry_.Call<v1::GetCapabilityRequest, v1::Capability>("CapabilityService/GetCapability",
                                                                             "name: '" + created->name() + "'");
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->SerializeAsString(), created->SerializeAsString());

  v1::UpdateCapabilityRequest update;
  *update.mutable_capability() = *read;
  update.mutable_capability()->set_level(v1::VOLUME);
  update.mutable_update_mask()->add_paths("level");
  v1::Capability updated;
  ASSERT_TRUE(registry_.Call("CapabilityService/UpdateCapability", update, &updated).ok());
  EXPECT_EQ(updated.level(), v1::VOLUME);
  EXPECT_EQ(updated.uid(), read->uid());
  EXPECT_NE(updated.etag(), read->etag());
  EXPECT_TRUE(updated.has_capacity());
  // The etag it was read with has lost.
  const auto lost = registry_.Call("CapabilityService/UpdateCapability", update, &updated);
  EXPECT_EQ(model::ReasonOf(lost), v1::ETAG_MISMATCH);

  Empty empty;
  v1::DeleteEnterpriseRequest remove;
  remove.set_name("clusters/beibei/enterprises/cy");
  EXPECT_EQ(model::ReasonOf(registry_.Call("EnterpriseService/DeleteEnterprise", remove, &empty)),
            v1::RESOURCE_HAS_CHILDREN);
  remove.set_force(true);
  EXPECT_TRUE(registry_.Call("EnterpriseService/DeleteEnterprise", remove, &empty).ok());
  EXPECT_EQ(model::ReasonOf(registry_.Call("EnterpriseService/DeleteEnterprise", remove, &empty)),
            v1::RESOURCE_NOT_FOUND);
}

TEST_F(RegistryTest, AnUpdateTellsAllViolationsAtOnce) {
  const std::int64_t at = registry_.Revision("beibei");
  const auto update = [&](const std::string& id, const std::string& more) {
    const auto result = registry_.Call<v1::UpdateEnterpriseRequest, v1::Enterprise>(
        "EnterpriseService/UpdateEnterprise",
        "request_id: 'no uuid' update_mask { paths: 'no_such_field' paths: 'uscc' } enterprise { name: "
        "'clusters/beibei/enterprises/" +
            id + "' uscc: '91350100M000100Y4Z' } " + more);
    ExpectRefused(result, v1::INVALID_FIELDS, at);
    return FieldsOf(result.status());
  };
  EXPECT_EQ(update("cy", ""), (std::set<std::string>{"request_id", "update_mask", "enterprise.uscc"}));
  // Of one that would be created, every field counts; one that is nowhere has no rest to be judged with.
  EXPECT_EQ(update("new", "allow_missing: true"),
            (std::set<std::string>{"request_id", "update_mask", "enterprise.uscc", "enterprise.display_name"}));
  EXPECT_EQ(update("new", ""), (std::set<std::string>{"request_id", "update_mask"}));
  EXPECT_EQ(update("Bad Name", ""), (std::set<std::string>{"request_id", "update_mask", "enterprise.name"}));
}

TEST_F(RegistryTest, BadInputChangesNothing) {
  const std::int64_t at = registry_.Revision("beibei");
  ExpectRefused(CreateCapability("a", "capability_type: 'clusters/beibei/capabilityTypes/none'"), v1::INVALID_FIELDS,
                at);
  ExpectRefused(
      CreateCapability("a", std::string(kWafer) + "capacity { total { value: 5 unit: 'KGM' period: MONTH } }"),
      v1::INVALID_FIELDS, at);
  ExpectRefused(
      CreateCapability("a", std::string(kWafer) + "capacity { total { value: 5 unit: 'XYZZY' period: MONTH } }"),
      v1::INVALID_FIELDS, at);
  ExpectRefused(
      CreateCapability("a", std::string(kWafer) + "capacity { total { value: -5 unit: 'H87' period: MONTH } }"),
      v1::INVALID_FIELDS, at);
  ExpectRefused(
      CreateCapability("a", std::string(kWafer) + "capacity { total { value: nan unit: 'H87' period: MONTH } }"),
      v1::INVALID_FIELDS, at);
  ExpectRefused(CreateCapability("a", std::string(kWafer) + "capacity { total { value: 5 unit: 'H87' } }"),
                v1::INVALID_FIELDS, at);
  ExpectRefused(CreateCapability("a", std::string(kWafer) + "site: 'other'"), v1::INVALID_FIELDS, at);
  ExpectRefused(CreateEnterprise("b", "uscc: '91350100M000100Y4Z'"), v1::INVALID_FIELDS, at);
  ExpectRefused(CreateEnterprise("b", "sites { site_id: 'x' region_code: '99' }"), v1::INVALID_FIELDS, at);
  ExpectRefused(CreateEnterprise("cy", ""), v1::RESOURCE_EXISTS, at);
  ExpectRefused(CreateType("x", "parents: 'clusters/beibei/capabilityTypes/x'"), v1::INVALID_FIELDS, at);
  const std::string chain =
      "parent: 'clusters/beibei' chain_id: 'c' chain { display_name { en: 'C' } segments { segment_id: 's' "
      "display_name { en: 'S' } "
      "requirement { capability_type: 'clusters/beibei/capabilityTypes/wafer' } inputs { segment: 'none' } } }";
  ExpectRefused(registry_.Call<v1::CreateChainRequest, v1::Chain>("ChainService/CreateChain", chain),
                v1::INVALID_FIELDS, at);
}

TEST_F(RegistryTest, WhatRiskNeedsIsChecked) {
  const std::int64_t at = registry_.Revision("beibei");
  const auto capability =
      CreateCapability("a", std::string(kWafer) + "stock { value: 5 unit: 'KGM' } recovery_time_days: -1");
  ExpectRefused(capability, v1::INVALID_FIELDS, at);
  EXPECT_EQ(FieldsOf(capability.status()),
            (std::set<std::string>{"capability.stock.unit", "capability.recovery_time_days"}));

  const auto chain = [&](const std::string& fields) {
    return registry_.Call<v1::CreateChainRequest, v1::Chain>(
        "ChainService/CreateChain",
        "parent: 'clusters/beibei' chain_id: 'c' chain { display_name { en: 'C' } segments { segment_id: 's' "
        "display_name { en: 'S' } requirement { capability_type: 'clusters/beibei/capabilityTypes/wafer' } " +
            fields + " } }");
  };
  const std::string day = "valid_from { year: 2027 month: 1 day: 1 } ";
  const std::string rate = "final_demand { value: 5 unit: 'H87' period: YEAR } ";
  const auto refused =
      chain("policy { max_single_loss: 2 } unit_margin { currency_code: 'yuan' units: 1 } demand_plan { " + day + rate +
            "} demand_plan { " + day + rate + "} demand_plan { " + rate +
            "} demand_plan { valid_from { year: 2028 month: 1 day: 1 } } demand_plan { valid_from { year: "
            "2029 month: 1 day: 1 } final_demand { value: 5 unit: 'KGM' period: YEAR } }");
  ExpectRefused(refused, v1::INVALID_FIELDS, at);
  EXPECT_EQ(
      FieldsOf(refused.status()),
      (std::set<std::string>{
          "chain.segments[0].policy.max_single_loss", "chain.segments[0].unit_margin.currency_code",
          "chain.segments[0].demand_plan[1].valid_from", "chain.segments[0].demand_plan[2].valid_from",
          "chain.segments[0].demand_plan[3].final_demand", "chain.segments[0].demand_plan[4].final_demand.unit"}));
  EXPECT_TRUE(chain("unit_margin { currency_code: 'CNY' units: 1 } demand_plan { " + day + rate + "}").ok());

  const auto cluster = [&](const std::string& fields) {
    return registry_.Call<v1::CreateClusterRequest, v1::Cluster>(
        "ClusterService/CreateCluster", "cluster_id: 'other' cluster { region_codes: '500109' " + fields + " }");
  };
  const std::string pair = "industry_essentiality { supplier_industry: '398' buyer_industry: 'C39' ";
  const auto pairs = cluster("policy { max_single_loss: -1 } " + pair + "essentiality: ESSENTIAL } " + pair +
                             "essentiality: NEGLIGIBLE } industry_essentiality { supplier_industry: 'x' }");
  EXPECT_EQ(FieldsOf(pairs.status()),
            (std::set<std::string>{"cluster.policy.max_single_loss", "cluster.industry_essentiality[1]",
                                   "cluster.industry_essentiality[2].supplier_industry",
                                   "cluster.industry_essentiality[2].buyer_industry",
                                   "cluster.industry_essentiality[2].essentiality"}));
  EXPECT_TRUE(cluster(pair + "essentiality: ESSENTIAL }").ok());
}

TEST_F(RegistryTest, EveryViolationComesAtOnce) {
  const auto result = CreateEnterprise("b", "uscc: 'X' industry_codes: 'Z' qualifications: 'q' website: '\\001'");
  ASSERT_FALSE(result.ok());
  EXPECT_NE(result.status().message().find("more)"), std::string::npos);
}

TEST_F(RegistryTest, IdentifiersAreUnique) {
  ASSERT_TRUE(CreateEnterprise("b", "uscc: '91350100M000100Y43'").ok());
  ExpectRefused(CreateEnterprise("c", "uscc: '91350100M000100Y43'"), v1::IDENTIFIER_TAKEN,
                registry_.Revision("beibei"));
}

TEST_F(RegistryTest, RequestIdAnswersAgainOrRefuses) {
  const std::string id = "request_id: '9b2f6a3e-1c4d-4e5f-8a6b-7c8d9e0f1a2b' ";
  const std::string body = "parent: 'clusters/beibei' enterprise_id: 'r' enterprise { display_name { en: 'R' } } ";
  const auto call = [&](const std::string& text) {
    return registry_.Call<v1::CreateEnterpriseRequest, v1::Enterprise>("EnterpriseService/CreateEnterprise", text);
  };
  const auto first = call(id + body);
  ASSERT_TRUE(first.ok()) << first.status();
  const std::int64_t at = registry_.Revision("beibei");
  const auto again = call(id + body);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->SerializeAsString(), first->SerializeAsString());
  ExpectRefused(call(id + "parent: 'clusters/beibei' enterprise_id: 'q' enterprise { display_name { en: 'R' } }"),
                v1::REQUEST_ID_REUSED, at);
  const auto preview =
      call("validate_only: true parent: 'clusters/beibei' enterprise_id: 'v' enterprise { display_name { en: 'R' } }");
  EXPECT_TRUE(preview.ok()) << preview.status();
  EXPECT_EQ(registry_.Revision("beibei"), at);
}

TEST_F(RegistryTest, ARepeatThatRunsBesideTheFirstCallGetsItsAnswer) {
  const auto call = [&] {
    return registry_.Call<v1::CreateEnterpriseRequest, v1::Enterprise>(
        "EnterpriseService/CreateEnterprise",
        "request_id: '9b2f6a3e-1c4d-4e5f-8a6b-7c8d9e0f1a2c' parent: 'clusters/beibei' enterprise_id: 'twin' "
        "enterprise { display_name { en: 'T' } }");
  };
  absl::StatusOr<v1::Enterprise> first;
  registry_.store().after_find = [&] { first = call(); };
  const auto second = call();
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(second->SerializeAsString(), first->SerializeAsString());
}

TEST_F(RegistryTest, NoCycleWhateverWritersDo) {
  for (const char* id : {"a", "b", "c"}) ASSERT_TRUE(CreateType(id, "").ok());
  const auto link = [&](const std::string& child, const std::string& parent) {
    return registry_.Call<v1::UpdateCapabilityTypeRequest, v1::CapabilityType>(
        "CapabilityService/UpdateCapabilityType", "capability_type { name: 'clusters/beibei/capabilityTypes/" + child +
                                                      "' parents: 'clusters/beibei/capabilityTypes/" + parent + "' }");
  };
  for (int round = 0; round < 20; ++round) {
    absl::Status one, two, three;
    std::thread first([&] { one = link("a", "b").status(); }), second([&] { two = link("b", "c").status(); }),
        third([&] { three = link("c", "a").status(); });
    first.join();
    second.join();
    third.join();
    EXPECT_EQ(one.ok() + two.ok() + three.ok(), 2);
    for (const char* id : {"a", "b", "c"}) {
      ASSERT_TRUE(
          (registry_
               .Call<v1::UpdateCapabilityTypeRequest, v1::CapabilityType>(
                   "CapabilityService/UpdateCapabilityType",
                   std::string(
                       "update_mask { paths: 'parents' } capability_type { name: 'clusters/beibei/capabilityTypes/") +
                       id + "' }")
               .ok()));
    }
  }
}

TEST_F(RegistryTest, DeletionAndReferenceRaceLeavesNothingDangling) {
  for (int round = 0; round < 20; ++round) {
    const std::string id = "t" + std::to_string(round), name = "clusters/beibei/capabilityTypes/" + id;
    ASSERT_TRUE(CreateType(id, "").ok());
    absl::Status created, deleted;
    std::thread first(
        [&] { created = CreateCapability("k" + std::to_string(round), "capability_type: '" + name + "'").status(); });
    std::thread second([&] {
      v1::DeleteCapabilityTypeRequest request;
      request.set_name(name);
      Empty empty;
      deleted = registry_.Call("CapabilityService/DeleteCapabilityType", request, &empty);
    });
    first.join();
    second.join();
    EXPECT_NE(created.ok(), deleted.ok()) << created << deleted;
  }
}

TEST_F(RegistryTest, PagesAreOfOneRevision) {
  for (int i = 0; i < 25; ++i) ASSERT_TRUE(CreateEnterprise("e" + std::to_string(100 + i), "").ok());
  const auto list = [&](const std::string& text) {
    return registry_.Call<v1::ListEnterprisesRequest, v1::ListEnterprisesResponse>("EnterpriseService/ListEnterprises",
                                                                                   "parent: 'clusters/beibei' " + text);
  };
  const auto all = list("");
  ASSERT_TRUE(all.ok());
  std::vector<std::string> paged;
  std::string token;
  do {
    const auto page = list("page_size: 7 page_token: '" + token + "'");
    ASSERT_TRUE(page.ok()) << page.status();
    for (const auto& each : page->enterprises()) paged.push_back(each.name());
    token = page->next_page_token();
    ASSERT_TRUE(CreateEnterprise("z" + std::to_string(paged.size()), "").ok());
  } while (!token.empty());
  ASSERT_EQ(paged.size(), static_cast<std::size_t>(all->enterprises_size()));
  for (std::size_t i = 0; i < paged.size(); ++i) EXPECT_EQ(paged[i], all->enterprises(static_cast<int>(i)).name());
  const auto first = list("page_size: 2");
  EXPECT_EQ(model::ReasonOf(list("page_token: '" + first->next_page_token() + "' filter { text: 'x' }").status()),
            v1::PAGE_TOKEN_INVALID);
}

TEST_F(RegistryTest, AProjectInProductionBringsItsCapabilities) {
  const auto project = registry_.Call<v1::CreateProjectRequest, v1::Project>(
      "ProjectService/CreateProject",
      "parent: 'clusters/beibei' project_id: 'p' project { display_name { en: 'P' } state: TRIAL owner: "
      "'clusters/beibei/enterprises/cy' "
      "planned_capabilities { capability_id: 'new' capability { " +
          std::string(kWafer) + " site: 'main' } } }");
  ASSERT_TRUE(project.ok()) << project.status();
  const auto get = [&] {
    return registry_.Call<v1::GetCapabilityRequest, v1::Capability>(
        "CapabilityService/GetCapability", "name: 'clusters/beibei/enterprises/cy/capabilities/new'");
  };
  EXPECT_FALSE(get().ok());
  const auto updated = registry_.Call<v1::UpdateProjectRequest, v1::Project>(
      "ProjectService/UpdateProject", "project { name: 'clusters/beibei/projects/p' state: IN_PRODUCTION }");
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_TRUE(get().ok());
}

TEST_F(RegistryTest, DeletesAClusterWithAllInIt) {
  v1::DeleteClusterRequest request;
  request.set_name("clusters/beibei");
  Empty empty;
  EXPECT_EQ(model::ReasonOf(registry_.Call("ClusterService/DeleteCluster", request, &empty)),
            v1::RESOURCE_HAS_CHILDREN);
  request.set_force(true);
  ASSERT_TRUE(registry_.Call("ClusterService/DeleteCluster", request, &empty).ok());
  EXPECT_TRUE(CreateCluster("beibei").ok());
}

TEST_F(RegistryTest, ARepeatedDeletionOfAClusterGetsTheFirstAnswer) {
  v1::DeleteClusterRequest request;
  request.set_name("clusters/beibei");
  request.set_force(true);
  request.set_request_id("5f3c1d0e-8a5b-4c57-9f0e-0f6d3c2b1a00");
  Empty empty;
  const auto remove = [&] { return registry_.Call("ClusterService/DeleteCluster", request, &empty); };
  ASSERT_TRUE(remove().ok());
  EXPECT_TRUE(remove().ok());
  v1::DeleteClusterRequest other = request;
  other.set_allow_missing(true);
  EXPECT_EQ(model::ReasonOf(registry_.Call("ClusterService/DeleteCluster", other, &empty)), v1::REQUEST_ID_REUSED);
  other.clear_request_id();
  EXPECT_TRUE(registry_.Call("ClusterService/DeleteCluster", other, &empty).ok());
  // A cluster that has the name since is not the one that was deleted.
  ASSERT_TRUE(CreateCluster("beibei").ok());
  EXPECT_TRUE(remove().ok());
  EXPECT_EQ(registry_.Revision("beibei"), 1);
  request.set_request_id("5f3c1d0e-8a5b-4c57-9f0e-0f6d3c2b1a01");
  EXPECT_TRUE(remove().ok());
  EXPECT_EQ(
      model::ReasonOf(
          registry_.Call<v1::GetClusterRequest, v1::Cluster>("ClusterService/GetCluster", "name: 'clusters/beibei'")
              .status()),
      v1::RESOURCE_NOT_FOUND);
}

}  // namespace
}  // namespace bulian::exchange
