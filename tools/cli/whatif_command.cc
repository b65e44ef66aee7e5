#include "tools/cli/whatif_command.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <set>
#include <utility>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "tools/cli/gap_words.h"
#include "tools/cli/phrases.h"
#include "tools/cli/scenario_changes.h"
#include "tools/cli/whatif_report.h"

namespace bulian::cli {
namespace {

ScenarioChanges ReadChanges(const std::string& cluster, const WhatIfFlags& flags) {
  ScenarioChanges scenario;
  if (!flags.file.empty()) AddChangeFile(flags.file, cluster, &scenario);
  for (const std::string& enterprise : flags.stops) AddStop(enterprise, cluster, &scenario);
  for (const std::string& scale : flags.scales) AddScale(scale, cluster, &scenario);
  for (const std::string& name : flags.removals) AddRemoval(name, cluster, &scenario);
  if (scenario.changes.empty() && scenario.errors.empty())
    scenario.errors.emplace_back("no changes: give a FILE that holds some, --stop, --scale or --remove");
  return scenario;
}

// The place of the change that a violated field is of, and the field within it: `new.jsonl:3: enterprise.uscc` for
// `changes[2].put.enterprise.uscc`, whether the line is a change or an import record.
std::string PlaceOf(const std::string& field, const std::vector<PlacedChange>& changes) {
  constexpr std::string_view kChange = "changes[";
  if (field.rfind(kChange, 0) != 0) return field;
  char* end = nullptr;
  const std::size_t index = std::strtoul(field.c_str() + kChange.size(), &end, 10);
  if (*end != ']' || index >= changes.size()) return field;
  std::string_view rest(end + 1);
  for (std::string_view prefix : {".", "put."})
    if (rest.rfind(prefix, 0) == 0) rest.remove_prefix(prefix.size());
  if (changes[index].place.rfind("--", 0) == 0 || rest.empty()) return changes[index].place;
  return changes[index].place + ": " + std::string(rest);
}

// Violations of changes as lines with their place, everything else as any error.
int PrintRefusal(const grpc::Status& status, const std::vector<PlacedChange>& changes) {
  google::rpc::Status details;
  google::rpc::BadRequest bad;
  if (details.ParseFromString(status.error_details()))
    for (const auto& detail : details.details())
      if (detail.UnpackTo(&bad)) break;
  if (bad.field_violations().empty()) return PrintError(status);
  for (const auto& violation : bad.field_violations())
    std::cerr << PlaceOf(violation.field(), changes) << ": " << violation.description() << '\n';
  return 1;
}

// What candidates are called: as the scenario's own enterprises say, else as stored.
EnterpriseNames NamesOfCandidates(Connection& connection, const Options& o, const v1::EvaluateScenarioRequest& request,
                                  const v1::EvaluateScenarioResponse& answer) {
  EnterpriseNames told;
  for (const v1::ScenarioChange& change : request.changes())
    if (change.put().has_enterprise())
      told[change.put().enterprise().name()] = o.Text(change.put().enterprise().display_name());
  std::set<std::string> stored;
  for (const v1::MatchDelta& delta : answer.match_deltas())
    for (const v1::CandidateDelta& candidate : delta.candidates())
      if (told.count(candidate.enterprise()) == 0) stored.insert(candidate.enterprise());
  EnterpriseNames names = ReadEnterpriseNames(connection, o, request.parent(), {stored.begin(), stored.end()});
  names.insert(told.begin(), told.end());
  return names;
}

// False after telling the error.
bool SetQuestion(const WhatIfFlags& flags, v1::EvaluateScenarioRequest* request) {
  if (!flags.chain.empty()) request->set_chain(NameIn(flags.chain, request->parent()));
  request->set_certain_only(flags.certain_only);
  for (const std::string& segment : flags.matches) request->add_match_for(NameIn(segment, request->parent()));
  request->set_match_size(flags.top);
  request->set_risk(flags.risk);
  if (!ParseKinds(flags.kinds, request->mutable_kinds())) return false;
  return flags.as_of.empty() || SetAsOf(flags.as_of, request->mutable_as_of());
}

}  // namespace

int WhatIf(Connection& connection, const Options& options, const std::string& cluster, const WhatIfFlags& flags) {
  v1::EvaluateScenarioRequest request;
  request.set_parent(FullName(cluster));
  if (!SetQuestion(flags, &request)) return 1;
  const ScenarioChanges scenario = ReadChanges(request.parent(), flags);
  for (const std::string& error : scenario.errors) std::cerr << error << '\n';
  if (!scenario.errors.empty()) return 1;
  for (const PlacedChange& one : scenario.changes) *request.add_changes() = one.change;
  v1::EvaluateScenarioResponse answer;
  const auto status = connection.Call("bulian.v1.ScenarioService/EvaluateScenario", request, &answer);
  if (!status.ok()) return PrintRefusal(status, scenario.changes);
  if (options.output == Output::kJson) {
    std::cout << ToJson(answer);
    return 0;
  }
  WhatIfShown shown;
  shown.segments = flags.segments;
  shown.limit = flags.limit;
  shown.names = NamesOfCandidates(connection, options, request, answer);
  PrintWhatIf(answer, shown, options, std::cout);
  return 0;
}

}  // namespace bulian::cli
