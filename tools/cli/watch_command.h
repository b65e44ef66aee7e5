// watch: what changes in a cluster, as it happens. Goes on by itself when the server goes away; Ctrl-C ends it and
// tells the token to go on from. Returns the exit status: 0, or 1 after telling the error on stderr.
#ifndef TOOLS_CLI_WATCH_COMMAND_H_
#define TOOLS_CLI_WATCH_COMMAND_H_

#include <string>
#include <vector>

#include "tools/cli/connection.h"
#include "tools/cli/options.h"

namespace bulian::cli {

struct WatchFlags {
  std::string from = "now";        // now, earliest or snapshot
  std::string resume;              // a token; empty: none
  std::vector<std::string> types;  // `enterprise`, `capability-type` ...
  std::vector<std::string> names;  // full, or what follows the cluster: `enterprises/x`
  bool gaps = false;               // how gaps change, not resources
  std::vector<std::string> kinds;  // of gaps: `missing`, `single-source` ...
};

// What --type takes.
const std::vector<std::string>& WatchedTypes();

int Watch(Connection& connection, const Options& options, const std::string& cluster, const WatchFlags& flags);

}  // namespace bulian::cli

#endif  // TOOLS_CLI_WATCH_COMMAND_H_
