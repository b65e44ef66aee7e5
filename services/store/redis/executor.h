// Runs commands where their slots are, again and again until each has an answer or patience ends: follows redirections,
// waits out a failover, loads scripts a server does not know, makes broken connections again. Every command must bear
// being done twice: after a broken connection it is sent again.
#ifndef SERVICES_STORE_REDIS_EXECUTOR_H_
#define SERVICES_STORE_REDIS_EXECUTOR_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/store/redis/connection.h"
#include "services/store/redis/redis_options.h"
#include "services/store/redis/reply.h"
#include "services/store/redis/topology.h"

namespace bulian::store::redis {

struct Errand {
  int slot = 0;
  Command command;
};

// What became of an errand.
struct Outcome {
  ReplyPtr reply;             // set: the answer, which is no error
  absl::Status status;        // not OK: why there is none
  bool perhaps_done = false;  // a try was sent whose answer never came
  bool confirmed = true;      // as many replicas hold it as were asked for; false also if that is not known
};

// Shared by the executors of a store. Thread-safe.
struct ExecutorShared {
  const RedisOptions* options = nullptr;
  Topology* topology = nullptr;
  std::atomic<bool> stopping = false;  // give up at once
  std::atomic<std::int64_t> retries{0}, reconnects{0};
};

// What an error reply means for the caller. RESOURCE_EXHAUSTED/STORE_FULL or UNAVAILABLE/STORE_FAILED.
absl::Status StatusOfError(std::string_view error);

// Whether a server keeps the promise of the options: UNAVAILABLE/STORE_FAILED with what to set, if not.
absl::Status CheckDurability(Connection& connection, RedisOptions::Durability required);

// Holds connections of its own. Belongs to one thread at a time.
class Executor {
 public:
  explicit Executor(ExecutorShared* shared) : shared_(*shared) {}

  // Errands of one slot are done in their order unless one of them is tried again. With `wait_replicas`, each outcome
  // says whether so many replicas hold what was done before it was received.
  std::vector<Outcome> Run(std::span<const Errand> errands, int wait_replicas = 0);
  absl::StatusOr<ReplyPtr> RunOne(int slot, Command command);

 private:
  struct Try;  // of one errand
  absl::StatusOr<Connection*> To(const Endpoint& endpoint);
  absl::Status Prepare(Connection& connection);
  void Exchange(const Endpoint& endpoint, const std::vector<Try*>& tries, int wait_replicas);
  void Judge(Connection& connection, ReplyPtr reply, Try& one);
  void Lost(const Endpoint& endpoint, const absl::Status& why, std::span<Try* const> tries, bool sent);

  ExecutorShared& shared_;
  std::map<Endpoint, std::unique_ptr<Connection>> connections_;
};

}  // namespace bulian::store::redis

#endif  // SERVICES_STORE_REDIS_EXECUTOR_H_
