#include "services/runtime/config.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <utility>

#include "absl/strings/numbers.h"
#include "google/rpc/error_details.pb.h"
#include "services/model/error.h"

namespace bulian::runtime {
namespace {

constexpr std::pair<std::string_view, std::int64_t> kUnits[] = {{"KiB", std::int64_t{1} << 10},
                                                                {"MiB", std::int64_t{1} << 20},
                                                                {"GiB", std::int64_t{1} << 30},
                                                                {"TiB", std::int64_t{1} << 40}};

const Option* FindOption(std::string_view name) {
  const auto options = Options();
  const auto found =
      std::find_if(options.begin(), options.end(), [name](const Option& one) { return one.name == name; });
  return found == options.end() ? nullptr : &*found;
}

std::optional<std::int64_t> ParseInteger(std::string_view text) {
  std::int64_t value = 0;
  return absl::SimpleAtoi(absl::string_view(text.data(), text.size()), &value) ? std::optional(value) : std::nullopt;
}

std::optional<std::int64_t> ParseBytes(std::string_view text) {
  for (const auto& [unit, factor] : kUnits) {
    if (!text.ends_with(unit)) continue;
    const auto count = ParseInteger(text.substr(0, text.size() - unit.size()));
    if (!count || *count < 0 || *count > INT64_MAX / factor) return std::nullopt;
    return *count * factor;
  }
  return ParseInteger(text);
}

std::string FormatBytes(std::int64_t bytes) {
  for (auto unit = std::rbegin(kUnits); unit != std::rend(kUnits); ++unit) {
    if (bytes >= unit->second && bytes % unit->second == 0)
      return std::to_string(bytes / unit->second) + std::string(unit->first);
  }
  return std::to_string(bytes);
}

bool IsAddress(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const auto port = ParseInteger(text.substr(colon + 1));
  const std::string_view host = text.substr(0, colon);
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  return port && *port >= 0 && *port <= 65535 && (bracketed || host.find(':') == std::string_view::npos);
}

bool IsChoice(std::string_view text, std::string_view choices) {
  return choices.empty() || ("|" + std::string(choices) + "|").find("|" + std::string(text) + "|") != std::string::npos;
}

// What is wrong with the value, or empty after it was set.
std::string SetNumber(const Option& option, std::optional<std::int64_t> value, std::string_view expected,
                      Config* config) {
  if (!value) return "is " + std::string(expected);
  if (*value < option.min) return "is at least " + std::to_string(option.min);
  config->*std::get<std::int64_t Config::*>(option.field) = *value;
  return "";
}

std::string Set(const Option& option, const std::string& text, Config* config) {
  switch (option.kind) {
    case OptionKind::kInteger:
      return SetNumber(option, ParseInteger(text), "a whole number", config);
    case OptionKind::kBytes:
      return SetNumber(option, ParseBytes(text), "a number of bytes such as 4194304 or 4MiB", config);
    case OptionKind::kDuration: {
      absl::Duration value;
      if (!absl::ParseDuration(text, &value) || value < absl::ZeroDuration())
        return "is a duration such as 500ms, 30s or 2h";
      config->*std::get<absl::Duration Config::*>(option.field) = value;
      return "";
    }
    case OptionKind::kFlag:
      if (text != "true" && text != "false") return "is true or false";
      config->*std::get<bool Config::*>(option.field) = text == "true";
      return "";
    case OptionKind::kAddress:
      if (!IsAddress(text)) return "is HOST:PORT";
      break;
    case OptionKind::kText:
      if (!IsChoice(text, option.choices)) return "is one of " + std::string(option.choices);
      if (option.secret && !text.empty() && text.size() < 16) return "is at least 16 bytes long";
      break;
  }
  config->*std::get<std::string Config::*>(option.field) = text;
  return "";
}

std::string Get(const Option& option, const Config& config) {
  switch (option.kind) {
    case OptionKind::kInteger:
      return std::to_string(config.*std::get<std::int64_t Config::*>(option.field));
    case OptionKind::kBytes:
      return FormatBytes(config.*std::get<std::int64_t Config::*>(option.field));
    case OptionKind::kDuration:
      return absl::FormatDuration(config.*std::get<absl::Duration Config::*>(option.field));
    case OptionKind::kFlag:
      return config.*std::get<bool Config::*>(option.field) ? "true" : "false";
    default:
      return config.*std::get<std::string Config::*>(option.field);
  }
}

std::string Trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(" \t\r") - first + 1));
}

