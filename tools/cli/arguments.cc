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

namespace {

void AddCallsCommand(CLI::App& app, Arguments& a) {
  auto* calls = app.add_subcommand("calls", "Whom to call first: the order with the highest expected value");
  auto* prospects = calls->add_option_group("prospects", "who might fill the need; one of");
  prospects->add_option("file", a.file,
                        "CSV with the columns enterprise,probability,value,effort; - is standard input");
  auto* segment = prospects->add_option("--segment", a.calls.target, "the candidates for a segment or gap");
  prospects->require_option(1);
  calls->add_option("--wanted", a.calls.wanted, "how many that come true can be used")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  const auto of_segment = [&](CLI::Option* option) { return option->needs(segment)->capture_default_str(); };
  of_segment(calls->add_option("--value", a.calls.value, "what each is worth if it comes true"));
  of_segment(calls->add_option("--effort", a.calls.effort, "what finding out costs, in the unit of the value"));
  of_segment(calls->add_option("--willing", a.calls.willingness,
                               "probability that one who can also will; if left out, counted from recorded matches"))
      ->default_str("")
      ->check(CLI::Range(0.0, 1.0));
  of_segment(calls->add_option("--able", a.calls.assumptions,
                               "GROUND=PROBABILITY: how likely one of a ground can fill the need, for example "
                               "held-unknown=0.3"));
  of_segment(calls->add_flag("--held", a.calls.held_only, "only who holds a fitting capability"));
  of_segment(calls->add_flag("--recruits", a.calls.outside, "also enterprises outside the cluster's regions"));
  of_segment(calls->add_flag("--new-only", a.calls.exclude_current, "leave out those that supply the segment already"));
  of_segment(calls->add_option("--top", a.calls.limit, "how many candidates to look at, best ranked first"))
      ->check(CLI::Range(1, 1000));
  of_segment(calls->add_option("--as-of", a.calls.as_of, "date of the analysis, YYYY-MM-DD"));
}

}  // namespace

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

  AddCallsCommand(app, a);
}

}  // namespace bulian::cli
