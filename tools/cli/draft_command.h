// `bulian draft`.
#ifndef TOOLS_CLI_DRAFT_COMMAND_H_
#define TOOLS_CLI_DRAFT_COMMAND_H_

#include <string>

#include "tools/cli/connection.h"
#include "tools/cli/options.h"

namespace bulian::cli {

struct DraftFlags {
  int depth = 3, segments = 100;
  double confidence = 0.2;
  std::string chain;    // id; empty: that of the product
  bool record = false;  // print only the import record that `bulian apply` takes
};
// `product` as people type it: `beibei/mems-die`, or a full name. Returns the exit status: 0, or 1 after telling the
// error on stderr.
int Draft(Connection& connection, const Options& options, const std::string& product, const DraftFlags& flags);

}  // namespace bulian::cli

#endif  // TOOLS_CLI_DRAFT_COMMAND_H_
