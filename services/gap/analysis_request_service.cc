#include "services/gap/analysis_request_service.h"

namespace bulian::gap {

using model::ResourceType;

void CheckAsOf(bool has, const google::type::Date& date, model::Violations* violations) {
  if (has && !model::ToDay(date)) violations->Add("as_of", "must be a full date");
}

void CheckParent(std::string_view parent, model::Violations* violations) {
  const auto name = model::ParseResourceName(parent);
  if (name && (name->type == ResourceType::kCluster || name->type == ResourceType::kChain)) return;
  violations->Add(
      "parent", parent.empty() ? "is required" : "must be `clusters/{cluster}` or `clusters/{cluster}/chains/{chain}`");
}

void CheckKinds(const google::protobuf::RepeatedField<int>& kinds, model::Violations* violations) {
  for (int i = 0; i < kinds.size(); ++i) {
    if (v1::GapKind_IsValid(kinds[i]) && kinds[i] != v1::GAP_KIND_UNSPECIFIED) continue;
    violations->Add("kinds[" + std::to_string(i) + "]", "is not a kind of gap");
  }
}

void CheckPageSize(int page_size, model::Violations* violations) {
  if (page_size < 0) violations->Add("page_size", "must not be negative");
}

int PageSize(int page_size) { return page_size == 0 ? kDefaultPage : std::min(page_size, kGreatestPage); }

view::Patience PatienceOf(const rpc::CallContext& call) { return {call.deadline, call.is_cancelled}; }

absl::StatusOr<model::SnapshotPtr> Resolve(const RequestDeps& deps, rpc::CallContext& call, std::string_view cluster,
                                           const v1::ReadAt& at) {
  auto snapshot = deps.views->Resolve(cluster, at, PatienceOf(call));
  if (!snapshot.ok()) return snapshot.status();
  const std::string name = "clusters/" + std::string(cluster);
  if ((*snapshot)->Find(ResourceType::kCluster, name) == model::kNoRow) return model::NotFound(name);
  const model::SnapshotPosition& position = (*snapshot)->position();
  call.trailers.emplace_back("bulian-revision", position.cluster_uid + ":" + std::to_string(position.epoch) + ":" +
                                                    std::to_string(position.revision));
  return snapshot;
}

bool IsOfChain(const ClusterAnalysis& analysis, int segment, std::string_view chain) {
  return chain.empty() || analysis.graph().nodes()[segment].chain->name() == chain;
}

}  // namespace bulian::gap
