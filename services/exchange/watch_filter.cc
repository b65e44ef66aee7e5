#include "services/exchange/watch_filter.h"

#include <algorithm>

#include "services/model/error.h"
#include "services/watch/request.h"

namespace bulian::exchange {
namespace {

using model::ResourceType;

std::optional<ResourceType> TypeOf(int watched) {
  switch (watched) {
    case v1::CLUSTER:
      return ResourceType::kCluster;
    case v1::ENTERPRISE:
      return ResourceType::kEnterprise;
    case v1::CAPABILITY_TYPE:
      return ResourceType::kCapabilityType;
    case v1::CAPABILITY:
      return ResourceType::kCapability;
    case v1::CHAIN:
      return ResourceType::kChain;
    case v1::SUPPLY_LINK:
      return ResourceType::kSupplyLink;
    case v1::PROJECT:
      return ResourceType::kProject;
    case v1::MATCH:
      return ResourceType::kMatch;
    default:
      return std::nullopt;
  }
}

std::string At(std::string_view field, int index) { return std::string(field) + "[" + std::to_string(index) + "]"; }

void CheckFilters(const v1::WatchChangesRequest& request, std::string_view cluster, model::Violations* violations) {
  for (int i = 0; i < request.types_size(); ++i)
    if (!TypeOf(request.types(i))) violations->Add(At("types", i), "must be a kind of resources");
  if (request.names_size() > kMaxWatchedNames)
    violations->Add("names", "must be at most " + std::to_string(kMaxWatchedNames));
  for (int i = 0; i < std::min(request.names_size(), kMaxWatchedNames); ++i) {
    const auto name = model::ParseResourceName(request.names(i));
    if (!name || (!cluster.empty() && name->cluster != cluster))
      violations->Add(At("names", i), "must be the name of a resource of the cluster");
  }
}

}  // namespace

WatchFilter::WatchFilter(const v1::WatchChangesRequest& request) {
  for (const int type : request.types()) types_.set(static_cast<std::size_t>(*TypeOf(type)));
  names_.assign(request.names().begin(), request.names().end());
  std::sort(names_.begin(), names_.end());
  names_.erase(std::unique(names_.begin(), names_.end()), names_.end());
  v1::WatchChangesRequest params;
  params.set_parent(request.parent());
  for (int type = 0; type < v1::WatchedType_ARRAYSIZE; ++type) {
    const auto watched = TypeOf(type);
    if (watched && types_.test(static_cast<std::size_t>(*watched)))
      params.add_types(static_cast<v1::WatchedType>(type));
  }
  params.mutable_names()->Add(names_.begin(), names_.end());
  hash_ = rpc::HashOfParams(params);
}

bool WatchFilter::Passes(ResourceType type, std::string_view name) const {
  if (types_.any() && !types_.test(static_cast<std::size_t>(type))) return false;
  if (names_.empty()) return true;
  return std::any_of(names_.begin(), names_.end(), [name](const std::string& watched) {
    return name.starts_with(watched) && (name.size() == watched.size() || name[watched.size()] == '/');
  });
}

absl::StatusOr<WatchQuery> ReadWatchRequest(const v1::WatchChangesRequest& request, const rpc::PageTokens& tokens) {
  WatchQuery query;
  model::Violations violations;
  const auto parent = model::ParseResourceName(request.parent());
  if (parent && parent->type == ResourceType::kCluster) {
    query.cluster = std::string(parent->cluster);
  } else {
    violations.Add("parent", request.parent().empty() ? "is required" : "must be `clusters/{cluster}`");
  }
  CheckFilters(request, query.cluster, &violations);
  watch::ReadHeartbeat(request.has_heartbeat_interval() ? &request.heartbeat_interval() : nullptr, &query.heartbeat,
                       &violations);
  if (request.has_position()) {
    if (!v1::WatchStart_IsValid(request.position()))
      violations.Add("position", "must be NOW, EARLIEST or SNAPSHOT_THEN_FOLLOW");
    query.start = request.position() == v1::EARLIEST               ? watch::Start::kEarliest
                  : request.position() == v1::SNAPSHOT_THEN_FOLLOW ? watch::Start::kSnapshot
                                                                   : watch::Start::kNow;
  }
  if (!violations.empty()) return violations.ToStatus();
  query.filter = WatchFilter(request);
  if (request.start_case() == v1::WatchChangesRequest::kResumeToken) {
    auto token = watch::OpenResumeToken(tokens, request.resume_token(), query.filter.hash());
    if (!token.ok()) return token.status();
    query.resume = *std::move(token);
  }
  return query;
}

}  // namespace bulian::exchange
