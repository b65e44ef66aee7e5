#include "services/scenario/match_deltas.h"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "services/match/find.h"
#include "services/match/match_request.h"
#include "services/match/report.h"
#include "services/model/error.h"

namespace bulian::scenario {
namespace {

using model::ResourceType;

// One state's best candidates of a segment, by rank.
struct Ranking {
  std::vector<std::pair<std::string, v1::CandidateStanding>> best;  // by name of the enterprise
  std::int32_t count = 0;
};

// One state, with what every search of it needs.
struct State {
  explicit State(gap::AnalysisPtr of) : analysis(std::move(of)), census(match::TakeCensus(*analysis->snapshot())) {}
  bool Has(const std::string& segment) const { return analysis->graph().Find(segment) >= 0; }
  const gap::AnalysisPtr analysis;
  const match::EnterpriseCensus census;
};

absl::StatusOr<Ranking> Rank(const State& state, const std::string& segment, std::size_t size,
                             const gap::StopSignal& stop) {
  const model::SnapshotPtr& snapshot = state.analysis->snapshot();
  v1::MatchTarget wanted;
  wanted.set_segment(segment);
  const auto resolved = match::ResolveTarget(
      snapshot, wanted, nullptr, state.analysis->as_of(),
      [&](const model::SnapshotPtr&, model::Day) -> absl::StatusOr<gap::AnalysisPtr> { return state.analysis; });
  if (!resolved.ok()) return resolved.status();
  match::FindQuery query;
  query.target = &resolved->target;
  query.snapshot = snapshot;
  query.census = &state.census;
  query.size = size;
  query.stop = stop;
  const match::Found found = match::Find(query);
  if (found.stopped) return absl::CancelledError("nobody waits any more");
  Ranking ranking;
  ranking.count = static_cast<std::int32_t>(found.count);
  for (const match::Entry& entry : found.page) {
    v1::CandidateStanding standing;
    standing.set_rank(static_cast<std::int32_t>(ranking.best.size() + 1));
    standing.set_capability(snapshot->Name(ResourceType::kCapability, entry.offer));
    standing.set_basis(match::BasisOf(entry.standing));
    standing.set_fit(match::FitOf(entry.standing));
    match::ToProto(entry.score, standing.mutable_score());
    ranking.best.emplace_back(snapshot->Name(ResourceType::kEnterprise, entry.enterprise), std::move(standing));
  }
  return ranking;
}

void AddDelta(const std::string& enterprise, const v1::CandidateStanding* before, const v1::CandidateStanding* after,
              v1::MatchDelta* delta) {
  if (before != nullptr && after != nullptr && before->SerializeAsString() == after->SerializeAsString()) return;
  v1::CandidateDelta* candidate = delta->add_candidates();
  candidate->set_kind(before == nullptr ? v1::APPEARED : after == nullptr ? v1::GONE : v1::CHANGED);
  candidate->set_enterprise(enterprise);
  if (before != nullptr) *candidate->mutable_before() = *before;
  if (after != nullptr) *candidate->mutable_after() = *after;
}

void AddDeltas(const Ranking& before, const Ranking& after, v1::MatchDelta* delta) {
  std::map<std::string, const v1::CandidateStanding*> then, now;
  for (const auto& [enterprise, standing] : before.best) then.emplace(enterprise, &standing);
  for (const auto& [enterprise, standing] : after.best) now.emplace(enterprise, &standing);
  for (const auto& [enterprise, standing] : after.best) {
    const auto old = then.find(enterprise);
    AddDelta(enterprise, old == then.end() ? nullptr : old->second, &standing, delta);
  }
  for (const auto& [enterprise, standing] : before.best)
    if (!now.contains(enterprise)) AddDelta(enterprise, &standing, nullptr, delta);
}

}  // namespace

absl::Status AddMatchDeltas(const Comparison& comparison, const v1::EvaluateScenarioRequest& request,
                            const gap::StopSignal& stop, v1::EvaluateScenarioResponse* response) {
  if (request.match_for().empty()) return absl::OkStatus();
  const State before(comparison.before), after(comparison.after);
  const auto size = static_cast<std::size_t>(request.match_size() == 0 ? kDefaultMatchSize : request.match_size());
  for (const std::string& segment : request.match_for()) {
    if (!before.Has(segment) && !after.Has(segment)) return model::NotFound(segment);
    v1::MatchDelta* delta = response->add_match_deltas();
    delta->set_segment(segment);
    Ranking rankings[2];
    const State* states[] = {&before, &after};
    for (int side = 0; side < 2; ++side) {
      if (!states[side]->Has(segment)) continue;
      auto ranking = Rank(*states[side], segment, size, stop);
      if (!ranking.ok()) return ranking.status();
      rankings[side] = *std::move(ranking);
      side == 0 ? delta->set_count_before(rankings[side].count) : delta->set_count_after(rankings[side].count);
    }
    AddDeltas(rankings[0], rankings[1], delta);
  }
  return absl::OkStatus();
}

}  // namespace bulian::scenario
