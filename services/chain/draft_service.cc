#include "services/chain/draft_service.h"

#include <string>

#include "bulian/v1/chain.pb.h"
#include "services/chain/draft.h"
#include "services/model/error.h"
#include "services/model/resource_name.h"
#include "services/resource/standard_methods.h"

namespace bulian::chain {
namespace {

using model::ResourceType;

constexpr int kDefaultDepth = 3, kMostDepth = 20, kDefaultSegments = 100, kMostSegments = 500;

void Check(const v1::DraftChainRequest& request, model::Violations* violations) {
  const auto parent = model::ParseResourceName(request.parent());
  if (!parent || parent->type != ResourceType::kCluster)
    violations->Add("parent", request.parent().empty() ? "is required" : "must be `clusters/{cluster}`");
  const auto product = model::ParseResourceName(request.product());
  if (!product || product->type != ResourceType::kCapabilityType) {
    violations->Add("product",
                    request.product().empty() ? "is required" : "must be `clusters/{cluster}/capabilityTypes/{type}`");
  } else if (parent && product->cluster != parent->cluster) {
    violations->Add("product", "must be of the cluster of `parent`");
  }
  if (!request.chain_id().empty() && !model::IsValidId(request.chain_id()))
    violations->Add("chain_id", "must match [a-z]([a-z0-9-]{0,61}[a-z0-9])?");
  if (request.depth() < 0 || request.depth() > kMostDepth) violations->Add("depth", "must be from 0 to 20");
  if (request.has_min_confidence() && !(request.min_confidence() >= 0 && request.min_confidence() <= 1))
    violations->Add("min_confidence", "must be from 0 to 1");
  if (request.max_segments() < 0 || request.max_segments() > kMostSegments)
    violations->Add("max_segments", "must be from 0 to 500");
}

absl::Status Draft(const resource::Context& context, rpc::CallContext& call, const v1::DraftChainRequest& request,
                   v1::DraftChainResponse* response) {
  model::Violations violations;
  Check(request, &violations);
  if (!violations.empty()) return violations.ToStatus();
  const auto snapshot = context.views->Resolve(model::ClusterIdOf(request.parent()), request.read_at(),
                                               {call.deadline, [&call] { return call.Cancelled(); }});
  if (!snapshot.ok()) return snapshot.status();
  if ((*snapshot)->Find(ResourceType::kCluster, request.parent()) == model::kNoRow)
    return model::NotFound(request.parent());
  DraftQuery query;
  query.product = (*snapshot)->Find(ResourceType::kCapabilityType, request.product());
  if (query.product == model::kNoRow) return model::NotFound(request.product());
  resource::AddRevisionTrailer(call, **snapshot);
  query.chain_id = request.chain_id();
  if (query.chain_id.empty()) query.chain_id = request.product().substr(request.product().rfind('/') + 1);
  query.depth = request.depth() == 0 ? kDefaultDepth : request.depth();
  if (request.has_min_confidence()) query.min_confidence = request.min_confidence();
  query.max_segments =
      static_cast<std::size_t>(request.max_segments() == 0 ? kDefaultSegments : request.max_segments());
  query.stop = [&call] { return !call.CheckAlive().ok(); };
  if (!DraftChain(**snapshot, query, response)) return call.CheckAlive();
  *response->mutable_revision() = (*snapshot)->position().ToProto();
  return absl::OkStatus();
}

}  // namespace

void RegisterDraft(rpc::MethodTable& table, const std::shared_ptr<resource::Context>& context) {
  table.Unary<v1::DraftChainRequest, v1::DraftChainResponse>(
      "bulian.v1.ChainService/DraftChain", rpc::Weight::kHeavy,
      [context](rpc::CallContext& call, const v1::DraftChainRequest& request, v1::DraftChainResponse* response) {
        return Draft(*context, call, request, response);
      });
}

}  // namespace bulian::chain
