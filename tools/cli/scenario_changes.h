// The changes of a scenario as people give them: the lines of a file and flags, each with the place it came from.
#ifndef TOOLS_CLI_SCENARIO_CHANGES_H_
#define TOOLS_CLI_SCENARIO_CHANGES_H_

#include <istream>
#include <string>
#include <vector>

#include "bulian/v1/scenario.pb.h"

namespace bulian::cli {

struct PlacedChange {
  v1::ScenarioChange change;
  std::string place;  // `new.jsonl:3`, `--stop cy-sensor`
};

struct ScenarioChanges {
  std::vector<PlacedChange> changes;
  std::vector<std::string> errors;  // of what cannot be read, each with its place
};

// Adds a JSONL text: a line is a ScenarioChange, or an ImportRecord, which stands for putting it, in proto3 JSON. Empty
// lines and a byte order mark are passed over. `file` is for the places.
void AddChangeLines(const std::string& file, std::istream& text, ScenarioChanges* scenario);
// Adds a file of such lines (`-`: standard input) or, by its ending, a CSV file of import records of `cluster`
// (`clusters/beibei`).
void AddChangeFile(const std::string& file, const std::string& cluster, ScenarioChanges* scenario);

// Changes as flags give them; names as people type them, of `cluster`.
void AddStop(const std::string& enterprise, const std::string& cluster, ScenarioChanges* scenario);
void AddRemoval(const std::string& name, const std::string& cluster, ScenarioChanges* scenario);
// `CHAIN=1.5`; in place of the chain also a segment or the cluster.
void AddScale(const std::string& scale, const std::string& cluster, ScenarioChanges* scenario);

}  // namespace bulian::cli

#endif  // TOOLS_CLI_SCENARIO_CHANGES_H_
