#include "services/rpc/access_table.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>

#include "bulian/v1/capability.pb.h"
#include "bulian/v1/chain.pb.h"
#include "bulian/v1/cluster.pb.h"
#include "bulian/v1/enterprise.pb.h"
#include "bulian/v1/exchange.pb.h"
#include "bulian/v1/gap.pb.h"
#include "bulian/v1/match.pb.h"
#include "bulian/v1/match_record.pb.h"
#include "bulian/v1/project.pb.h"
#include "bulian/v1/risk.pb.h"
#include "bulian/v1/scenario.pb.h"
#include "bulian/v1/structure.pb.h"
#include "google/protobuf/descriptor.h"
#include "grpc/health/v1/health.pb.h"
#include "grpc/reflection/v1/reflection.pb.h"
#include "grpc/reflection/v1alpha/reflection.pb.h"
#include "gtest/gtest.h"

namespace bulian::rpc {
namespace {

// The methods of every service in the proto files of the public package, and of health and reflection.
std::set<std::string> PublicMethods() {
  // Mentioning a message of each file keeps its descriptors linked.
  v1::Cluster::descriptor(), v1::Enterprise::descriptor(), v1::Capability::descriptor(), v1::Chain::descriptor();
  v1::Project::descriptor(), v1::ImportRequest::descriptor(), v1::Gap::descriptor(), v1::SegmentStructure::descriptor(),
      v1::FindCandidatesRequest::descriptor(), v1::AssessSystemicRiskRequest::descriptor();
  v1::ScenarioChange::descriptor(), v1::Match::descriptor();
  grpc::health::v1::HealthCheckRequest::descriptor(), grpc::reflection::v1::ServerReflectionRequest::descriptor();
  grpc::reflection::v1alpha::ServerReflectionRequest::descriptor();
  const std::filesystem::path protos = std::filesystem::path(std::getenv("BULIAN_SOURCE_DIR")) / "protos";
  std::vector<std::string> files = {"grpc/health/v1/health.proto", "grpc/reflection/v1/reflection.proto",
                                    "grpc/reflection/v1alpha/reflection.proto"};
  for (const auto& entry : std::filesystem::directory_iterator(protos / "bulian/v1")) {
    files.push_back("bulian/v1/" + entry.path().filename().string());
  }
  std::set<std::string> methods;
  for (const std::string& name : files) {
    const auto* file = google::protobuf::DescriptorPool::generated_pool()->FindFileByName(name);
    EXPECT_NE(file, nullptr) << name << " is not linked";
    for (int s = 0; file != nullptr && s < file->service_count(); ++s) {
      const auto* service = file->service(s);
      for (int m = 0; m < service->method_count(); ++m) {
        methods.insert(service->full_name() + "/" + service->method(m)->name());
      }
    }
  }
  return methods;
}

TEST(AccessTableTest, EveryMethodHasARowAndEveryRowAMethod) {
  const std::set<std::string> methods = PublicMethods();
  EXPECT_GT(methods.size(), 40u);
  for (const std::string& method : methods) EXPECT_TRUE(RoleFor(method).has_value()) << method << " has no row";
  for (const AccessRow& row : AccessTable()) {
    EXPECT_TRUE(methods.contains(std::string(row.method))) << row.method << " is no method";
  }
}

TEST(AccessTableTest, SortedWithoutRepeats) {
  const auto rows = AccessTable();
  EXPECT_EQ(std::adjacent_find(rows.begin(), rows.end(),
                               [](const AccessRow& a, const AccessRow& b) { return a.method >= b.method; }),
            rows.end());
}

TEST(AccessTableTest, WritesNeedAnEditorAndUnknownMethodsHaveNoRole) {
  EXPECT_EQ(RoleFor("bulian.v1.EnterpriseService/GetEnterprise"), Role::kReader);
  EXPECT_EQ(RoleFor("bulian.v1.EnterpriseService/UpdateEnterprise"), Role::kEditor);
  EXPECT_EQ(RoleFor("bulian.v1.ClusterService/DeleteCluster"), Role::kAdmin);
  EXPECT_EQ(RoleFor("grpc.health.v1.Health/Check"), Role::kPublic);
  EXPECT_EQ(RoleFor("bulian.v1.EnterpriseService/Nothing"), std::nullopt);
}

}  // namespace
}  // namespace bulian::rpc
