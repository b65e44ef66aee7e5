// Several replicas' stores on one Redis in one test, and waiting for what they do.
#ifndef TESTS_FAULT_REDIS_REPLICAS_H_
#define TESTS_FAULT_REDIS_REPLICAS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "services/store/redis/redis_options.h"
#include "services/store/store.h"
#include "tests/fault/history.h"

namespace bulian::store {

// Looks again and again until it holds; false if it does not within half a minute.
bool Eventually(const std::function<bool()>& holds);

// With short times, so that faults are met soon.
RedisOptions QuickOptions(const redis::Endpoint& endpoint, std::string prefix = "bulian");

// Returns when so many more commits are acknowledged; false if that does not happen.
bool MoreCommits(const History& history, std::int64_t count);

// Stores of their own, each with a watcher of the history; the first creates the log.
class Replicas {
 public:
  Replicas(std::string log, History* history, const std::vector<RedisOptions>& options);

  std::vector<Store*> stores() const;
  // Whether every watcher gets to the head of the log.
  bool AllCaughtUp() const;
  int reloads() const;

 private:
  const std::string log_;
  std::vector<std::unique_ptr<History::Watcher>> watchers_;  // outlive the stores
  std::vector<std::unique_ptr<Store>> stores_;
};

}  // namespace bulian::store

#endif  // TESTS_FAULT_REDIS_REPLICAS_H_
