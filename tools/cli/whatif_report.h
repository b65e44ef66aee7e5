// What a scenario would change, as tables with before → after and short bars.
#ifndef TOOLS_CLI_WHATIF_REPORT_H_
#define TOOLS_CLI_WHATIF_REPORT_H_

#include <optional>
#include <ostream>
#include <string>

#include "bulian/v1/scenario.pb.h"
#include "tools/cli/enterprise_names.h"
#include "tools/cli/options.h"

namespace bulian::cli {

struct WhatIfShown {
  bool segments = false;  // also the segments whose numbers differ
  int limit = 0;          // gaps of the table; 0: all
  EnterpriseNames names;  // of candidates
};

// Gaps, then segments, candidates and risks as far as asked for, then the sums; gaps of which nothing shown differs are
// only counted. As CSV one table only, with all its rows: of candidates if the answer has some, else of end products'
// risks, else of segments if they are shown, else of gaps.
void PrintWhatIf(const v1::EvaluateScenarioResponse& answer, const WhatIfShown& shown, const Options& options,
                 std::ostream& out);

// The share of demand certainly not met in ten cells: `█` before and after, `▓` only after, `░` only before, `·` met.
// Empty if one of them is not known.
std::string UnmetBar(const std::optional<v1::Bounds>& before, const std::optional<v1::Bounds>& after);

}  // namespace bulian::cli

#endif  // TOOLS_CLI_WHATIF_REPORT_H_
