// calls: whom to call first. Returns the exit status: 0, or 1 after telling the error on stderr.
#ifndef TOOLS_CLI_CALLS_COMMAND_H_
#define TOOLS_CLI_CALLS_COMMAND_H_

#include <string>
#include <vector>

#include "tools/cli/connection.h"
#include "tools/cli/options.h"

namespace bulian::cli {

struct CallsFlags {
  int wanted = 1;
  std::string target;                    // a segment or gap as people type it; empty: the file has the prospects
  double value = 100, effort = 1;        // of each prospect, in one unit
  double willingness = -1;               // below 0: counted from the cluster's matches
  std::vector<std::string> assumptions;  // `held-unknown=0.3`: what the caller says of a ground
  bool held_only = false, outside = false, exclude_current = false;
  int limit = 100;
  std::string as_of;  // YYYY-MM-DD; empty: the cluster's date
};

// An order of calls over the rows of a CSV file (enterprise, probability, value, effort), or over the candidates for a
// target; one of the two is given.
int Calls(Connection& connection, const Options& options, const std::string& file, const CallsFlags& flags);

}  // namespace bulian::cli

#endif  // TOOLS_CLI_CALLS_COMMAND_H_
