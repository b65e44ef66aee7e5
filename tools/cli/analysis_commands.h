// gaps, match, explain. Each returns the exit status: 0, or 1 after telling the error on stderr.
#ifndef TOOLS_CLI_ANALYSIS_COMMANDS_H_
#define TOOLS_CLI_ANALYSIS_COMMANDS_H_

#include <string>
#include <vector>

#include "tools/cli/connection.h"
#include "tools/cli/options.h"

namespace bulian::cli {

struct GapFlags {
  int limit = 0;                   // 0: all
  std::vector<std::string> kinds;  // as in gap names or as enum values; empty: all
  bool certain_only = false;
  std::string as_of;    // YYYY-MM-DD; empty: the cluster's date
  std::string horizon;  // YYYY-MM-DD: look ahead by periods instead; empty: no
  std::string period = "month";
  bool joint = false;     // capacities shared between segments are allotted to all at once
  bool segments = false;  // every segment with its verdicts instead of the gaps
};
int Gaps(Connection& connection, const Options& options, const std::string& parent, const GapFlags& flags);

struct MatchFlags {
  int top = 10;
  bool potential = false, recruits = false, exclude_current = false;
  std::string as_of;
};
int Match(Connection& connection, const Options& options, const std::string& target, const MatchFlags& flags);

int Explain(Connection& connection, const Options& options, const std::string& target, const std::string& enterprise,
            const std::string& as_of);

}  // namespace bulian::cli

#endif  // TOOLS_CLI_ANALYSIS_COMMANDS_H_
