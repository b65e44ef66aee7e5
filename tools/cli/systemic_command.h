// risk systemic: the enterprises whose failure costs the cluster most (ESRI). Returns the exit status: 0, or 1 after
// telling the error on stderr.
#ifndef TOOLS_CLI_SYSTEMIC_COMMAND_H_
#define TOOLS_CLI_SYSTEMIC_COMMAND_H_

#include <string>
#include <vector>

#include "tools/cli/connection.h"
#include "tools/cli/options.h"

namespace bulian::cli {

struct SystemicFlags {
  int top = 20;
  std::vector<std::string> enterprises;  // ids or full names; empty: all
  int losers = 0;                        // how many to name for each
  double threshold = 0;                  // 0: the server's default
  bool no_replacement = false;
  std::string currency;
  int year = 0;
  std::string as_of;  // YYYY-MM-DD; empty: the cluster's date
};
int SystemicRisk(Connection& connection, const Options& options, const std::string& cluster,
                 const SystemicFlags& flags);

}  // namespace bulian::cli

#endif  // TOOLS_CLI_SYSTEMIC_COMMAND_H_
