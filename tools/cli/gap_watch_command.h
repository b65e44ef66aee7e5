// watch --gaps: how the gaps of a cluster or chain change, commit by commit. Goes on by itself when the server goes
// away, as watch does. Returns the exit status: 0, or 1 after telling the error on stderr.
#ifndef TOOLS_CLI_GAP_WATCH_COMMAND_H_
#define TOOLS_CLI_GAP_WATCH_COMMAND_H_

#include <string>

#include "bulian/v1/gap.pb.h"
#include "tools/cli/connection.h"
#include "tools/cli/options.h"
#include "tools/cli/watch_command.h"

namespace bulian::cli {

int WatchGaps(Connection& connection, const Options& options, const std::string& parent, const WatchFlags& flags);

// One change as a line without its end, for example
// `~ UNDER_CAPACITY  CERTAIN  beibei/chip/wafer-fab/under-capacity  Wafer fab: capacity 3 → 5 of 9 H87/year, unmet
// 66.67 % → 44.44 %, suppliers`.
std::string GapChangeLine(const v1::GapChange& change, const Options& options);

}  // namespace bulian::cli

#endif  // TOOLS_CLI_GAP_WATCH_COMMAND_H_
