#include "services/gap/gap_difference.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "services/gap/report.h"

namespace bulian::gap {
namespace {

using GapKey = std::pair<std::string_view, v1::GapKind>;  // the segment's name

// Facts and verdicts stand in the graph's and the segment's parts: what two versions share says the same.
bool Shares(const ClusterAnalysis& before, int then, const ClusterAnalysis& after, int now) {
  return &before.graph() == &after.graph() && &before.segment(then) == &after.segment(now);
}

std::string TextOf(const ClusterAnalysis& analysis, const GapRef& gap) {
  v1::Gap message;
  FillGap(analysis, gap, &message);
  message.clear_revision();
  message.clear_as_of();
  return message.SerializeAsString();
}

std::string NumbersOf(const ClusterAnalysis& analysis, int segment) {
  v1::SegmentAssessment message, numbers;
  FillAssessment(analysis, segment, &message);
  *numbers.mutable_metrics() = message.metrics();
  *numbers.mutable_verdicts() = message.verdicts();
  return numbers.SerializeAsString();
}

bool Differs(const ClusterAnalysis& before, const GapRef& then, const ClusterAnalysis& after, const GapRef& now) {
  if (Shares(before, then.segment, after, now.segment)) return false;
  return TextOf(before, then) != TextOf(after, now);
}

bool IsOf(const ClusterAnalysis& analysis, int segment, std::string_view chain) {
  return chain.empty() || analysis.graph().nodes()[segment].chain->name() == chain;
}

std::map<GapKey, const GapRef*> PassingGaps(const ClusterAnalysis& analysis, const GapFilter& filter) {
  std::map<GapKey, const GapRef*> gaps;
  for (const GapRef& gap : analysis.gaps()) {
    if (filter.Passes(analysis, gap)) gaps.emplace(GapKey(analysis.graph().nodes()[gap.segment].name, gap.kind), &gap);
  }
  return gaps;
}

}  // namespace

bool GapFilter::Passes(const ClusterAnalysis& analysis, const GapRef& gap) const {
  if (!kinds.empty() && std::find(kinds.begin(), kinds.end(), gap.kind) == kinds.end()) return false;
  if (certain_only && gap.certainty != v1::CERTAIN) return false;
  return IsOf(analysis, gap.segment, chain);
}

std::vector<GapChange> GapDifference(const ClusterAnalysis& before, const ClusterAnalysis& after,
                                     const GapFilter& filter) {
  std::vector<GapChange> changes;
  if (&before.gaps() == &after.gaps()) return changes;
  const std::map<GapKey, const GapRef*> then = PassingGaps(before, filter), now = PassingGaps(after, filter);
  for (const GapRef& gap : after.gaps()) {
    const GapKey key(after.graph().nodes()[gap.segment].name, gap.kind);
    if (!now.contains(key)) continue;
    const auto old = then.find(key);
    if (old == then.end())
      changes.push_back({std::nullopt, gap});
    else if (Differs(before, *old->second, after, gap))
      changes.push_back({*old->second, gap});
  }
  for (const GapRef& gap : before.gaps()) {
    const GapKey key(before.graph().nodes()[gap.segment].name, gap.kind);
    if (then.contains(key) && !now.contains(key)) changes.push_back({gap, std::nullopt});
  }
  return changes;
}

std::vector<SegmentChange> SegmentDifference(const ClusterAnalysis& before, const ClusterAnalysis& after,
                                             const std::string& chain) {
  std::map<std::string_view, SegmentChange> segments;
  for (int i = 0; i < before.graph().size(); ++i) {
    if (IsOf(before, i, chain)) segments[before.graph().nodes()[i].name].before = i;
  }
  for (int i = 0; i < after.graph().size(); ++i) {
    if (IsOf(after, i, chain)) segments[after.graph().nodes()[i].name].after = i;
  }
  std::vector<SegmentChange> changes;
  for (const auto& [name, segment] : segments) {
    const bool both = segment.before >= 0 && segment.after >= 0;
    if (both && (Shares(before, segment.before, after, segment.after) ||
                 NumbersOf(before, segment.before) == NumbersOf(after, segment.after)))
      continue;
    changes.push_back(segment);
  }
  return changes;
}

}  // namespace bulian::gap
