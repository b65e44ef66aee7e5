// structure, feasible. Each returns the exit status: 0, or 1 after telling the error on stderr.
#ifndef TOOLS_CLI_STRUCTURE_COMMANDS_H_
#define TOOLS_CLI_STRUCTURE_COMMANDS_H_

#include <string>
#include <vector>

#include "tools/cli/connection.h"
#include "tools/cli/options.h"

namespace bulian::cli {

struct StructureFlags {
  std::vector<std::string> end_products;  // of feasible: segments, as typed; empty: the end products of the parent
  std::string as_of;                      // YYYY-MM-DD; empty: the cluster's date
};

// How the chains of a cluster or chain hang on each of its segments.
int Structure(Connection& connection, const Options& options, const std::string& parent, const StructureFlags& flags);

// Whether the end products can be made, and what is missing if not.
int Feasible(Connection& connection, const Options& options, const std::string& parent, const StructureFlags& flags);

}  // namespace bulian::cli

#endif  // TOOLS_CLI_STRUCTURE_COMMANDS_H_
