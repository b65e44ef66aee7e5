#include "services/gap/gap_watch_request_service.h"

#include <algorithm>
#include <utility>

#include "services/gap/analysis_request_service.h"
#include "services/model/error.h"
#include "services/model/resource_name.h"
#include "services/watch/request.h"

namespace bulian::gap {
namespace {

void ReadStart(const v1::WatchGapsRequest& request, watch::Start* start, model::Violations* violations) {
  if (!request.has_position()) return;
  switch (request.position()) {
    case v1::SNAPSHOT_THEN_FOLLOW:
      *start = watch::Start::kSnapshot;
      return;
    case v1::WATCH_START_UNSPECIFIED:
    case v1::NOW:
      return;
    default:  // the gaps before the oldest commit are not known
      violations->Add("position", "must be NOW or SNAPSHOT_THEN_FOLLOW");
  }
}

std::string HashOf(const std::string& parent, const GapFilter& filter) {
  v1::WatchGapsRequest params;
  params.set_parent(parent);
  params.mutable_kinds()->Add(filter.kinds.begin(), filter.kinds.end());
  return rpc::HashOfParams(params) + kAlgorithmVersion;
}

}  // namespace

bool GapWatchQuery::Passes(const GapStep::Change& change) const {
  const std::vector<v1::GapKind>& kinds = filter.kinds;
  if (!kinds.empty() && std::find(kinds.begin(), kinds.end(), change.gap_kind) == kinds.end()) return false;
  const std::string_view name = change.told.name();
  return filter.chain.empty() || (name.starts_with(filter.chain) && name.substr(filter.chain.size()).starts_with('/'));
}

absl::StatusOr<GapWatchQuery> ReadGapWatch(const v1::WatchGapsRequest& request, const rpc::PageTokens& tokens) {
  GapWatchQuery query;
  model::Violations violations;
  CheckParent(request.parent(), &violations);
  CheckKinds(request.kinds(), &violations);
  ReadStart(request, &query.start, &violations);
  watch::ReadHeartbeat(request.has_heartbeat_interval() ? &request.heartbeat_interval() : nullptr, &query.heartbeat,
                       &violations);
  if (!violations.empty()) return violations.ToStatus();
  query.cluster = std::string(model::ClusterIdOf(request.parent()));
  if (model::ParseResourceName(request.parent())->type == model::ResourceType::kChain)
    query.filter.chain = request.parent();
  std::vector<v1::GapKind>& kinds = query.filter.kinds;
  for (const int kind : request.kinds()) kinds.push_back(static_cast<v1::GapKind>(kind));
  std::sort(kinds.begin(), kinds.end());
  kinds.erase(std::unique(kinds.begin(), kinds.end()), kinds.end());
  query.hash = HashOf(request.parent(), query.filter);
  if (request.start_case() == v1::WatchGapsRequest::kResumeToken) {
    auto token = watch::OpenResumeToken(tokens, request.resume_token(), query.hash);
    if (!token.ok()) return token.status();
    query.resume = *std::move(token);
  }
  return query;
}

}  // namespace bulian::gap
