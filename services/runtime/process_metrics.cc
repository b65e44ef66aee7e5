#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include "services/runtime/prometheus_metrics.h"
#include "services/runtime/version.h"

namespace bulian::runtime {
namespace {

struct ProcessNumbers {
  double cpu_seconds = 0, start_seconds = 0, threads = 0, virtual_bytes = 0, resident_bytes = 0;
};

// Seconds since the epoch at which the machine booted.
double BootTime() {
  std::ifstream stat("/proc/stat");
  for (std::string line; std::getline(stat, line);) {
    if (line.starts_with("btime ")) return std::stod(line.substr(6));
  }
  return 0;
}

// proc(5): the fields of /proc/self/stat after the command name, counted from 3.
ProcessNumbers Numbers() {
  std::ifstream stat("/proc/self/stat");
  std::string text(std::istreambuf_iterator<char>(stat), {});
  ProcessNumbers numbers;
  const std::size_t end = text.rfind(')');
  if (end == std::string::npos) return numbers;
  std::istringstream fields(text.substr(end + 1));
  const double ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  std::string value;
  for (int field = 3; fields >> value && field <= 24; ++field) {
    if (field == 14 || field == 15) numbers.cpu_seconds += std::stod(value) / ticks;
    if (field == 20) numbers.threads = std::stod(value);
    if (field == 22) numbers.start_seconds = BootTime() + std::stod(value) / ticks;
    if (field == 23) numbers.virtual_bytes = std::stod(value);
    if (field == 24) numbers.resident_bytes = std::stod(value) * static_cast<double>(sysconf(_SC_PAGESIZE));
  }
  return numbers;
}

double OpenFiles() {
  std::error_code error;
  const std::filesystem::directory_iterator entries("/proc/self/fd", error);
  return error ? 0 : static_cast<double>(std::distance(begin(entries), end(entries)));
}

}  // namespace

std::vector<Reading> ProcessReadings() {
  const ProcessNumbers numbers = Numbers();
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  const auto one = [](std::string name, std::string help, bool counter, double value) {
    return Reading{std::move(name), std::move(help), counter, {{{}, value}}};
  };
  return {Reading{"bulian_build_info", "The program's version; always 1.", false, {{{{"version", kVersion}}, 1}}},
          one("process_cpu_seconds_total", "Processor time used, user and system.", true, numbers.cpu_seconds),
          one("process_open_fds", "Open file descriptors.", false, OpenFiles()),
          one("process_max_fds", "Most file descriptors that may be open.", false, static_cast<double>(files.rlim_cur)),
          one("process_resident_memory_bytes", "Resident memory.", false, numbers.resident_bytes),
          one("process_virtual_memory_bytes", "Virtual memory.", false, numbers.virtual_bytes),
          one("process_threads", "Threads.", false, numbers.threads),
          one("process_start_time_seconds", "Start, in seconds since the epoch.", false, numbers.start_seconds)};
}

}  // namespace bulian::runtime
