// close: what would close unmet demand. Returns the exit status: 0, or 1 after telling the error on stderr.
#ifndef TOOLS_CLI_CLOSE_COMMAND_H_
#define TOOLS_CLI_CLOSE_COMMAND_H_

#include <string>
#include <vector>

#include "tools/cli/connection.h"
#include "tools/cli/options.h"

namespace bulian::cli {

struct CloseFlags {
  int k = 1, top = 10;
  std::string set = "claimed";
  std::vector<std::string> subjects;  // enterprise, capability, project; empty: all
  std::vector<std::string> changes;   // move-in ...; empty: all
  std::string as_of;                  // YYYY-MM-DD; empty: the cluster's date
};

// The words --by and --change take.
std::vector<std::string> ClosureSubjectWords();
std::vector<std::string> ClosureChangeWords();

int Close(Connection& connection, const Options& options, const std::string& parent, const CloseFlags& flags);

}  // namespace bulian::cli

#endif  // TOOLS_CLI_CLOSE_COMMAND_H_
