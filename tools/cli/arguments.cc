#include "tools/cli/arguments.h"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <string_view>

namespace bulian::cli {

bool ChineseLocale() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return std::string_view(value).rfind("zh", 0) == 0;
  }
  return false;
}

void AddMatchRecordCommands(CLI::App& app, Arguments& a) {
  auto* propose = app.add_subcommand("propose", "Record an enterprise as a match for a segment or gap");
  propose->add_option("target", a.name, "a segment (beibei/smart-sensor/soi-wafer) or gap (.../missing)")->required();
  propose->add_option("enterprise", a.enterprise, "id or full name")->required();
  propose->add_option("--id", a.work.id, "of the match; if left out, made of the segment and the enterprise");

  auto* progress =
      app.add_subcommand("progress", "Say how far the talks about a match are; a contract creates what it promises");
  progress->add_option("match", a.name, "for example beibei/soi-wafer-x")->required();
  progress->add_option("state", a.work.state, "proposed, contacted, agreed, contracted or rejected")
      ->required()
      ->check(CLI::IsMember(MatchStates()));
  progress->add_option("--reason", a.work.reason, "of a rejection")->check(CLI::IsMember(RejectionReasons()));
  for (auto* command : {propose, progress}) {
    command->add_option("--note", a.work.note, "what is to be remembered");
    command->add_option("--promise", a.work.promise,
                        "a JSON file with the promisedCapabilities and promisedSupplyLinks of the contract; - is "
                        "standard input");
  }

  auto* matches =
      app.add_subcommand("matches", "Recorded matches that need a look: stale, or contradicted by the data");
  matches->add_option("parent", a.name, "a cluster (beibei) or chain (beibei/smart-sensor)")->required();
  matches->add_flag("--all", a.work.all, "also those about which there is nothing to say");
  matches->add_option("--state", a.work.states, "only those in these states")->check(CLI::IsMember(MatchStates()));

  auto* calls = app.add_subcommand("calls", "Whom to call first: the order with the highest expected value");
  calls->add_option("file", a.file, "CSV with the columns enterprise,probability,value,effort; - is standard input")
      ->required();
  calls->add_option("--wanted", a.work.wanted, "how many that come true can be used")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
}

}  // namespace bulian::cli