// Values by option, each with where it was said; later sources replace earlier ones.
class Layers {
 public:
  void Say(std::string_view name, std::string value, std::string where) {
    if (FindOption(name) == nullptr) {
      mistakes_.Add(where, "there is no such option");
    } else {
      values_[std::string(name)] = {std::move(value), std::move(where)};
    }
  }
  void Mistake(std::string_view where, std::string_view what) { mistakes_.Add(where, what); }

  // A wrong value leaves the option's default; the status has every mistake.
  absl::Status Resolve(Config* config) {
    for (const Option& option : Options()) {
      Set(option, std::string(option.default_text), config);
      const auto said = values_.find(option.name);
      if (said == values_.end()) continue;
      const std::string wrong = Set(option, said->second.first, config);
      if (!wrong.empty()) mistakes_.Add(said->second.second, "`" + std::string(option.name) + "` " + wrong);
    }
    return mistakes_.ToStatus();
  }

 private:
  std::map<std::string, std::pair<std::string, std::string>, std::less<>> values_;
  model::Violations mistakes_;
};

// Lines of `key: value`; `#` begins a comment line; a value may stand in double quotes.
void ReadFile(const std::string& path, const std::string& text, Layers* layers) {
  int number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string line = Trim(std::string_view(text).substr(begin, end - begin));
    begin = end + 1;
    const std::string where = path + ":" + std::to_string(++number);
    if (line.empty() || line.front() == '#') continue;
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) {
      layers->Mistake(where, "is not `key: value`");
      continue;
    }
    std::string value = Trim(std::string_view(line).substr(colon + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    layers->Say(Trim(std::string_view(line).substr(0, colon)), value, where);
  }
}

std::optional<Action> ActionOf(std::string_view name) {
  if (name == "help") return Action::kHelp;
  if (name == "version") return Action::kVersion;
  if (name == "check-config") return Action::kCheckConfig;
  if (name == "print-config") return Action::kPrintConfig;
  if (name == "print-config-docs") return Action::kPrintConfigDocs;
  return std::nullopt;
}

struct Flags {
  Action action = Action::kRun;
  std::optional<std::string> file;
  std::vector<std::pair<std::string, std::string>> values;
};

Flags ReadFlags(const std::vector<std::string>& arguments, Layers* layers) {
  Flags flags;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (!argument.starts_with("--")) {
      layers->Mistake(argument, "is no flag");
      continue;
    }
    const std::size_t equals = argument.find('=');
    const std::string name = argument.substr(2, equals == std::string::npos ? std::string::npos : equals - 2);
    if (const auto action = ActionOf(name)) {
      flags.action = *action;
      continue;
    }
    const Option* option = FindOption(name);
    std::string value;
    if (equals != std::string::npos) {
      value = argument.substr(equals + 1);
    } else if (option != nullptr && option->kind == OptionKind::kFlag) {
      value = "true";
    } else if ((option != nullptr || name == "config") && i + 1 < arguments.size()) {
      value = arguments[++i];
    } else if (option != nullptr || name == "config") {
      layers->Mistake("--" + name, "needs a value");
      continue;
    }
    if (name == "config") {
      flags.file = value;
    } else {
      flags.values.emplace_back(name, value);
    }
  }
  return flags;
}

std::optional<std::string> ProcessEnvironment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

std::optional<std::string> FileText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace

std::string EnvironmentName(std::string_view option) {
  std::string name = "BULIAN_";
  for (const char c : option)
    name.push_back(c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c))));
  return name;
}

