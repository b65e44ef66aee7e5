#include "services/scenario/gap_deltas.h"

#include <algorithm>

#include "services/gap/gap_difference.h"
#include "services/gap/report.h"
#include "services/model/error.h"

namespace bulian::scenario {
namespace {

// A message stays well under the 4 MiB that gRPC clients take by default.
constexpr int kMostDeltas = 1000;
constexpr std::size_t kGapBytes = std::size_t{2} << 20, kSegmentBytes = std::size_t{1} << 20;

template <class Change>
v1::DeltaKind KindOf(const Change& before, const Change& after) {
  return !before ? v1::APPEARED : !after ? v1::GONE : v1::CHANGED;
}

// Fills one delta after the other until there is no more room. Whether all were.
template <class Deltas, class Changes, class Fill>
bool FillAll(const Changes& changes, std::size_t most_bytes, Deltas* deltas, Fill fill) {
  std::size_t bytes = 0;
  for (const auto& change : changes) {
    if (deltas->size() == kMostDeltas || bytes >= most_bytes) return false;
    fill(change, deltas->Add());
    bytes += deltas->rbegin()->ByteSizeLong();
  }
  return true;
}

int CountPassing(const gap::ClusterAnalysis& analysis, const gap::GapFilter& filter) {
  return static_cast<int>(std::count_if(analysis.gaps().begin(), analysis.gaps().end(),
                                        [&](const gap::GapRef& gap) { return filter.Passes(analysis, gap); }));
}

void AddGaps(const Comparison& comparison, const gap::GapFilter& filter, v1::EvaluateScenarioResponse* response) {
  const gap::ClusterAnalysis &before = *comparison.before, &after = *comparison.after;
  const std::vector<gap::GapChange> changes = gap::GapDifference(before, after, filter);
  int counts[v1::DeltaKind_ARRAYSIZE] = {};
  for (const gap::GapChange& change : changes) ++counts[KindOf(change.before, change.after)];
  response->set_appeared_count(counts[v1::APPEARED]);
  response->set_changed_count(counts[v1::CHANGED]);
  response->set_gone_count(counts[v1::GONE]);
  response->set_gap_count_before(CountPassing(before, filter));
  response->set_gap_count_after(CountPassing(after, filter));
  response->set_gap_deltas_complete(FillAll(changes, kGapBytes, response->mutable_gap_deltas(),
                                            [&](const gap::GapChange& change, v1::GapDelta* delta) {
                                              delta->set_kind(KindOf(change.before, change.after));
                                              if (change.before)
                                                FillGap(before, *change.before, delta->mutable_before());
                                              if (change.after) FillGap(after, *change.after, delta->mutable_after());
                                            }));
}

void AddSegments(const Comparison& comparison, const std::string& chain, v1::EvaluateScenarioResponse* response) {
  const gap::ClusterAnalysis &before = *comparison.before, &after = *comparison.after;
  const std::vector<gap::SegmentChange> changes = gap::SegmentDifference(before, after, chain);
  response->set_segment_delta_count(static_cast<std::int32_t>(changes.size()));
  response->set_segment_deltas_complete(FillAll(changes, kSegmentBytes, response->mutable_segment_deltas(),
                                                [&](const gap::SegmentChange& change, v1::SegmentDelta* delta) {
                                                  delta->set_kind(KindOf(change.before >= 0, change.after >= 0));
                                                  if (change.before >= 0)
                                                    FillAssessment(before, change.before, delta->mutable_before());
                                                  if (change.after >= 0)
                                                    FillAssessment(after, change.after, delta->mutable_after());
                                                }));
}

}  // namespace

absl::Status AddGapDeltas(const Comparison& comparison, const v1::EvaluateScenarioRequest& request,
                          const gap::StopSignal&, v1::EvaluateScenarioResponse* response) {
  const auto has_chain = [&](const gap::ClusterAnalysis& analysis) {
    return analysis.snapshot()->Find(model::ResourceType::kChain, request.chain()) != model::kNoRow;
  };
  if (!request.chain().empty() && !has_chain(*comparison.before) && !has_chain(*comparison.after))
    return model::NotFound(request.chain());
  gap::GapFilter filter{.chain = request.chain(), .kinds = {}, .certain_only = request.certain_only()};
  for (const int kind : request.kinds()) filter.kinds.push_back(static_cast<v1::GapKind>(kind));
  AddGaps(comparison, filter, response);
  AddSegments(comparison, request.chain(), response);
  FillDivergentParts(*comparison.after, request.chain(), response->mutable_divergent_parts());
  return absl::OkStatus();
}

}  // namespace bulian::scenario
