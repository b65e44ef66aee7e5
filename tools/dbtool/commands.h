// The commands of bulian-db on a data directory. Each returns the exit status: 0 done, 1 failed or found something
// wrong; results go to `out`, errors to `err`.
#ifndef TOOLS_DBTOOL_COMMANDS_H_
#define TOOLS_DBTOOL_COMMANDS_H_

#include <iosfwd>
#include <string>

namespace bulian::dbtool {

int VerifyCommand(const std::string& directory, std::ostream& out, std::ostream& err);

// `cluster`: an id or `clusters/{id}`; empty: all. `raw`: every record with its bytes, instead of import lines.
int DumpCommand(const std::string& directory, const std::string& cluster, bool raw, std::ostream& out,
                std::ostream& err);

int CompactCommand(const std::string& directory, std::ostream& out, std::ostream& err);

}  // namespace bulian::dbtool

#endif  // TOOLS_DBTOOL_COMMANDS_H_
