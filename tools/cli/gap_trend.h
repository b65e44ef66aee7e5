// What a scenario does to a gap, for somebody who wants none. Pure functions.
#ifndef TOOLS_CLI_GAP_TREND_H_
#define TOOLS_CLI_GAP_TREND_H_

#include <vector>

#include "bulian/v1/gap.pb.h"
#include "bulian/v1/scenario.pb.h"

namespace bulian::cli {

// In the order in which a table tells them.
enum class Trend {
  kOpens,
  kWorse,    // more certain, or the number it turns on is worse on one of the three sets and better on none
  kDiffers,  // neither or both
  kBetter,
  kCloses,
  kRemoved,  // gone with its segment
};

// One line of a table. Either side may be absent (null). A segment that is MISSING and becomes SINGLE_SOURCE, or the
// other way round, is one line that gets better or worse: the kind is that of the side.
struct GapLine {
  Trend trend = Trend::kDiffers;
  const v1::Gap* before = nullptr;
  const v1::Gap* after = nullptr;
  // Numbers of the segment on both sides where they are known, also without a gap.
  const v1::SegmentMetrics* metrics_before = nullptr;
  const v1::SegmentMetrics* metrics_after = nullptr;
};

// All gaps that differ, by trend, within one as the answer orders them. The answer outlives the lines.
std::vector<GapLine> GapLinesOf(const v1::EvaluateScenarioResponse& answer);

}  // namespace bulian::cli

#endif  // TOOLS_CLI_GAP_TREND_H_
