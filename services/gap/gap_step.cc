#include "services/gap/gap_step.h"

#include "services/gap/gap_difference.h"
#include "services/gap/report.h"

namespace bulian::gap {
namespace {

v1::DeltaKind KindOf(const GapChange& change) {
  if (!change.before) return v1::APPEARED;
  return change.after ? v1::CHANGED : v1::GONE;
}

}  // namespace

GapStepPtr MakeGapStep(const ClusterAnalysis& before, const ClusterAnalysis& after, std::size_t detailed_bytes) {
  auto step = std::make_shared<GapStep>();
  step->revision = after.snapshot()->position().revision;
  step->as_of = after.as_of();
  for (const GapChange& change : GapDifference(before, after, {})) {
    GapStep::Change& next = step->changes.emplace_back();
    next.gap_kind = change.after ? change.after->kind : change.before->kind;
    next.told.set_name(change.after ? NameOfGap(after, *change.after) : NameOfGap(before, *change.before));
    next.told.set_kind(KindOf(change));
    if (step->bytes < detailed_bytes) {
      if (change.before) FillGap(before, *change.before, next.told.mutable_before());
      if (change.after) FillGap(after, *change.after, next.told.mutable_after());
    }
    step->bytes += next.told.ByteSizeLong();
  }
  return step;
}

}  // namespace bulian::gap
