#include "services/rpc/access_table.h"

#include <algorithm>
#include <iterator>

namespace bulian::rpc {
namespace {

// Sorted by method name (a test checks it).
constexpr AccessRow kRows[] = {
    {"bulian.v1.CapabilityService/BatchGetCapabilities", Role::kReader},
    {"bulian.v1.CapabilityService/BatchGetCapabilityTypes", Role::kReader},
    {"bulian.v1.CapabilityService/CreateCapability", Role::kEditor},
    {"bulian.v1.CapabilityService/CreateCapabilityType", Role::kEditor},
    {"bulian.v1.CapabilityService/DeleteCapability", Role::kEditor},
    {"bulian.v1.CapabilityService/DeleteCapabilityType", Role::kEditor},
    {"bulian.v1.CapabilityService/GetCapability", Role::kReader},
    {"bulian.v1.CapabilityService/GetCapabilityType", Role::kReader},
    {"bulian.v1.CapabilityService/ListCapabilities", Role::kReader},
    {"bulian.v1.CapabilityService/ListCapabilityTypes", Role::kReader},
    {"bulian.v1.CapabilityService/UpdateCapability", Role::kEditor},
    {"bulian.v1.CapabilityService/UpdateCapabilityType", Role::kEditor},
    {"bulian.v1.ChainService/BatchGetChains", Role::kReader},
    {"bulian.v1.ChainService/BatchGetSupplyLinks", Role::kReader},
    {"bulian.v1.ChainService/CreateChain", Role::kEditor},
    {"bulian.v1.ChainService/CreateSupplyLink", Role::kEditor},
    {"bulian.v1.ChainService/DeleteChain", Role::kEditor},
    {"bulian.v1.ChainService/DeleteSupplyLink", Role::kEditor},
    {"bulian.v1.ChainService/DraftChain", Role::kReader},
    {"bulian.v1.ChainService/GetChain", Role::kReader},
    {"bulian.v1.ChainService/GetSupplyLink", Role::kReader},
    {"bulian.v1.ChainService/ListChains", Role::kReader},
    {"bulian.v1.ChainService/ListSupplyLinks", Role::kReader},
    {"bulian.v1.ChainService/UpdateChain", Role::kEditor},
    {"bulian.v1.ChainService/UpdateSupplyLink", Role::kEditor},
    {"bulian.v1.ClusterService/BatchGetClusters", Role::kReader},
    {"bulian.v1.ClusterService/CreateCluster", Role::kAdmin},
    {"bulian.v1.ClusterService/DeleteCluster", Role::kAdmin},
    {"bulian.v1.ClusterService/GetCluster", Role::kReader},
    {"bulian.v1.ClusterService/ListClusters", Role::kReader},
    {"bulian.v1.ClusterService/UpdateCluster", Role::kEditor},
    {"bulian.v1.EnterpriseService/BatchGetEnterprises", Role::kReader},
    {"bulian.v1.EnterpriseService/CreateEnterprise", Role::kEditor},
    {"bulian.v1.EnterpriseService/DeleteEnterprise", Role::kEditor},
    {"bulian.v1.EnterpriseService/GetEnterprise", Role::kReader},
    {"bulian.v1.EnterpriseService/ListEnterprises", Role::kReader},
    {"bulian.v1.EnterpriseService/SearchEnterprises", Role::kReader},
    {"bulian.v1.EnterpriseService/UpdateEnterprise", Role::kEditor},
    {"bulian.v1.ExchangeService/Backup", Role::kAdmin},
    {"bulian.v1.ExchangeService/Export", Role::kReader},
    {"bulian.v1.ExchangeService/Import", Role::kEditor},
    {"bulian.v1.ExchangeService/WatchChanges", Role::kReader},
    {"bulian.v1.GapService/AnalyzeGaps", Role::kReader},
    {"bulian.v1.GapService/AssessSegments", Role::kReader},
    {"bulian.v1.GapService/FindClosures", Role::kReader},
    {"bulian.v1.GapService/GetGap", Role::kReader},
    {"bulian.v1.GapService/WatchGaps", Role::kReader},
    {"bulian.v1.MatchRecordService/BatchGetMatches", Role::kReader},
    {"bulian.v1.MatchRecordService/CreateMatch", Role::kEditor},
    {"bulian.v1.MatchRecordService/DeleteMatch", Role::kEditor},
    {"bulian.v1.MatchRecordService/GetMatch", Role::kReader},
    {"bulian.v1.MatchRecordService/ListMatches", Role::kReader},
    {"bulian.v1.MatchRecordService/UpdateMatch", Role::kEditor},
    {"bulian.v1.MatchService/ExplainCandidate", Role::kReader},
    {"bulian.v1.MatchService/FindCandidates", Role::kReader},
    {"bulian.v1.MatchService/OrderInvestigations", Role::kReader},
    {"bulian.v1.MatchService/PlanMatches", Role::kReader},
    {"bulian.v1.MatchService/ReviewMatches", Role::kReader},
    {"bulian.v1.ProjectService/BatchGetProjects", Role::kReader},
    {"bulian.v1.ProjectService/CreateProject", Role::kEditor},
    {"bulian.v1.ProjectService/DeleteProject", Role::kEditor},
    {"bulian.v1.ProjectService/GetProject", Role::kReader},
    {"bulian.v1.ProjectService/ListProjects", Role::kReader},
    {"bulian.v1.ProjectService/UpdateProject", Role::kEditor},
    {"bulian.v1.RiskService/AssessDisruption", Role::kReader},
    {"bulian.v1.RiskService/AssessSystemicRisk", Role::kReader},
    {"bulian.v1.ScenarioService/EvaluateScenario", Role::kReader},
    {"bulian.v1.StructureService/AssessFeasibility", Role::kReader},
    {"bulian.v1.StructureService/AssessStructure", Role::kReader},
    {"grpc.health.v1.Health/Check", Role::kPublic},
    {"grpc.health.v1.Health/Watch", Role::kPublic},
    {"grpc.reflection.v1.ServerReflection/ServerReflectionInfo", Role::kPublic},
    {"grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", Role::kPublic},
};

}  // namespace

std::span<const AccessRow> AccessTable() { return kRows; }

std::optional<Role> RoleFor(std::string_view method) {
  const auto* row = std::lower_bound(std::begin(kRows), std::end(kRows), method,
                                     [](const AccessRow& one, std::string_view name) { return one.method < name; });
  if (row == std::end(kRows) || row->method != method) return std::nullopt;
  return row->role;
}

}  // namespace bulian::rpc
