// plan: who gives what to which gap, all gaps at once. Returns the exit status: 0, or 1 after telling the error on
// stderr.
#ifndef TOOLS_CLI_PLAN_COMMAND_H_
#define TOOLS_CLI_PLAN_COMMAND_H_

#include <string>
#include <vector>

#include "tools/cli/connection.h"
#include "tools/cli/options.h"

namespace bulian::cli {

struct PlanFlags {
  int min_suppliers = 0, candidates = 0;
  double greatest_share = 1, lot_share = 0, score_weight = 0.5;
  bool potential = false, local = false, recruits = false, count_unknown = false;
  std::string as_of;  // YYYY-MM-DD; empty: the cluster's date
};

// `targets`: one cluster, or chains, segments and gaps of one cluster, as people type them.
int PlanMatches(Connection& connection, const Options& options, const std::vector<std::string>& targets,
                const PlanFlags& flags);

}  // namespace bulian::cli

#endif  // TOOLS_CLI_PLAN_COMMAND_H_
