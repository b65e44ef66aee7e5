// risk disruption: what end products lose when somebody stops. Returns the exit status: 0, or 1 after telling the error
// on stderr.
#ifndef TOOLS_CLI_DISRUPTION_COMMAND_H_
#define TOOLS_CLI_DISRUPTION_COMMAND_H_

#include <string>
#include <vector>

#include "tools/cli/connection.h"
#include "tools/cli/options.h"

namespace bulian::cli {

struct DisruptionFlags {
  std::string by = "enterprise";  // whose single failures are compared: enterprise, supplier, region
  std::vector<std::string> stop;  // ids or full names of enterprises, or region codes, that stop together
  bool recovery = false;
  bool alone = false;  // nothing is bought outside
  bool why = false;    // what limits each end product
  int top = 20;
  std::string as_of;  // YYYY-MM-DD; empty: the cluster's date
};
int Disruption(Connection& connection, const Options& options, const std::string& parent, const DisruptionFlags& flags);

}  // namespace bulian::cli

#endif  // TOOLS_CLI_DISRUPTION_COMMAND_H_
