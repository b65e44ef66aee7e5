// propose, progress, matches: work on matches. Each returns the exit status: 0, or 1 after telling the error on
// stderr.
#ifndef TOOLS_CLI_MATCH_RECORD_COMMAND_H_
#define TOOLS_CLI_MATCH_RECORD_COMMAND_H_

#include <string>
#include <vector>

#include "tools/cli/connection.h"
#include "tools/cli/options.h"

namespace bulian::cli {

struct MatchRecordFlags {
  std::string id;      // of a proposed match; empty: made of segment and enterprise
  std::string state;   // to go to, in small letters
  std::string reason;  // of a rejection, in small letters
  std::string note;
  std::string promise;  // a JSON file with promisedCapabilities and promisedSupplyLinks
  bool all = false;     // also matches about which there is nothing to say
  std::vector<std::string> states;
};

// What people may type for a state or a reason: `contacted`, `cannot-make`.
const std::vector<std::string>& MatchStates();
const std::vector<std::string>& RejectionReasons();

int Propose(Connection& connection, const Options& options, const std::string& segment, const std::string& enterprise,
            const MatchRecordFlags& flags);
int Progress(Connection& connection, const Options& options, const std::string& match, const MatchRecordFlags& flags);
int Matches(Connection& connection, const Options& options, const std::string& parent, const MatchRecordFlags& flags);

}  // namespace bulian::cli

#endif  // TOOLS_CLI_MATCH_RECORD_COMMAND_H_
