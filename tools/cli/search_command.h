// `bulian search`.
#ifndef TOOLS_CLI_SEARCH_COMMAND_H_
#define TOOLS_CLI_SEARCH_COMMAND_H_

#include <string>
#include <vector>

#include "tools/cli/connection.h"
#include "tools/cli/options.h"

namespace bulian::cli {

struct SearchFlags {
  std::string text;
  int top = 10;
  std::vector<std::string> regions, industries;
};
// Returns the exit status: 0, or 1 after telling the error on stderr.
int Search(Connection& connection, const Options& options, const std::string& cluster, const SearchFlags& flags);

}  // namespace bulian::cli

#endif  // TOOLS_CLI_SEARCH_COMMAND_H_
