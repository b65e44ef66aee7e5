// import: files into a cluster.
#ifndef TOOLS_CLI_IMPORT_COMMAND_H_
#define TOOLS_CLI_IMPORT_COMMAND_H_

#include <string>
#include <vector>

#include "tools/cli/connection.h"
#include "tools/cli/options.h"

namespace bulian::cli {

struct ImportFlags {
  std::vector<std::string> files;
  std::string cluster;  // full name or id; empty: that of the first record
  bool validate_only = false;
  int batch = 500;     // records a message
  int start_line = 1;  // of the first file; to go on after a break
};

// Rejected records and broken lines are told on stderr with file and line; the rest goes on. Returns 0 when every
// record went in, else 1.
int Import(Connection& connection, const Options& options, const ImportFlags& flags);

}  // namespace bulian::cli

#endif  // TOOLS_CLI_IMPORT_COMMAND_H_
