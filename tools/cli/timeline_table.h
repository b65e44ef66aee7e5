// A look ahead as a text chart: one line a segment, one sign a period.
#ifndef TOOLS_CLI_TIMELINE_TABLE_H_
#define TOOLS_CLI_TIMELINE_TABLE_H_

#include <ostream>

#include "bulian/v1/gap.pb.h"
#include "tools/cli/options.h"

namespace bulian::cli {

void PrintTimelines(const v1::GapReport& report, const Options& options, std::ostream& out);

}  // namespace bulian::cli

#endif  // TOOLS_CLI_TIMELINE_TABLE_H_
