// Loading the views of a data directory as a server does when it starts, in a process of its own; for profiles.
//
// Usage: start_bench DATA_DIR
// The server must be stopped. Prints one line of key value pairs: times, CPU time also by thread (with both cores to
// itself the load takes as long as the busier one), and bytes that came to be resident. Hold it against `store_ceilings
// scan DATA_DIR`, run just before.
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>
#include <utility>

#include "services/store/lmdb/lmdb_store.h"
#include "services/view/view.h"

namespace {

// Of the process, or of the calling thread.
double CpuSeconds(int who) {
  rusage usage{};
  getrusage(who, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// Resident anonymous memory: the mapped file does not count.
long ResidentBytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("RssAnon:")) return std::stol(line.substr(8)) * 1024;
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: start_bench DATA_DIR\n");
    return 2;
  }
  bulian::store::LmdbOptions options;
  options.directory = argv[1];
  auto store = bulian::store::OpenLmdbStore(options);
  if (!store.ok()) {
    std::fprintf(stderr, "%s\n", std::string(store.status().message()).c_str());
    return 1;
  }
  const double cpu = CpuSeconds(RUSAGE_SELF), thread_cpu = CpuSeconds(RUSAGE_THREAD);
  const long resident = ResidentBytes();
  const auto start = std::chrono::steady_clock::now();
  bulian::view::Views views(store->get(), {});
  const absl::Status loaded = views.Load();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (!loaded.ok()) {
    std::fprintf(stderr, "%s\n", std::string(loaded.message()).c_str());
    return 1;
  }
  const double cpu_seconds = CpuSeconds(RUSAGE_SELF) - cpu, caller_seconds = CpuSeconds(RUSAGE_THREAD) - thread_cpu;
  std::printf("seconds %.3f cpu_seconds %.3f of_caller %.3f of_second %.3f resident_bytes %ld view_bytes %lld\n",
              seconds, cpu_seconds, caller_seconds, cpu_seconds - caller_seconds, ResidentBytes() - resident,
              static_cast<long long>(views.Stats().bytes));
  return 0;
}
