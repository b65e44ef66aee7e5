#include "services/match/match_service.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bulian/v1/match.pb.h"
#include "services/match/explanation.h"
#include "services/match/find.h"
#include "services/match/investigation_service.h"
#include "services/match/match_request.h"
#include "services/match/match_review_service.h"
#include "services/match/page_position.h"
#include "services/match/potential_source_service.h"
#include "services/match/recruit_clusters_service.h"
#include "services/match/report.h"
#include "services/match/standing_match.h"
#include "services/model/error.h"
#include "services/model/resource_name.h"
#include "services/view/derived_view.h"

namespace bulian::match {
namespace {

using model::Row;
using model::SnapshotPtr;

constexpr int kDefaultPage = 20, kLargestPage = 1000;

// Counters, or nothing where no metrics are kept.
struct Counters {
  explicit Counters(rpc::Metrics* metrics) {
    if (metrics == nullptr) return;
    const auto counter = [&](const char* name, const char* help) { return metrics->NewCounter(name, help, {}); };
    examined = counter("bulian_match_offers_examined_total", "Offers looked at by FindCandidates.");
    candidates = counter("bulian_match_candidates_total", "Candidates found by FindCandidates, over all pages.");
    returned = counter("bulian_match_candidates_returned_total", "Candidates returned by FindCandidates.");
    embeddings = counter("bulian_match_links_read_total", "Enterprises whose supply links FindCandidates had to read.");
    stopped = counter("bulian_match_stopped_total", "FindCandidates calls given up because nobody waited any more.");
  }
  static void Add(rpc::Counter* counter, double amount) {
    if (counter != nullptr) counter->Add(amount);
  }
  rpc::Counter* examined = nullptr;
  rpc::Counter* candidates = nullptr;
  rpc::Counter* returned = nullptr;
  rpc::Counter* embeddings = nullptr;
  rpc::Counter* stopped = nullptr;
};

class MatchService {
 public:
  explicit MatchService(const MatchServiceDeps& deps)
      : deps_(deps),
        counters_(deps.metrics),
        census_(
            deps.views,
            [](const SnapshotPtr& snapshot, const auto&) {
              return std::make_shared<const EnterpriseCensus>(TakeCensus(*snapshot));
            },
            [](const std::shared_ptr<const EnterpriseCensus>& old, const SnapshotPtr& before,
               const SnapshotPtr& snapshot, const model::Delta& changes,
               const auto&) { return AdvanceCensus(old, *before, *snapshot, changes); }),
        potential_(deps.views) {}

  absl::Status FindCandidates(rpc::CallContext& call, const v1::FindCandidatesRequest& request,
                              v1::FindCandidatesResponse* response);
  absl::Status ExplainCandidate(rpc::CallContext& call, const v1::ExplainCandidateRequest& request,
                                v1::ExplainCandidateResponse* response);
  // Whether a request may wait for a revision or an analysis, or ranks all enterprises.
  bool MayBlock(const v1::FindCandidatesRequest& request) {
    return request.has_read_at() || !request.page_token().empty() || request.has_as_of() ||
           request.scope() >= v1::FindCandidatesRequest::POTENTIAL_ONLY || NotReady(request);
  }
  static bool MayBlock(const v1::ExplainCandidateRequest&) { return true; }

 private:
  template <class Request>
  bool NotReady(const Request& request) {
    const std::string_view cluster = model::ClusterIdOf(request.parent());
    if (!census_.Ready(cluster)) return true;
    return !request.target().has_requirement() && deps_.analysis_ready && !deps_.analysis_ready(cluster);
  }

  std::string NextPage(const rpc::CallContext& call, const std::string& hash, const model::Snapshot& snapshot,
                       const PagePosition& position) const;
  void Count(const Found& found) const;
  gap::AnalysisSource AnalysisFor(const rpc::CallContext& call) const;

