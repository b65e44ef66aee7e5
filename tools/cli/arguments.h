// What the arguments of the command line ask for; CLI11 fills it.
#ifndef TOOLS_CLI_ARGUMENTS_H_
#define TOOLS_CLI_ARGUMENTS_H_

#include <string>
#include <vector>

#include "tools/cli/analysis_commands.h"
#include "tools/cli/calls_command.h"
#include "tools/cli/close_command.h"
#include "tools/cli/disruption_command.h"
#include "tools/cli/draft_command.h"
#include "tools/cli/gap_watch_command.h"
#include "tools/cli/import_command.h"
#include "tools/cli/match_record_command.h"
#include "tools/cli/options.h"
#include "tools/cli/plan_command.h"
#include "tools/cli/resource_commands.h"
#include "tools/cli/search_command.h"
#include "tools/cli/structure_commands.h"
#include "tools/cli/systemic_command.h"
#include "tools/cli/watch_command.h"
#include "tools/cli/whatif_command.h"

namespace CLI {
class App;
}

namespace bulian::cli {

// Whether the environment asks for Chinese.
bool ChineseLocale();

struct Arguments {
  Options options;
  std::string output = "table", lang = ChineseLocale() ? "zh" : "en";
  std::string name, file, enterprise, shell;
  ListFlags list;
  DeleteFlags del;
  GapFlags gaps;
  CloseFlags close;
  PlanFlags plan;
  std::vector<std::string> targets;
  MatchFlags match;
  MatchRecordFlags work;
  CallsFlags calls;
  SearchFlags search;
  DraftFlags draft;
  StructureFlags structure;
  DisruptionFlags disruption;
  SystemicFlags systemic;
  ImportFlags import;
  WatchFlags watch;
  WhatIfFlags what_if;
};

// propose, progress, matches and calls.
void AddMatchRecordCommands(CLI::App& app, Arguments& a);

}  // namespace bulian::cli

#endif  // TOOLS_CLI_ARGUMENTS_H_