namespace {

absl::Status ReadSources(const ConfigSources& sources, CommandLine* line) {
  const auto environment = sources.environment ? sources.environment : ProcessEnvironment;
  const auto read_file = sources.read_file ? sources.read_file : FileText;
  Layers layers;
  Flags flags = ReadFlags(sources.arguments, &layers);
  if (!flags.file) flags.file = environment("BULIAN_CONFIG");
  if (flags.file) {
    const auto text = read_file(*flags.file);
    if (text) {
      ReadFile(*flags.file, *text, &layers);
    } else {
      layers.Mistake(*flags.file, "cannot be read");
    }
  }
  for (const Option& option : Options()) {
    const std::string name = EnvironmentName(option.name);
    if (auto value = environment(name)) layers.Say(option.name, *std::move(value), name);
  }
  for (auto& [name, value] : flags.values) layers.Say(name, value, "--" + name);
  line->action = flags.action;
  return layers.Resolve(&line->config);
}

}  // namespace

absl::StatusOr<CommandLine> ParseCommandLine(const ConfigSources& sources) {
  CommandLine line;
  if (const absl::Status mistakes = ReadSources(sources, &line); !mistakes.ok()) return mistakes;
  return line;
}

CommandLine WithoutMistakes(const ConfigSources& sources) {
  CommandLine line;
  ReadSources(sources, &line).IgnoreError();
  return line;
}

std::string DescribeMistakes(const absl::Status& status) {
  google::rpc::BadRequest bad;
  const auto payload = status.GetPayload("type.googleapis.com/" + bad.GetDescriptor()->full_name());
  if (!payload || !bad.ParseFromString(std::string(*payload))) return std::string(status.message()) + "\n";
  std::string text;
  for (const auto& violation : bad.field_violations())
    text += violation.field() + ": " + violation.description() + "\n";
  return text;
}

std::string PrintConfig(const Config& config) {
  std::string text;
  for (const Option& option : Options()) {
    std::string value = Get(option, config);
    if (option.secret && !value.empty()) value = "****************";
    text += std::string(option.name) + ": " + (value.empty() ? "\"\"" : value) + "\n";
  }
  return text;
}

std::string PrintConfigDocs() {
  std::string text =
      "# Configuration\n\n"
      "<!-- Written by `buliand --print-config-docs`; a test compares. -->\n\n"
      "An option is set by a flag (`--data-dir=/var/lib/bulian`), else by an environment variable\n"
      "(`BULIAN_DATA_DIR=/var/lib/bulian`), else by the file that `--config FILE` or `BULIAN_CONFIG` names, else it "
      "has its\n"
      "default. The file has one `key: value` a line (`data-dir: /var/lib/bulian`); lines that begin with `#` are "
      "comments.\n"
      "Mistakes are reported all at once and the server does not start.\n\n"
      "`--check-config` reports mistakes and ends; `--print-config` prints every option as a file, secrets masked.\n\n"
      "| flag | environment | type | default | meaning |\n|---|---|---|---|---|\n";
  static constexpr std::string_view kKinds[] = {"text", "address", "integer", "bytes", "duration", "flag"};
  for (const Option& option : Options()) {
    std::string kind(kKinds[static_cast<std::size_t>(option.kind)]);
    if (option.choices.find('|') != std::string_view::npos) {
      kind = std::string(option.choices);
      for (std::size_t at = 0; (at = kind.find('|', at)) != std::string::npos; at += 2) kind.replace(at, 1, ", ");
    }
    const std::string value = option.default_text.empty() ? "" : "`" + std::string(option.default_text) + "`";
    text += "| `--" + std::string(option.name) + "` | `" + EnvironmentName(option.name) + "` | " + kind + " | " +
            value + " | " + std::string(option.description) + " |\n";
  }
  return text;
}

std::string PrintHelp() {
  std::string text =
      "buliand: the Bulian server\n\n"
      "  --config FILE         read options from a file of `key: value` lines\n"
      "  --check-config        report mistakes of the configuration and end\n"
      "  --print-config        print the configuration and end\n"
      "  --print-config-docs   print the documentation of the options and end\n"
      "  --version, --help\n\n";
  for (const Option& option : Options()) {
    text += "  --" + std::string(option.name) + "=" + std::string(option.default_text) + "\n      " +
            std::string(option.description) + "\n";
  }
  return text;
}

}  // namespace bulian::runtime
