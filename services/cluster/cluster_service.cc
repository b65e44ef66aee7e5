#include "services/cluster/cluster_service.h"

#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"
#include "bulian/v1/cluster.pb.h"
#include "google/protobuf/empty.pb.h"
#include "services/cluster/cluster_family.h"
#include "services/model/error.h"
#include "services/resource/resource_message.h"
#include "services/resource/standard_methods.h"

namespace bulian::cluster {
namespace {

using model::ResourceType;
using Methods =
    resource::MethodTypes<v1::Cluster, v1::CreateClusterRequest, v1::GetClusterRequest, v1::ListClustersRequest,
                          v1::ListClustersResponse, v1::UpdateClusterRequest, v1::DeleteClusterRequest,
                          v1::BatchGetClustersRequest, v1::BatchGetClustersResponse>;

// Reads a cluster's own record; false when it is being deleted or is gone.
bool ReadCluster(const resource::Context& context, const std::string& id, v1::Cluster* cluster) {
  const auto snapshot = context.views->Current(id);
  if (!snapshot.ok()) return false;
  const model::Row row = (*snapshot)->Find(ResourceType::kCluster, absl::StrCat("clusters/", id));
  if (row == model::kNoRow) return false;
  resource::ReadResource(**snapshot, ResourceType::kCluster, row, cluster);
  return true;
}

// Clusters have no common revision: a page goes on after the last name.
absl::Status List(const resource::Context& context, rpc::CallContext& call, const v1::ListClustersRequest& request,
                  v1::ListClustersResponse* response) {
  if (request.page_size() < 0) {
    model::Violations violations;
    violations.Add("page_size", "must not be negative");
    return violations.ToStatus();
  }
  const int wanted =
      request.page_size() == 0 ? resource::kDefaultPageSize : std::min(request.page_size(), resource::kMaxPageSize);
  rpc::PageCursor cursor;
  cursor.params_hash = rpc::HashOfParams(request);
  cursor.caller = call.caller.name;
  if (!request.page_token().empty()) {
    auto opened = context.page_tokens->Open(request.page_token(), cursor.params_hash, cursor.caller);
    if (!opened.ok()) return opened.status();
    cursor = *std::move(opened);
  }
  std::string last = cursor.last_key;
  for (const std::string& id : context.views->Clusters()) {
    if (id <= cursor.last_key) continue;
    v1::Cluster cluster;
    if (!ReadCluster(context, id, &cluster)) continue;
    if (response->clusters_size() == wanted) {
      cursor.last_key = last;
      response->set_next_page_token(context.page_tokens->Seal(cursor));
      break;
    }
    response->add_clusters()->Swap(&cluster);
    last = id;
  }
  return absl::OkStatus();
}

absl::Status BatchGet(const resource::Context& context, const v1::BatchGetClustersRequest& request,
                      v1::BatchGetClustersResponse* response) {
  model::Violations violations;
  if (request.names().empty() || request.names_size() > resource::kMaxBatchGet) {
    violations.Add("names", absl::StrCat("1 to ", resource::kMaxBatchGet, " names are allowed"));
  }
  for (int i = 0; i < std::min(request.names_size(), resource::kMaxBatchGet); ++i) {
    const auto parsed = model::ParseResourceName(request.names(i));
    if (!parsed || parsed->type != ResourceType::kCluster) {
      violations.Add(absl::StrCat("names[", i, "]"), "must be `clusters/{cluster}`");
    }
  }
  if (!violations.empty()) return violations.ToStatus();
  for (const std::string& name : request.names()) {
    if (!ReadCluster(context, std::string(model::ClusterIdOf(name)), response->add_clusters()))
      return model::NotFound(name);
  }
  return absl::OkStatus();
}

// Drops the log of a cluster whose record is gone. One that has been created anew since stays.
absl::Status ClearLeftover(const resource::Context& context, const std::string& id) {
  const auto snapshot = context.views->Current(id);
  if (!snapshot.ok()) return absl::OkStatus();
  if ((*snapshot)->Find(ResourceType::kCluster, absl::StrCat("clusters/", id)) != model::kNoRow)
    return absl::OkStatus();
  absl::Status dropped = context.store->DropLog(id, (*snapshot)->position().cluster_uid);
  const bool gone = absl::IsNotFound(dropped) || model::ReasonOf(dropped) == v1::CONFLICT;
  return gone ? absl::OkStatus() : dropped;
}

// The record's deletion is a commit like any other, so a resource created meanwhile is seen; then the log goes. What a
// stop in between leaves is a log without a cluster, which CreateCluster clears away. A repeat of a deletion deletes
// nothing, whoever has the name now.
absl::Status Delete(const resource::Context& context, const resource::StandardMethods& methods, rpc::CallContext& call,
                    const v1::DeleteClusterRequest& request) {
  const absl::Status deleted = methods.Delete(call, request);
  if (absl::IsNotFound(deleted) && request.allow_missing()) return absl::OkStatus();
  if (!deleted.ok() || request.validate_only()) return deleted;
  return ClearLeftover(context, std::string(model::ClusterIdOf(request.name())));
}

}  // namespace

void RegisterClusterService(rpc::MethodTable& table, const std::shared_ptr<resource::Context>& context) {
  context->families.Add(ClusterFamily());
  const auto methods = std::make_shared<const resource::StandardMethods>(context, ResourceType::kCluster);
  constexpr std::string_view kService = "bulian.v1.ClusterService";
  resource::RegisterStandardMethods<Methods, google::protobuf::Empty>(table, kService, "Cluster", "Clusters", methods);
  const std::shared_ptr<const resource::Context> ctx = context;
  table.Unary<v1::CreateClusterRequest, v1::Cluster>(
      "bulian.v1.ClusterService/CreateCluster", rpc::Weight::kHeavy,
      [ctx, methods](auto& call, const auto& request, auto* cluster) {
        if (!request.validate_only()) {
          if (absl::Status cleared = ClearLeftover(*ctx, request.cluster_id()); !cleared.ok()) return cleared;
        }
        return methods->Create(call, request, cluster);
      });
  table.Unary<v1::ListClustersRequest, v1::ListClustersResponse>(
      "bulian.v1.ClusterService/ListClusters", rpc::Weight::kHeavy,
      [ctx](auto& call, const auto& request, auto* response) { return List(*ctx, call, request, response); });
  table.Unary<v1::BatchGetClustersRequest, v1::BatchGetClustersResponse>(
      "bulian.v1.ClusterService/BatchGetClusters", rpc::Weight::kHeavy,
      [ctx](auto&, const auto& request, auto* response) { return BatchGet(*ctx, request, response); });
  table.Unary<v1::DeleteClusterRequest, google::protobuf::Empty>(
      "bulian.v1.ClusterService/DeleteCluster", rpc::Weight::kHeavy,
      [ctx, methods](auto& call, const auto& request, auto*) { return Delete(*ctx, *methods, call, request); });
}

}  // namespace bulian::cluster
