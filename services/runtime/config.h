// The server's configuration: flags over environment over file over defaults, every option in one table.
#ifndef SERVICES_RUNTIME_CONFIG_H_
#define SERVICES_RUNTIME_CONFIG_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace bulian::runtime {

struct Config {
  std::string listen, http_listen;
  std::string data_dir;
  std::int64_t max_data_size = 0;
  std::string target, clusters;
  std::string store;
  std::string redis_address, redis_mode, redis_master, redis_prefix, redis_durability;
  std::string redis_user, redis_password_file, redis_sentinel_user, redis_sentinel_password_file;
  std::int64_t redis_wait_replicas = 0;
  absl::Duration redis_wait_timeout, redis_timeout;
  absl::Duration drain_delay, shutdown_grace;
  std::string log_level;
  std::int64_t retention_commits = 0;
  absl::Duration retention_age;
  std::int64_t retention_bytes = 0;
  std::int64_t kept_versions = 0;
  absl::Duration kept_age;
  std::int64_t max_receive_bytes = 0;
  std::int64_t workers = 0, streams = 0, feeds = 0, queues = 0, pollers = 0;
  bool insecure_allow_remote = false, wait_for_repair = false;
  std::string page_token_secret;
  std::string region_names, industry_codes;
};

enum class OptionKind { kText, kAddress, kInteger, kBytes, kDuration, kFlag };

// One row of the table.
struct Option {
  std::string_view name;  // flag `--name`, file key `name`, environment BULIAN_NAME
  OptionKind kind;
  std::string_view default_text;
  std::string_view description;  // one sentence
  std::variant<std::string Config::*, std::int64_t Config::*, absl::Duration Config::*, bool Config::*> field;
  std::int64_t min = 0;           // of numbers
  std::string_view choices = {};  // of texts, separated by '|'; empty: any
  bool secret = false;
};

std::span<const Option> Options();

// `BULIAN_DATA_DIR` of `data-dir`.
std::string EnvironmentName(std::string_view option);

enum class Action { kRun, kHelp, kVersion, kCheckConfig, kPrintConfig, kPrintConfigDocs };

struct CommandLine {
  Action action = Action::kRun;
  Config config;
};

// What the process was asked to do. `environment` and `read_file` are given for tests; null: the process's own.
// INVALID_ARGUMENT/INVALID_FIELDS with every mistake at once, each naming where it was made.
struct ConfigSources {
  std::vector<std::string> arguments;  // without the program's name
  std::function<std::optional<std::string>(const std::string&)> environment;
  std::function<std::optional<std::string>(const std::string&)> read_file;
};
absl::StatusOr<CommandLine> ParseCommandLine(const ConfigSources& sources);

// The same with each mistake left out, as if nobody had said it: what is needed to tell of the mistakes.
CommandLine WithoutMistakes(const ConfigSources& sources);

// One line for each mistake of a status of ParseCommandLine.
std::string DescribeMistakes(const absl::Status& status);

// The configuration as a file with every option; secrets masked.
std::string PrintConfig(const Config& config);
// docs/configuration.md, and the text of --help.
std::string PrintConfigDocs();
std::string PrintHelp();

}  // namespace bulian::runtime

#endif  // SERVICES_RUNTIME_CONFIG_H_
