// bulian: the command line client.
#include <CLI/CLI.hpp>
#include <iostream>

#include "tools/cli/analysis_commands.h"
#include "tools/cli/arguments.h"
#include "tools/cli/backup_command.h"
#include "tools/cli/close_command.h"
#include "tools/cli/completion.h"
#include "tools/cli/connection.h"
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

namespace bulian::cli {
namespace {

void AddResourceCommands(CLI::App& app, Arguments& a) {
  auto* import = app.add_subcommand("import", "Load JSONL or CSV files into a cluster");
  import->add_option("files", a.import.files, "files (.csv is CSV, everything else JSONL; - is standard input)")
      ->required();
  import->add_option("--cluster", a.import.cluster, "the cluster; needed for CSV, else taken from the first record");
  import->add_flag("--validate-only", a.import.validate_only, "only check");
  import->add_option("--batch", a.import.batch, "records a message")->check(CLI::Range(1, 1000))->capture_default_str();
  import->add_option("--start-line", a.import.start_line, "go on at this line of the first file")
      ->check(CLI::PositiveNumber);

  auto* export_ = app.add_subcommand("export", "Write a whole cluster as JSONL");
  export_->add_option("cluster", a.name, "for example beibei")->required();
  export_->add_option("-f,--file", a.file, "write here instead of standard output");

  auto* backup = app.add_subcommand("backup", "Write an archive of a cluster, or of all, for bulian-db restore");
  backup->add_option("cluster", a.name, "for example beibei; all if left out");
  backup->add_option("--to", a.file, "file to write; must not exist")->required();
  auto* watch =
      app.add_subcommand("watch", "Follow what changes in a cluster; goes on by itself when the server is back");
  watch->add_option("cluster", a.name, "for example beibei; with --gaps also a chain (beibei/chip)")->required();
  auto* from = watch->add_option("--from", a.watch.from, "now, earliest (what the log still holds) or snapshot");
  from->check(CLI::IsMember({"now", "earliest", "snapshot"}))->capture_default_str();
  watch->add_option("--resume", a.watch.resume, "go on from this token")->excludes(from);
  auto* types = watch->add_option("--type", a.watch.types, "only these kinds of resources");
  types->check(CLI::IsMember(WatchedTypes()));
  auto* names = watch->add_option("--name", a.watch.names,
                                  "only this resource and what lies under it, for example enterprises/x");
  auto* gaps = watch->add_flag("--gaps", a.watch.gaps, "how gaps change, with the commits that change them");
  gaps->excludes(types)->excludes(names);
  watch->add_option("--kind", a.watch.kinds, "only gaps of these kinds, as for the command gaps")->needs(gaps);

  auto* get = app.add_subcommand("get", "Show one resource or gap");
  get->add_option("name", a.name, "for example clusters/beibei/enterprises/cy-sensor")->required();

  auto* list = app.add_subcommand("list", "List a collection");
  list->add_option("collection", a.name,
                   "for example clusters, clusters/beibei/enterprises, clusters/beibei/enterprises/-/capabilities")
      ->required();
  list->add_option("--where", a.list.where,
                   "FIELD=VALUE of the collection's filter, for example region_codes=500109 or text=传感");
  list->add_option("--limit", a.list.limit, "at most this many")->check(CLI::NonNegativeNumber);

  auto* apply =
      app.add_subcommand("apply", "Create or replace the resources of a file of import records, one call each");
  apply->add_option("file", a.file, "JSON or JSONL; - is standard input")->required();
  apply->add_flag("--validate-only", a.del.validate_only, "only check");

  auto* del = app.add_subcommand("delete", "Delete one resource");
  del->add_option("name", a.name, "its name")->required();
  del->add_flag("--force", a.del.force, "with all that is in it");
  del->add_flag("--allow-missing", a.del.allow_missing, "succeed if there is none");
  del->add_flag("--validate-only", a.del.validate_only, "only check");
}

void AddSearchCommand(CLI::App& app, Arguments& a) {
  auto* search = app.add_subcommand("search", "Find enterprises by name, alias, former name or identifier");
  search->add_option("cluster", a.name, "for example beibei")->required();
  search
      ->add_option("text", a.search.text,
                   "what you remember: 传感, 傳感器, cqcgq, chongqing, Silan Microelctronics, a part of a credit code")
      ->required();
  search->add_option("--top", a.search.top, "how many")->check(CLI::Range(1, 100))->capture_default_str();
  search->add_option("--region", a.search.regions, "only with a site in this region, for example 500109")
      ->allow_extra_args(false);
  search->add_option("--industry", a.search.industries, "only of this industry, for example C39")
      ->allow_extra_args(false);
}

void AddDraftCommand(CLI::App& app, Arguments& a) {
  auto* draft =
      app.add_subcommand("draft", "Draft a chain upstream from a product along typical inputs; stores nothing");
  draft->add_option("product", a.name, "the capability type it ends in, for example beibei/mems-die")->required();
  draft->add_option("--depth", a.draft.depth, "how many inputs deep")->check(CLI::Range(1, 20))->capture_default_str();
  draft->add_option("--min-confidence", a.draft.confidence, "leave out what is less sure, 0 to 1")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  draft->add_option("--max-segments", a.draft.segments, "at most so many")
      ->check(CLI::Range(1, 500))
      ->capture_default_str();
  draft->add_option("--chain", a.draft.chain, "id of the chain; that of the product if left out");
  draft->add_flag("--record", a.draft.record,
                  "print what `bulian apply` takes: bulian draft X --record | bulian apply -");
}

void AddCloseCommand(CLI::App& app, Arguments& a) {
  auto* close = app.add_subcommand("close", "Which enterprise, capability or project would close most unmet demand");
  close->add_option("parent", a.name, "a cluster (beibei), chain (beibei/chip), segment or gap (.../under-capacity)")
      ->required();
  close->add_option("--k", a.close.k, "also the best set of at most so many")
      ->check(CLI::Range(1, 10))
      ->capture_default_str();
  close->add_option("--set", a.close.set, "whose unmet demand: of verified, claimed or possible suppliers")
      ->check(CLI::IsMember({"verified", "claimed", "possible"}))
      ->capture_default_str();
  close->add_option("--by", a.close.subjects, "only enterprise, capability or project")
      ->check(CLI::IsMember(ClosureSubjectWords()))
      ->allow_extra_args(false);
  close->add_option("--change", a.close.changes, "only by these changes")
      ->check(CLI::IsMember(ClosureChangeWords()))
      ->allow_extra_args(false);
  close->add_option("--top", a.close.top, "how many")->check(CLI::Range(1, 1000))->capture_default_str();
  close->add_option("--as-of", a.close.as_of, "date of the analysis, YYYY-MM-DD");
}

void AddPlanCommand(CLI::App& app, Arguments& a) {
  auto* plan = app.add_subcommand("plan", "Plan all gaps at once: who gives what to which segment");
  plan->add_option("targets", a.targets,
                   "a cluster (beibei), or chains (beibei/chip), segments and gaps of one cluster")
      ->required();
  plan->add_flag("--potential", a.plan.potential, "also candidates that might come to fit");
  auto* local = plan->add_flag("--local", a.plan.local, "only sites in the cluster's regions");
  plan->add_flag("--recruits", a.plan.recruits, "also enterprises of other clusters")->excludes(local);
  plan->add_option("--min-suppliers", a.plan.min_suppliers, "independent suppliers of each segment, today's counted")
      ->check(CLI::Range(0, 10));
  plan->add_option("--greatest-share", a.plan.greatest_share, "share of what lacks that one supplier may give")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  plan->add_option("--lot", a.plan.lot_share, "amounts are multiples of this share of what lacks")
      ->check(CLI::Range(0.0, 1.0));
  plan->add_option("--score-weight", a.plan.score_weight, "how much scores count against amounts")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  plan->add_option("--candidates", a.plan.candidates, "how many a gap; 50 if not given")->check(CLI::Range(1, 200));
  plan->add_flag("--count-unknown", a.plan.count_unknown, "count capacities that are not stated as enough");
  plan->add_option("--as-of", a.plan.as_of, "date of the analysis, YYYY-MM-DD");
}

void AddRiskCommands(CLI::App& app, Arguments& a) {
  auto* risk = app.add_subcommand("risk", "What breaks if somebody stops");
  risk->require_subcommand(1);
  auto* disruption =
      risk->add_subcommand("disruption", "What end products lose when somebody stops (N-1, or given sets)");
  disruption->add_option("parent", a.name, "a cluster (beibei) or chain (beibei/chip)")->required();
  disruption
      ->add_option("--by", a.disruption.by,
                   "compare the failure of each enterprise, supplier (of one segment) or region")
      ->check(CLI::IsMember({"enterprise", "supplier", "region"}))
      ->capture_default_str();
  disruption
      ->add_option("--stop", a.disruption.stop,
                   "instead of comparing: these stop together; an enterprise (id or full name) or a region code")
      ->allow_extra_args(false);
  disruption->add_flag("--recovery", a.disruption.recovery, "also time to recover, time to survive, exposure index");
  disruption->add_flag("--alone", a.disruption.alone, "nothing is bought outside, not even what nobody here makes");
  disruption->add_flag("--why", a.disruption.why, "also what limits each end product");
  disruption->add_option("--top", a.disruption.top, "how many")->check(CLI::Range(1, 1000))->capture_default_str();
  disruption->add_option("--as-of", a.disruption.as_of, "date of the analysis, YYYY-MM-DD");
  auto* systemic = risk->add_subcommand("systemic", "Enterprises whose failure costs the cluster most (ESRI)");
  systemic->add_option("cluster", a.name, "for example beibei")->required();
  systemic->add_option("--top", a.systemic.top, "how many")->check(CLI::Range(1, 1000))->capture_default_str();
  systemic->add_option("--enterprise", a.systemic.enterprises, "only the failure of this one: id or full name")
      ->allow_extra_args(false);
  systemic->add_option("--losers", a.systemic.losers, "name so many that lose most")->check(CLI::Range(0, 100));
  systemic->add_option("--threshold", a.systemic.threshold, "when a cascade has ended, 0 to 1 (0.01)")
      ->check(CLI::PositiveNumber);
  systemic->add_flag("--no-replacement", a.systemic.no_replacement, "others do not replace suppliers that fail");
  systemic->add_option("--currency", a.systemic.currency, "of the values to count, for example CNY");
  systemic->add_option("--year", a.systemic.year, "of the values to count");
  systemic->add_option("--as-of", a.systemic.as_of, "date of the analysis, YYYY-MM-DD");
}

void AddWhatIfCommand(CLI::App& app, Arguments& a) {
  auto* what_if = app.add_subcommand(
      "whatif",
      "What would differ if something changed; nothing is stored. All of a file, then --stop, --scale, --remove");
  what_if->add_option("cluster", a.name, "for example beibei")->required();
  what_if->add_option(
      "file", a.what_if.file,
      "changes, one a line: {\"remove\":NAME}, {\"stopEnterprise\":NAME}, "
      "{\"scaleDemand\":{\"name\":NAME,\"factor\":2}} or an import record (.csv: import records; - is standard input)");
  const auto add = [&](const char* flag, std::vector<std::string>& values, const char* what) {
    what_if->add_option(flag, values, what)->allow_extra_args(false);
  };
  add("--stop", a.what_if.stops, "this enterprise stops: id or full name");
  add("--scale", a.what_if.scales, "final demand of a chain, a segment or the cluster, for example chip=1.5");
  add("--remove", a.what_if.removals, "this is deleted with all in it, for example chip or enterprises/cy-sensor");
  what_if->add_option("--chain", a.what_if.chain, "only gaps and segments of this chain, for example chip");
  add("--kind", a.what_if.kinds, "only gaps of this kind, as of gaps");
  what_if->add_flag("--certain", a.what_if.certain_only, "only gaps that are certain");
  what_if->add_option("--limit", a.what_if.limit, "show at most this many gaps in the table")
      ->check(CLI::NonNegativeNumber);
  what_if->add_flag("--risk", a.what_if.risk,
                    "also what end products could be delivered, and the worst single failure");
  what_if->add_flag("--segments", a.what_if.segments, "also the segments whose numbers differ");
  add("--match", a.what_if.matches, "also how the candidates of this segment differ, for example chip/wafer-fab");
  what_if->add_option("--top", a.what_if.top, "how many candidates of each to compare (10)")->check(CLI::Range(1, 100));
  what_if->add_option("--as-of", a.what_if.as_of, "date of both analyses, YYYY-MM-DD");
}

void AddAnalysisCommands(CLI::App& app, Arguments& a) {
  auto* gaps = app.add_subcommand("gaps", "Missing and weak links, worst first");
  gaps->add_option("parent", a.name, "a cluster (beibei) or chain (beibei/smart-sensor)")->required();
  gaps->add_option("--kind", a.gaps.kinds,
                   "only these kinds: missing single-source concentrated under-capacity external unverified fragile");
  gaps->add_flag("--certain", a.gaps.certain_only, "only gaps that are certain");
  gaps->add_flag("--joint", a.gaps.joint, "allot shared capabilities and pools to all segments at once");
  gaps->add_flag("--segments", a.gaps.segments, "every segment with its numbers, gaps or not");
  gaps->add_option("--as-of", a.gaps.as_of, "date of the analysis, YYYY-MM-DD");
  auto* horizon = gaps->add_option("--horizon", a.gaps.horizon, "look ahead to this date, YYYY-MM-DD, by periods");
  gaps->add_option("--period", a.gaps.period, "length of a period of the look ahead")
      ->check(CLI::IsMember({"day", "week", "month", "year"}))
      ->capture_default_str()
      ->needs(horizon);
  gaps->add_option("--limit", a.gaps.limit, "at most this many")->check(CLI::NonNegativeNumber);

  AddSearchCommand(app, a);
  AddDraftCommand(app, a);
  AddCloseCommand(app, a);
  AddPlanCommand(app, a);

  auto* structure = app.add_subcommand("structure", "How the chains hang on each segment");
  structure->add_option("parent", a.name, "a cluster (beibei) or chain (beibei/smart-sensor)")->required();
  structure->add_option("--as-of", a.structure.as_of, "date of the analysis, YYYY-MM-DD");

  auto* feasible = app.add_subcommand("feasible", "Whether end products can be made at all, and what is missing");
  feasible->add_option("parent", a.name, "a cluster (beibei) or chain (beibei/smart-sensor)")->required();
  feasible->add_option("--end", a.structure.end_products, "only these segments, for example beibei/smart-sensor/asic");
  feasible->add_option("--as-of", a.structure.as_of, "date of the analysis, YYYY-MM-DD");

  auto* match = app.add_subcommand("match", "Companies that could fill a segment or gap, best first");
  match->add_option("target", a.name, "a segment (beibei/smart-sensor/soi-wafer) or gap (.../missing)")->required();
  match->add_option("--top", a.match.top, "how many")->check(CLI::Range(1, 1000))->capture_default_str();
  match->add_flag("--potential", a.match.potential, "also projects, pilot lines and near types");
  match->add_flag("--recruits", a.match.recruits,
                  "also enterprises outside the cluster's regions and of other clusters");
  match->add_flag("--new-only", a.match.exclude_current, "leave out those that supply the segment already");
  match->add_option("--as-of", a.match.as_of, "date of the analysis, YYYY-MM-DD");

  auto* explain = app.add_subcommand("explain", "How one enterprise stands to a segment, and what would make it fit");
  explain->add_option("target", a.name, "a segment or gap")->required();
  explain->add_option("enterprise", a.enterprise, "id or full name")->required();
  explain->add_option("--as-of", a.match.as_of, "date of the analysis, YYYY-MM-DD");

  AddMatchRecordCommands(app, a);
  AddRiskCommands(app, a);
  AddWhatIfCommand(app, a);

  auto* completion =
      app.add_subcommand("completion", "Print the completion script of a shell: source <(bulian completion bash)");
  completion->add_option("shell", a.shell, "bash or zsh")->required()->check(CLI::IsMember({"bash", "zsh"}));
}

int Dispatch(const CLI::App& app, Arguments& a) {
  if (app.got_subcommand("completion")) {
    std::cout << CompletionScript(app, a.shell);
    return 0;
  }
  Connection connection(a.options.server, a.options.timeout_seconds);
  const Options& o = a.options;
  if (app.got_subcommand("import")) return Import(connection, o, a.import);
  if (app.got_subcommand("export")) return Export(connection, o, a.name, a.file);
  if (app.got_subcommand("backup")) return Backup(connection, o, a.name, a.file);
  if (app.got_subcommand("watch") && a.watch.gaps) return WatchGaps(connection, o, a.name, a.watch);
  if (app.got_subcommand("watch")) return Watch(connection, o, a.name, a.watch);
  if (app.got_subcommand("get")) return Get(connection, o, a.name);
  if (app.got_subcommand("list")) return List(connection, o, a.name, a.list);
  if (app.got_subcommand("apply")) return Apply(connection, o, a.file, a.del.validate_only);
  if (app.got_subcommand("delete")) return Delete(connection, o, a.name, a.del);
  if (app.got_subcommand("gaps")) return Gaps(connection, o, a.name, a.gaps);
  if (app.got_subcommand("close")) return Close(connection, o, a.name, a.close);
  if (app.got_subcommand("plan")) return PlanMatches(connection, o, a.targets, a.plan);
  if (app.got_subcommand("structure")) return Structure(connection, o, a.name, a.structure);
  if (app.got_subcommand("feasible")) return Feasible(connection, o, a.name, a.structure);
  if (app.got_subcommand("draft")) return Draft(connection, o, a.name, a.draft);
  if (app.got_subcommand("search")) return Search(connection, o, a.name, a.search);
  if (app.got_subcommand("match")) return Match(connection, o, a.name, a.match);
  if (app.got_subcommand("propose")) return Propose(connection, o, a.name, a.enterprise, a.work);
  if (app.got_subcommand("progress")) return Progress(connection, o, a.name, a.work);
  if (app.got_subcommand("matches")) return Matches(connection, o, a.name, a.work);
  if (app.got_subcommand("calls")) return Calls(connection, o, a.file, a.calls);
  if (app.got_subcommand("whatif")) return WhatIf(connection, o, a.name, a.what_if);
  if (app.got_subcommand("risk")) {
    if (app.get_subcommand("risk")->got_subcommand("disruption"))
      return Disruption(connection, o, a.name, a.disruption);
    return SystemicRisk(connection, o, a.name, a.systemic);
  }
  return Explain(connection, o, a.name, a.enterprise, a.match.as_of);
}

int Main(int argc, char** argv) {
  CLI::App app(
      "bulian 补链: find the missing links of industry chains and who could fill them\n"
      "Exit status: 0 done, 1 the call failed or records were refused (told on stderr), 2 wrong usage.");
  Arguments a;
  app.set_version_flag("--version", "bulian " BULIAN_VERSION);
  app.add_option("--server", a.options.server, "HOST:PORT of the server")
      ->envname("BULIAN_SERVER")
      ->capture_default_str()
      ->take_last();
  app.add_option("--timeout", a.options.timeout_seconds, "seconds a call may take")
      ->check(CLI::PositiveNumber)
      ->capture_default_str()
      ->take_last();
  app.add_option("-o,--output", a.output, "table, json or csv")
      ->check(CLI::IsMember({"table", "json", "csv"}))
      ->capture_default_str()
      ->take_last();
  app.add_option("--lang", a.lang, "zh or en: which names to show")
      ->check(CLI::IsMember({"zh", "en"}))
      ->capture_default_str()
      ->take_last();
  app.require_subcommand(1);
  app.fallthrough();  // global options may stand behind the command
  AddResourceCommands(app, a);
  AddAnalysisCommands(app, a);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  a.options.output = a.output == "json" ? Output::kJson : a.output == "csv" ? Output::kCsv : Output::kTable;
  a.options.chinese = a.lang == "zh";
  return Dispatch(app, a);
}

}  // namespace
}  // namespace bulian::cli

int main(int argc, char** argv) { return bulian::cli::Main(argc, argv); }
