#include "services/runtime/daemon.h"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <thread>
#include <utility>

#include "absl/time/clock.h"
#include "google/protobuf/stubs/logging.h"
#include "grpc/support/log.h"
#include "services/runtime/application.h"
#include "services/runtime/code_tables.h"
#include "services/runtime/repair.h"
#include "services/runtime/store_choice.h"
#include "services/runtime/version.h"

namespace bulian::runtime {
namespace {

constexpr int kMistakes = 2, kForced = 130;

sigset_t EndSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

int WaitForSignal() {
  const sigset_t signals = EndSignals();
  int signal = 0;
  while (sigwait(&signals, &signal) != 0) {
  }
  return signal;
}

// False: a signal to end came instead.
bool PauseUnlessEnding(absl::Duration duration) {
  const sigset_t signals = EndSignals();
  const timespec time = absl::ToTimespec(duration);
  return sigtimedwait(&signals, nullptr, &time) < 0;
}

// As many files as the system lets us have: a listener that runs out of them never comes back.
void RaiseFileLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

JsonLogger* library_log = nullptr;

void LogGrpc(gpr_log_func_args* event) {
  const rpc::LogLevel level = event->severity == GPR_LOG_SEVERITY_ERROR  ? rpc::LogLevel::kWarning
                              : event->severity == GPR_LOG_SEVERITY_INFO ? rpc::LogLevel::kInfo
                                                                         : rpc::LogLevel::kDebug;
  library_log->Write(level, "gRPC library", {{"text", event->message}});
}

void LogProtobuf(google::protobuf::LogLevel level, const char*, int, const std::string& text) {
  library_log->Write(level >= google::protobuf::LOGLEVEL_ERROR ? rpc::LogLevel::kWarning : rpc::LogLevel::kInfo,
                     "protobuf library", {{"text", text}});
}

void PrepareProcess(JsonLogger* log) {
  // Before any thread starts: all threads leave the signals to WaitForSignal.
  const sigset_t signals = EndSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  // A write beyond the file size limit is then an error of that write, not the end of the process.
  std::signal(SIGXFSZ, SIG_IGN);
  RaiseFileLimit();
  library_log = log;
  gpr_set_log_function(LogGrpc);
  google::protobuf::SetLogHandler(LogProtobuf);
}

// The configuration with everything it names read; every mistake of one step at once.
absl::StatusOr<CommandLine> ReadEverything(const std::vector<std::string>& arguments) {
  auto line = ParseCommandLine({arguments, nullptr, nullptr});
  if (!line.ok() || (line->action != Action::kCheckConfig && line->action != Action::kRun)) return line;
  if (const absl::Status choice = CheckStoreChoice(line->config); !choice.ok()) return choice;
  auto tables = LoadCodeTables(line->config);
  if (!tables.ok()) return tables.status();
  resource::UseCodeTables(*std::move(tables));
  return line;
}

int Serve(const Config& config, JsonLogger* log) {
  Application application(config, log, PauseUnlessEnding);
  const absl::Status status = application.Start();
  if (!status.ok()) {
    log->Write(rpc::LogLevel::kError, "cannot start", {{"error", std::string(status.message())}});
    return 1;
  }
  const int signal = WaitForSignal();
  log->Write(rpc::LogLevel::kInfo, "draining",
             {{"signal", signal}, {"delay", absl::FormatDuration(config.drain_delay)}});
  application.BeginDrain();
  std::thread([log] {
    const int second = WaitForSignal();
    log->Write(rpc::LogLevel::kWarning, "forced to end", {{"signal", second}});
    _exit(kForced);
  }).detach();
  absl::SleepFor(config.drain_delay);
  application.Stop(absl::Now() + config.shutdown_grace);
  log->Write(rpc::LogLevel::kInfo, "ended", {});
  return 0;
}

JsonLogger* NewLog(const Config& config) {
  // Never destroyed: library threads may log until the process ends.
  auto* log = new JsonLogger(STDERR_FILENO, LogLevelOf(config.log_level));
  PrepareProcess(log);
  return log;
}

int Refused(const absl::Status& mistakes) {
  std::fputs(DescribeMistakes(mistakes).c_str(), stderr);
  return kMistakes;
}

int ServeOnceMended(const std::vector<std::string>& arguments, const absl::Status& mistakes) {
  const CommandLine good = WithoutMistakes({arguments, nullptr, nullptr});
  if (good.action != Action::kRun || !good.config.wait_for_repair) return Refused(mistakes);
  JsonLogger* log = NewLog(good.config);
  const auto read = [&arguments] { return ReadEverything(arguments); };
  const auto line = WaitForRepair(good.config, mistakes, read, PauseUnlessEnding, log);
  if (absl::IsCancelled(line.status())) return 0;
  return line.ok() ? Serve(line->config, log) : Refused(line.status());
}

}  // namespace

int RunDaemon(const std::vector<std::string>& arguments) {
  const auto line = ReadEverything(arguments);
  if (!line.ok()) return ServeOnceMended(arguments, line.status());
  switch (line->action) {
    case Action::kHelp:
      std::fputs(PrintHelp().c_str(), stdout);
      return 0;
    case Action::kVersion:
      std::printf("buliand %s\n", kVersion);
      return 0;
    case Action::kCheckConfig:
      std::puts("the configuration is good");
      return 0;
    case Action::kPrintConfig:
      std::fputs(PrintConfig(line->config).c_str(), stdout);
      return 0;
    case Action::kPrintConfigDocs:
      std::fputs(PrintConfigDocs().c_str(), stdout);
      return 0;
    case Action::kRun:
      break;
  }
  return Serve(line->config, NewLog(line->config));
}

}  // namespace bulian::runtime
