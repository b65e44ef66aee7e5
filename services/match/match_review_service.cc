#include "services/match/match_review_service.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "bulian/v1/match_review.pb.h"
#include "services/gap/analysis_request_service.h"
#include "services/match/match_review.h"
#include "services/model/day.h"

namespace bulian::match {
namespace {

absl::Status CheckReview(const v1::ReviewMatchesRequest& request) {
  model::Violations violations;
  gap::CheckParent(request.parent(), &violations);
  gap::CheckAsOf(request.has_as_of(), request.as_of(), &violations);
  gap::CheckPageSize(request.page_size(), &violations);
  for (int i = 0; i < request.states_size(); ++i) {
    if (!v1::Match::State_IsValid(request.states(i)) || request.states(i) == v1::Match::STATE_UNSPECIFIED)
      violations.Add("states[" + std::to_string(i) + "]", "is not a known value");
  }
  return violations.ToStatus();
}

// What a review says of the matches asked for, by name; those without findings only if all are.
absl::StatusOr<std::vector<v1::ReviewedMatch>> Reviewed(rpc::CallContext& call, const v1::ReviewMatchesRequest& request,
                                                        const std::string& chain, gap::AnalysisPtr analysis) {
  const model::SnapshotPtr snapshot = analysis->snapshot();
  MatchReview review(std::move(analysis), [&call] { return !call.CheckAlive().ok(); });
  if (review.stopped()) return call.CheckAlive();
  std::vector<v1::ReviewedMatch> matches;
  int seen = 0;
  for (const model::Row row : review.MatchesOf(chain)) {
    if (++seen % 256 == 0) {
      if (const absl::Status alive = call.CheckAlive(); !alive.ok()) return alive;
    }
    const auto& states = request.states();
    const auto state = snapshot->match(row)->state();
    if (!states.empty() && std::find(states.begin(), states.end(), state) == states.end()) continue;
    v1::ReviewedMatch reviewed;
    review.Fill(row, &reviewed);
    if (request.all_matches() || !reviewed.findings().empty()) matches.push_back(std::move(reviewed));
  }
  return matches;
}

absl::Status ReviewMatches(const MatchServiceDeps& deps, rpc::CallContext& call,
                           const v1::ReviewMatchesRequest& request, v1::ReviewMatchesResponse* response) {
  if (absl::Status status = CheckReview(request); !status.ok()) return status;
  const gap::RequestDeps request_deps{deps.views, deps.page_tokens};
  gap::Page page;
  const auto question = gap::Open(request_deps, call, request, &page);
  if (!question.ok()) return question.status();
  auto analysis = deps.analysis(question->snapshot, question->as_of, gap::PatienceOf(call));
  if (!analysis.ok()) return analysis.status();
  auto matches = Reviewed(call, request, question->chain, *std::move(analysis));
  if (!matches.ok()) return matches.status();
  auto token = gap::FillPage(request_deps, call, matches->size(), request.page_size(), &page, [&](std::size_t i) {
    v1::ReviewedMatch* match = response->add_matches();
    *match = std::move((*matches)[i]);
    return match->ByteSizeLong();
  });
  if (!token.ok()) return token.status();
  response->set_match_count(static_cast<int>(matches->size()));
  response->set_next_page_token(*std::move(token));
  *response->mutable_revision() = question->snapshot->position().ToProto();
  *response->mutable_as_of() = model::ToDate(question->as_of);
  response->set_max_idle_days(question->snapshot->cluster().match_max_idle_days);
  response->set_algorithm_version(kReviewVersion);
  return absl::OkStatus();
}

}  // namespace

void RegisterMatchReview(rpc::MethodTable& methods, const MatchServiceDeps& deps) {
  methods.Unary<v1::ReviewMatchesRequest, v1::ReviewMatchesResponse>(
      "bulian.v1.MatchService/ReviewMatches", rpc::Weight::kHeavy,
      [deps](rpc::CallContext& call, const v1::ReviewMatchesRequest& request, v1::ReviewMatchesResponse* response) {
        return ReviewMatches(deps, call, request, response);
      });
}

}  // namespace bulian::match
