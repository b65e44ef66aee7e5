// backup: an archive of a running server's clusters.
#ifndef TOOLS_CLI_BACKUP_COMMAND_H_
#define TOOLS_CLI_BACKUP_COMMAND_H_

#include <string>

#include "tools/cli/connection.h"
#include "tools/cli/options.h"

namespace bulian::cli {

// Writes an archive of a cluster, or of all if it is empty, to a file that must not exist, and checks it. Returns the
// exit status: 0, or 1 after telling the error on stderr; then there is no file.
int Backup(Connection& connection, const Options& options, const std::string& cluster, const std::string& file);

}  // namespace bulian::cli

#endif  // TOOLS_CLI_BACKUP_COMMAND_H_
