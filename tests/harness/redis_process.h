// A real redis-server as tests use it: on loopback, on free ports, with a folder of its own, stopped at the end.
#ifndef TESTS_HARNESS_REDIS_PROCESS_H_
#define TESTS_HARNESS_REDIS_PROCESS_H_

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "services/store/redis/connection.h"

namespace bulian::harness {

// A TCP port of loopback that was free a moment ago.
int FreePort();

// One thread uses it.
class RedisProcess {
 public:
  struct Settings {
    int port = 0;                    // 0: a free one
    bool sentinel = false;           // runs `redis-sentinel`; `lines` are its configuration
    std::vector<std::string> lines;  // of the configuration, after those that keep an append-only file in sync
    std::int64_t file_bytes = 0;     // of the first start: no file gets larger, as on a full disk; 0: no limit
  };
  explicit RedisProcess(Settings settings);
  ~RedisProcess();  // SIGKILL
  RedisProcess(const RedisProcess&) = delete;
  RedisProcess& operator=(const RedisProcess&) = delete;

  const store::redis::Endpoint& endpoint() const { return endpoint_; }
  const std::string& directory() const { return directory_; }
  bool running() const { return pid_ > 0; }

  // SIGKILL, and the start with the same port and folder; waits until it answers and has loaded its file.
  void Kill();
  void Start();
  // Whether it ended by itself.
  bool Ended();
  void Signal(int signal) const;
  // One command; its reply as text, arrays joined by spaces.
  std::string Run(const store::redis::Command& command) const;

 private:
  Settings settings_;
  store::redis::Endpoint endpoint_;
  std::string directory_;
  pid_t pid_ = 0;
};

}  // namespace bulian::harness

#endif  // TESTS_HARNESS_REDIS_PROCESS_H_
