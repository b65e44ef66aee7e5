// Commits without end until it is killed; says on stdout what was acknowledged, one line each: `log revision thread
// number`. Usage: store_crash_writer DIR SEED [compact]
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "services/store/lmdb/lmdb_store.h"

namespace bulian::store {
namespace {

constexpr int kThreads = 4;
constexpr int kRecordsPerCommit = 3;

[[noreturn]] void Die(const absl::Status& status) {
  std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  std::_Exit(3);
}

// The thread's last number, from before the crash.
std::int64_t LastNumber(Store& store, const std::string& log, int thread) {
  std::int64_t last = 0;
  const std::string name = "t" + std::to_string(thread) + "/last";
  const auto frame = store.Scan(log, [&](const ScannedRecord& record) {
    if (record.name == name) last = std::stoll(std::string(record.value));
    return true;
  });
  if (!frame.ok()) Die(frame.status());
  return last;
}

// Every commit of a thread writes `last` and some records that all carry its number.
void Write(Store& store, int thread, unsigned seed) {
  std::mt19937 random(seed);
  const std::string log = thread % 2 == 0 ? "even" : "odd";
  const std::string prefix = "t" + std::to_string(thread) + "/";
  for (std::int64_t number = LastNumber(store, log, thread) + 1;; ++number) {
    CommitRequest request;
    request.log = log;
    request.validated_at = store.Position(log)->revision;
    request.request_id = prefix + std::to_string(number);
    request.writes.push_back({prefix + "last", std::to_string(number)});
    for (int i = 0; i < kRecordsPerCommit; ++i) {
      std::string value = std::to_string(number) + " ";
      value.append(random() % 20 == 0 ? random() % 9000 : random() % 300, 'v');
      request.writes.push_back(
          {prefix + std::to_string(random() % 30 * 10 + static_cast<unsigned>(i)), std::move(value)});
    }
    const auto result = store.Commit(std::move(request));
    if (!result.ok()) Die(result.status());
    const std::string line = log + " " + std::to_string(result->position.revision) + " " + std::to_string(thread) +
                             " " + std::to_string(number) + "\n";
    if (write(STDOUT_FILENO, line.data(), line.size()) < 0) return;  // short lines: written whole or not at all
  }
}

void Compact(Store& store) {
  Retention retention;
  retention.max_commits = 40;
  while (true) {
    if (const auto more = store.Compact(retention); !more.ok()) Die(more.status());
    std::this_thread::yield();
  }
}

int Run(const std::string& directory, unsigned seed, bool compact) {
  LmdbOptions options;
  options.directory = directory;
  auto opened = OpenLmdbStore(options);
  if (!opened.ok()) Die(opened.status());
  Store& store = **opened;
  for (const char* log : {"even", "odd"}) {
    if (store.Position(log).ok()) continue;
    CommitRequest request;
    request.log = log;
    request.create_log = true;
    request.writes = {{"first", "1"}};
    if (const auto result = store.Commit(std::move(request)); !result.ok()) Die(result.status());
  }
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] { Write(store, thread, seed * kThreads + static_cast<unsigned>(thread)); });
  }
  if (compact) threads.emplace_back([&] { Compact(store); });
  for (std::thread& thread : threads) thread.join();
  return 0;
}

}  // namespace
}  // namespace bulian::store

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  return bulian::store::Run(argv[1], static_cast<unsigned>(std::atoi(argv[2])), argc > 3);
}