  MatchServiceDeps deps_;
  Counters counters_;
  view::DerivedView<EnterpriseCensus> census_;
  PotentialSource potential_;
};

view::Patience PatienceOf(const rpc::CallContext& call) {
  return {call.deadline, [&call] { return call.Cancelled(); }};
}

gap::AnalysisSource MatchService::AnalysisFor(const rpc::CallContext& call) const {
  return [this, &call](const SnapshotPtr& snapshot, model::Day as_of) {
    return deps_.analysis(snapshot, as_of, PatienceOf(call));
  };
}

model::Day DayOf(bool has, const google::type::Date& date, const model::Snapshot& snapshot) {
  return has ? model::ToDay(date).value_or(snapshot.cluster().as_of) : snapshot.cluster().as_of;
}

absl::Status CheckFind(const v1::FindCandidatesRequest& request) {
  model::Violations violations;
  CheckCommon(request.parent(), request.target(), request.has_weights() ? &request.weights() : nullptr,
              request.has_as_of() ? &request.as_of() : nullptr, &violations);
  if (!v1::FindCandidatesRequest::Scope_IsValid(request.scope())) violations.Add("scope", "unknown value");
  if (request.page_size() < 0) violations.Add("page_size", "must be 0 or more");
  if (request.exclude_current_suppliers() && request.target().has_requirement()) {
    violations.Add("exclude_current_suppliers", "a free requirement has no suppliers; ask for a segment or a gap");
  }
  CheckRecruitClusters(request.include_recruits(), request.recruit_clusters(), &violations);
  return violations.ToStatus();
}

std::string MatchService::NextPage(const rpc::CallContext& call, const std::string& hash,
                                   const model::Snapshot& snapshot, const PagePosition& position) const {
  rpc::PageCursor cursor;
  cursor.cluster_uid = snapshot.position().cluster_uid;
  cursor.epoch = snapshot.position().epoch;
  cursor.revision = snapshot.position().revision;
  cursor.last_key = EncodePosition(position);
  cursor.params_hash = hash;
  cursor.caller = call.caller.name;
  return deps_.page_tokens->Seal(cursor);
}

void MatchService::Count(const Found& found) const {
  Counters::Add(counters_.examined, static_cast<double>(found.examined));
  Counters::Add(counters_.candidates, static_cast<double>(found.count));
  Counters::Add(counters_.returned, static_cast<double>(found.page.size()));
  Counters::Add(counters_.embeddings, static_cast<double>(found.embeddings));
  if (found.stopped) Counters::Add(counters_.stopped, 1);
}

absl::Status MatchService::FindCandidates(rpc::CallContext& call, const v1::FindCandidatesRequest& request,
                                          v1::FindCandidatesResponse* response) {
  if (absl::Status status = CheckFind(request); !status.ok()) return status;
  PagePosition position;
  v1::ReadAt read_at = request.read_at();
  std::string hash;
  const bool first_page = request.page_token().empty();
  if (!first_page) {
    hash = rpc::HashOfParams(request);
    auto cursor = deps_.page_tokens->Open(request.page_token(), hash, call.caller.name);
    if (!cursor.ok()) return cursor.status();
    std::optional<PagePosition> decoded = DecodePosition(cursor->last_key);
    if (!decoded) {
      return model::Error(absl::StatusCode::kInvalidArgument, v1::PAGE_TOKEN_INVALID, "page_token is of another list");
    }
    position = *std::move(decoded);
    read_at = ReadAtRevision(cursor->cluster_uid, cursor->epoch, cursor->revision);
  }
  const auto snapshot = deps_.views->Resolve(model::ClusterIdOf(request.parent()), read_at, PatienceOf(call));
  if (!snapshot.ok()) return snapshot.status();
  std::vector<SnapshotPtr> others;
  if (request.include_recruits()) {
    const RecruitClusters asked{deps_.views, model::ClusterIdOf(request.parent()), request.recruit_clusters()};
    const absl::Status status = asked.Resolve(PatienceOf(call), first_page, &position, &others);
    if (!status.ok()) return status;
  }
  const auto resolved = ResolveTarget(*snapshot, request.target(), request.has_weights() ? &request.weights() : nullptr,
                                      DayOf(request.has_as_of(), request.as_of(), **snapshot), AnalysisFor(call));
  if (!resolved.ok()) return resolved.status();
  const Target& target = resolved->target;

  const auto census = census_.Get(*snapshot, PatienceOf(call));
  if (!census.ok()) return census.status();
  FindQuery query;
  query.target = &target;
  query.snapshot = *snapshot;
  query.others = std::move(others);
  query.held = request.scope() != v1::FindCandidatesRequest::POTENTIAL_ONLY;
  query.potential = request.scope() >= v1::FindCandidatesRequest::POTENTIAL_ONLY;
  query.outside = request.include_recruits();
  if (request.exclude_current_suppliers()) query.excluded = resolved->suppliers;
  query.census = census->get();
  query.offset = position.offset;
  query.size = static_cast<std::size_t>(request.page_size() == 0 ? kDefaultPage
                                                                 : std::min<int>(request.page_size(), kLargestPage));
  query.stop = [&call] { return !call.CheckAlive().ok(); };
  if (query.potential) {
    const absl::Status status = potential_.AddRanking(PatienceOf(call), &position.model, &query);
    if (!status.ok()) return status;
  }
  const Found found = Find(query);
  Count(found);
  if (found.stopped) return call.CheckAlive();

  Reporter reporter(&query, &found);
  reporter.FillPage(response->mutable_candidates());
  const std::vector<v1::Candidate*> page(response->mutable_candidates()->pointer_begin(),
                                         response->mutable_candidates()->pointer_end());
  AddStandingMatches(query, resolved->segment, page);
  response->set_candidate_count(static_cast<std::int32_t>(found.count));
  response->set_offers_examined(found.examined);
  response->set_complete(position.unreachable.empty());
  for (const std::string& reason : position.unreachable) response->add_unreachable(reason);
  AddCluster(**snapshot, response->add_clusters());
  for (const SnapshotPtr& other : query.others) AddCluster(*other, response->add_clusters());
  *response->mutable_as_of() = model::ToDate(target.as_of);
  if (target.need_known) ToProto(target.need, response->mutable_need_per_year());
  *response->mutable_requirement() = target.requirement;
  ToProto(target.weights, response->mutable_weights());
  response->set_algorithm_version(std::string(query.ranking ? kPotentialVersion : kAlgorithmVersion));
  if (query.ranking) FillState(query, response->mutable_potential_model());
  position.offset += found.page.size();
  if (position.offset < found.count) {
    if (hash.empty()) hash = rpc::HashOfParams(request);
    response->set_next_page_token(NextPage(call, hash, **snapshot, position));
  }
  return absl::OkStatus();
}

absl::Status CheckExplain(const v1::ExplainCandidateRequest& request) {
  model::Violations violations;
  CheckCommon(request.parent(), request.target(), request.has_weights() ? &request.weights() : nullptr,
              request.has_as_of() ? &request.as_of() : nullptr, &violations);
  const auto name = model::ParseResourceName(request.enterprise());
  if (!name || name->type != model::ResourceType::kEnterprise) {
    violations.Add("enterprise", "must be clusters/{cluster}/enterprises/{enterprise}");
  }
  return violations.ToStatus();
}

absl::Status MatchService::ExplainCandidate(rpc::CallContext& call, const v1::ExplainCandidateRequest& request,
                                            v1::ExplainCandidateResponse* response) {
  if (absl::Status status = CheckExplain(request); !status.ok()) return status;
  const std::string_view cluster = model::ClusterIdOf(request.parent());
  const auto snapshot = deps_.views->Resolve(cluster, request.read_at(), PatienceOf(call));
  if (!snapshot.ok()) return snapshot.status();
  FindQuery query;
  query.snapshot = *snapshot;
  if (const std::string_view own = model::ClusterIdOf(request.enterprise()); own != cluster) {
    auto other = deps_.views->Current(own);
    if (!other.ok()) return other.status();
    query.others.push_back(*std::move(other));
  }
  const model::Snapshot& records = query.others.empty() ? *query.snapshot : *query.others.front();
  const Row enterprise = records.Find(model::ResourceType::kEnterprise, request.enterprise());
  if (enterprise == model::kNoRow) return model::NotFound(request.enterprise());
  const auto resolved = ResolveTarget(*snapshot, request.target(), request.has_weights() ? &request.weights() : nullptr,
                                      DayOf(request.has_as_of(), request.as_of(), **snapshot), AnalysisFor(call));
  if (!resolved.ok()) return resolved.status();
  query.target = &resolved->target;
  const auto census = census_.Get(*snapshot, PatienceOf(call));
  if (!census.ok()) return census.status();
  query.census = census->get();
  query.potential = true;
  query.outside = true;
  if (query.others.empty()) {
    PotentialRevisions any;
    const absl::Status status = potential_.AddRanking(PatienceOf(call), &any, &query);
    if (!status.ok()) return status;
  }
  Explain(query, query.others.empty() ? 0 : 1, enterprise, response);
  if (response->has_candidate()) {
    v1::Candidate* const candidate = response->mutable_candidate();
    AddStandingMatches(query, resolved->segment, {&candidate, 1});
  }
  *response->mutable_requirement() = resolved->target.requirement;
  ToProto(resolved->target.weights, response->mutable_weights());
  AddCluster(**snapshot, response->add_clusters());
  for (const SnapshotPtr& other : query.others) AddCluster(*other, response->add_clusters());
  *response->mutable_as_of() = model::ToDate(resolved->target.as_of);
  response->set_algorithm_version(std::string(query.ranking ? kPotentialVersion : kAlgorithmVersion));
  if (query.ranking) FillState(query, response->mutable_potential_model());
  return absl::OkStatus();
}

}  // namespace

// Both run on the polling thread unless they may have to wait: a narrow search costs less than handing the call to a
// worker and back, and a worker would lose the reuse of request and answer. A search of 100 000 offers takes some
// milliseconds; it looks every 4096 offers whether anyone still waits.
void RegisterMatchService(rpc::MethodTable& methods, const MatchServiceDeps& deps) {
  const auto service = std::make_shared<MatchService>(deps);
  methods.MostlyLight<v1::FindCandidatesRequest, v1::FindCandidatesResponse>(
      "bulian.v1.MatchService/FindCandidates",
      [service](const v1::FindCandidatesRequest& request) { return service->MayBlock(request); },
      [service](rpc::CallContext& call, const v1::FindCandidatesRequest& request,
                v1::FindCandidatesResponse* response) { return service->FindCandidates(call, request, response); });
  methods.MostlyLight<v1::ExplainCandidateRequest, v1::ExplainCandidateResponse>(
      "bulian.v1.MatchService/ExplainCandidate",
      [service](const v1::ExplainCandidateRequest& request) { return service->MayBlock(request); },
      [service](rpc::CallContext& call, const v1::ExplainCandidateRequest& request,
                v1::ExplainCandidateResponse* response) { return service->ExplainCandidate(call, request, response); });
  RegisterMatchReview(methods, deps);
  RegisterInvestigation(
      methods, deps.views,
      [service](rpc::CallContext& call, const v1::FindCandidatesRequest& request,
                v1::FindCandidatesResponse* response) { return service->FindCandidates(call, request, response); });
}

}  // namespace bulian::match
