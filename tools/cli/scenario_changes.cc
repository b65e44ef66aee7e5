#include "tools/cli/scenario_changes.h"

#include <google/protobuf/util/json_util.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <utility>

#include "google/protobuf/struct.pb.h"
#include "tools/cli/options.h"
#include "tools/cli/record_source.h"

namespace bulian::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::Message;
using google::protobuf::util::JsonStringToMessage;

constexpr char kNoChange[] =
    "the line holds no change: it must be one of put, remove, stopEnterprise and scaleDemand, or an import record";

bool HasFieldOf(const Descriptor& descriptor, const google::protobuf::Struct& json) {
  for (int i = 0; i < descriptor.field_count(); ++i) {
    const auto& fields = json.fields();
    if (fields.contains(descriptor.field(i)->json_name()) || fields.contains(descriptor.field(i)->name())) return true;
  }
  return false;
}

// A factor left out would be 0, which is seldom meant.
bool LacksFactor(const google::protobuf::Struct& json) {
  for (const char* name : {"scaleDemand", "scale_demand"}) {
    const auto scale = json.fields().find(name);
    if (scale != json.fields().end() && !scale->second.struct_value().fields().contains("factor")) return true;
  }
  return false;
}

// The parser's next lines show the text again, with a mark under the fault.
std::string FirstLine(const std::string& text) { return text.substr(0, text.find('\n')); }

// What is wrong with the line; empty if it is a change.
std::string ParseChange(const std::string& text, v1::ScenarioChange* change) {
  google::protobuf::Struct json;
  if (const auto read = JsonStringToMessage(text, &json); !read.ok()) return FirstLine(read.message().ToString());
  const bool is_record = HasFieldOf(*v1::ImportRecord::descriptor(), json);
  if (!is_record && !HasFieldOf(*v1::ScenarioChange::descriptor(), json)) return kNoChange;
  Message* message = is_record ? static_cast<Message*>(change->mutable_put()) : change;
  if (const auto read = JsonStringToMessage(text, message); !read.ok()) return FirstLine(read.message().ToString());
  if (change->change_case() == v1::ScenarioChange::CHANGE_NOT_SET) return kNoChange;
  return LacksFactor(json) ? "scaleDemand has no factor (0 would leave no demand)" : "";
}

v1::ScenarioChange* Add(std::string place, ScenarioChanges* scenario) {
  return &scenario->changes.emplace_back(PlacedChange{{}, std::move(place)}).change;
}

void AddRecords(const std::string& file, const std::string& cluster, ScenarioChanges* scenario) {
  const auto source = OpenRecords(file, cluster);
  if (!source.ok()) {
    scenario->errors.push_back(file + ": " + std::string(source.status().message()));
    return;
  }
  v1::ImportRecord record;
  Place place;
  std::string error;
  for (;;) {
    const auto result = (*source)->Next(&record, &place, &error);
    if (result == RecordSource::Result::kEnd) return;
    const std::string at = place.file + ":" + std::to_string(place.line);
    if (result == RecordSource::Result::kBroken) {
      scenario->errors.push_back(at + ": " + error);
    } else {
      Add(at, scenario)->mutable_put()->Swap(&record);
    }
  }
}

}  // namespace

void AddChangeLines(const std::string& file, std::istream& text, ScenarioChanges* scenario) {
  int number = 0;
  for (std::string line; std::getline(text, line);) {
    ++number;
    if (number == 1 && line.rfind("\xEF\xBB\xBF", 0) == 0) line.erase(0, 3);
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    const std::string place = file + ":" + std::to_string(number);
    v1::ScenarioChange change;
    const std::string error = ParseChange(line, &change);
    if (error.empty()) {
      Add(place, scenario)->Swap(&change);
    } else {
      scenario->errors.push_back(place + ": " + error);
    }
  }
}

void AddChangeFile(const std::string& file, const std::string& cluster, ScenarioChanges* scenario) {
  if (file == "-") return AddChangeLines("standard input", std::cin, scenario);
  if (file.size() >= 4 && file.compare(file.size() - 4, 4, ".csv") == 0) return AddRecords(file, cluster, scenario);
  std::ifstream text(file, std::ios::binary);
  if (!text) {
    scenario->errors.push_back(file + ": the file cannot be read");
    return;
  }
  AddChangeLines(file, text, scenario);
}

void AddStop(const std::string& enterprise, const std::string& cluster, ScenarioChanges* scenario) {
  const bool is_id = enterprise.find('/') == std::string::npos;
  Add("--stop " + enterprise, scenario)
      ->set_stop_enterprise(is_id ? EnterpriseName(enterprise, cluster) : NameIn(enterprise, cluster));
}

void AddRemoval(const std::string& name, const std::string& cluster, ScenarioChanges* scenario) {
  Add("--remove " + name, scenario)->set_remove(NameIn(name, cluster));
}

void AddScale(const std::string& scale, const std::string& cluster, ScenarioChanges* scenario) {
  const std::size_t equals = scale.rfind('=');
  char* end = nullptr;
  const double factor = equals == std::string::npos ? 0 : std::strtod(scale.c_str() + equals + 1, &end);
  if (end == nullptr || end == scale.c_str() + equals + 1 || *end != '\0') {
    scenario->errors.push_back("--scale " + scale + ": must be NAME=FACTOR, for example smart-sensor=1.5");
    return;
  }
  v1::ScaleDemand* change = Add("--scale " + scale, scenario)->mutable_scale_demand();
  change->set_name(NameIn(scale.substr(0, equals), cluster));
  change->set_factor(factor);
}

}  // namespace bulian::cli
