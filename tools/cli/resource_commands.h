// get, list, apply, delete, export. Each returns the exit status: 0, or 1 after telling the error on stderr.
#ifndef TOOLS_CLI_RESOURCE_COMMANDS_H_
#define TOOLS_CLI_RESOURCE_COMMANDS_H_

#include <string>
#include <vector>

#include "tools/cli/connection.h"
#include "tools/cli/options.h"

namespace bulian::cli {

int Get(Connection& connection, const Options& options, const std::string& name);

struct ListFlags {
  int limit = 0;                   // 0: all
  std::vector<std::string> where;  // `field=value` of the method's filter message; a field may be given several times
};
int List(Connection& connection, const Options& options, const std::string& collection, const ListFlags& flags);

// Creates or replaces each record of a file of ImportRecords, one call a record; `-` is standard input.
int Apply(Connection& connection, const Options& options, const std::string& file, bool validate_only);

struct DeleteFlags {
  bool force = false, allow_missing = false, validate_only = false;
};
int Delete(Connection& connection, const Options& options, const std::string& name, const DeleteFlags& flags);

// Writes a cluster as JSONL to a file; empty or `-`: standard output.
int Export(Connection& connection, const Options& options, const std::string& cluster, const std::string& file);

}  // namespace bulian::cli

#endif  // TOOLS_CLI_RESOURCE_COMMANDS_H_
