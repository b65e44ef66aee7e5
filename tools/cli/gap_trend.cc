#include "tools/cli/gap_trend.h"

#include <algorithm>
#include <limits>
#include <map>
#include <string>

namespace bulian::cli {
namespace {

double UpperOf(const v1::Bounds& bounds) {
  return bounds.unbounded() ? std::numeric_limits<double>::infinity() : bounds.upper();
}

// Gathers which way numbers go.
class Direction {
 public:
  void Add(double before, double after) {
    up_ = up_ || after > before;
    down_ = down_ || after < before;
  }
  void Add(const v1::Bounds& before, const v1::Bounds& after) {
    Add(before.lower(), after.lower());
    Add(UpperOf(before), UpperOf(after));
  }
  // A set that has the number on one side only says nothing.
  void Add(const v1::ThreeValues& before, const v1::ThreeValues& after) {
    if (before.has_verified() && after.has_verified()) Add(before.verified(), after.verified());
    if (before.has_claimed() && after.has_claimed()) Add(before.claimed(), after.claimed());
    if (before.has_possible() && after.has_possible()) Add(before.possible(), after.possible());
  }
  bool moves() const { return up_ || down_; }
  Trend WorseWhenUp() const { return up_ == down_ ? Trend::kDiffers : up_ ? Trend::kWorse : Trend::kBetter; }
  Trend WorseWhenDown() const { return up_ == down_ ? Trend::kDiffers : up_ ? Trend::kBetter : Trend::kWorse; }

 private:
  bool up_ = false, down_ = false;
};

Trend TrendOfShortage(const v1::Gap& before, const v1::Gap& after) {
  Direction unmet, demand, capacity;
  if (before.has_unmet_share() && after.has_unmet_share()) unmet.Add(before.unmet_share(), after.unmet_share());
  if (unmet.moves()) return unmet.WorseWhenUp();
  // The same share of more demand is more that lacks.
  demand.Add(before.metrics().demand().per_year(), after.metrics().demand().per_year());
  if (demand.moves()) return demand.WorseWhenUp();
  capacity.Add(before.metrics().capacity(), after.metrics().capacity());
  return capacity.WorseWhenDown();
}

Trend TrendOf(const v1::Gap& before, const v1::Gap& after) {
  if (before.certainty() != after.certainty()) return after.certainty() == v1::CERTAIN ? Trend::kWorse : Trend::kBetter;
  const v1::SegmentMetrics &was = before.metrics(), &is = after.metrics();
  Direction direction;
  switch (after.kind()) {
    case v1::MISSING:
    case v1::SINGLE_SOURCE:
      direction.Add(was.independent_suppliers(), is.independent_suppliers());
      return direction.WorseWhenDown();
    case v1::CONCENTRATED:
      direction.Add(was.hhi(), is.hhi());
      return direction.WorseWhenUp();
    case v1::UNDER_CAPACITY:
      return TrendOfShortage(before, after);
    case v1::EXTERNAL:
      direction.Add(was.external_share(), is.external_share());
      return direction.WorseWhenUp();
    case v1::FRAGILE:
      direction.Add(was.single_loss(), is.single_loss());
      return direction.WorseWhenUp();
    case v1::UNVERIFIED:
      direction.Add(before.hanging_kinds_size(), after.hanging_kinds_size());
      return direction.WorseWhenUp();
    default:
      return Trend::kDiffers;
  }
}

// By segment: the numbers on both sides, and whether it is gone.
using Segments = std::map<std::string, const v1::SegmentDelta*>;

Segments SegmentsOf(const v1::EvaluateScenarioResponse& answer) {
  Segments segments;
  for (const v1::SegmentDelta& delta : answer.segment_deltas())
    segments[(delta.has_after() ? delta.after() : delta.before()).segment()] = &delta;
  return segments;
}

GapLine LineOf(const v1::Gap* before, const v1::Gap* after, const Segments& segments) {
  GapLine line{Trend::kDiffers, before, after, nullptr, nullptr};
  const auto segment = segments.find((after != nullptr ? after : before)->segment());
  const v1::SegmentDelta* delta = segment == segments.end() ? nullptr : segment->second;
  line.metrics_before = before != nullptr                         ? &before->metrics()
                        : delta != nullptr && delta->has_before() ? &delta->before().metrics()
                                                                  : nullptr;
  line.metrics_after = after != nullptr                         ? &after->metrics()
                       : delta != nullptr && delta->has_after() ? &delta->after().metrics()
                                                                : nullptr;
  if (before == nullptr) {
    line.trend = Trend::kOpens;
  } else if (after == nullptr) {
    line.trend = delta != nullptr && delta->kind() == v1::GONE ? Trend::kRemoved : Trend::kCloses;
  } else if (before->kind() != after->kind()) {
    line.trend = after->kind() == v1::MISSING ? Trend::kWorse : Trend::kBetter;
  } else {
    line.trend = TrendOf(*before, *after);
  }
  return line;
}

bool IsOfSupplierCount(v1::GapKind kind) { return kind == v1::MISSING || kind == v1::SINGLE_SOURCE; }

}  // namespace

std::vector<GapLine> GapLinesOf(const v1::EvaluateScenarioResponse& answer) {
  const Segments segments = SegmentsOf(answer);
  // Too few suppliers before, of segments where that gap is gone: the other kind may have come for it.
  std::map<std::string, const v1::Gap*> gone;
  for (const v1::GapDelta& delta : answer.gap_deltas())
    if (delta.kind() == v1::GONE && IsOfSupplierCount(delta.before().kind()))
      gone[delta.before().segment()] = &delta.before();
  std::vector<GapLine> lines;
  for (const v1::GapDelta& delta : answer.gap_deltas()) {
    if (delta.kind() == v1::GONE) continue;
    const v1::Gap* before = delta.has_before() ? &delta.before() : nullptr;
    if (before == nullptr && IsOfSupplierCount(delta.after().kind())) {
      const auto found = gone.find(delta.after().segment());
      if (found != gone.end()) {
        before = found->second;
        gone.erase(found);
      }
    }
    lines.push_back(LineOf(before, &delta.after(), segments));
  }
  for (const v1::GapDelta& delta : answer.gap_deltas()) {
    if (delta.kind() != v1::GONE) continue;
    const bool paired = IsOfSupplierCount(delta.before().kind()) && !gone.contains(delta.before().segment());
    if (!paired) lines.push_back(LineOf(&delta.before(), nullptr, segments));
  }
  std::stable_sort(lines.begin(), lines.end(), [](const GapLine& a, const GapLine& b) { return a.trend < b.trend; });
  return lines;
}

}  // namespace bulian::cli
