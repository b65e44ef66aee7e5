// whatif: what hypothetical changes would do to a cluster. Returns the exit status: 0, or 1 after telling every error
// on stderr with the line or flag it is of.
#ifndef TOOLS_CLI_WHATIF_COMMAND_H_
#define TOOLS_CLI_WHATIF_COMMAND_H_

#include <string>
#include <vector>

#include "tools/cli/connection.h"
#include "tools/cli/options.h"

namespace bulian::cli {

struct WhatIfFlags {
  // The changes, in this order. Names as people type them.
  std::string file;                                  // empty: none; `-`: standard input
  std::vector<std::string> stops, scales, removals;  // of scales `CHAIN=FACTOR`
  // What is asked.
  std::string chain, as_of;        // empty: all; the cluster's date
  std::vector<std::string> kinds;  // empty: all
  bool certain_only = false;
  int limit = 0;                     // gaps of the table; 0: all
  bool risk = false;                 // also what end products could be delivered, and the worst single failure
  bool segments = false;             // also segments whose numbers differ
  std::vector<std::string> matches;  // segments whose candidates are compared
  int top = 0;                       // how many candidates; 0: the server's default
};
int WhatIf(Connection& connection, const Options& options, const std::string& cluster, const WhatIfFlags& flags);

}  // namespace bulian::cli

#endif  // TOOLS_CLI_WHATIF_COMMAND_H_
