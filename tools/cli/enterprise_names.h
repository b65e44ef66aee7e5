// What people call enterprises, for tables of answers that hold only resource names.
#ifndef TOOLS_CLI_ENTERPRISE_NAMES_H_
#define TOOLS_CLI_ENTERPRISE_NAMES_H_

#include <map>
#include <string>
#include <vector>

#include "tools/cli/connection.h"
#include "tools/cli/options.h"

namespace bulian::cli {

// By full name.
using EnterpriseNames = std::map<std::string, std::string>;

// Of at most the first 1000 of these enterprises of a cluster; empty if they cannot be read, for one that is missing
// too.
EnterpriseNames ReadEnterpriseNames(Connection& connection, const Options& options, const std::string& cluster,
                                    const std::vector<std::string>& enterprises);

}  // namespace bulian::cli

#endif  // TOOLS_CLI_ENTERPRISE_NAMES_H_
