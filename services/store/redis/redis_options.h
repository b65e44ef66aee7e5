// How to reach Redis and what is promised of it.
#ifndef SERVICES_STORE_REDIS_REDIS_OPTIONS_H_
#define SERVICES_STORE_REDIS_REDIS_OPTIONS_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "services/store/log_selection.h"
#include "services/store/redis/connection.h"
#include "services/store/uuid.h"

namespace bulian::store {

struct RedisOptions {
  enum class Mode { kStandalone, kSentinel, kCluster };
  // What must be true of Redis' append-only file. kAlways: a commit is on the disk before it is acknowledged.
  // kEverySecond: up to a second of acknowledged commits may be lost with the machine. kUnchecked: the operator vouches
  // for it (a service that hides its configuration).
  enum class Durability { kAlways, kEverySecond, kUnchecked };

  Mode mode = Mode::kStandalone;
  std::vector<redis::Endpoint> endpoints;  // of the server, the Sentinels, or some nodes of the cluster
  std::string master_name;                 // of the Sentinels
  redis::Credentials credentials, sentinel_credentials;
  std::string prefix = "bulian";  // of every key; stores of different prefixes share nothing
  LogSelection followed = {};     // the observer is told of these; lag, age and health are theirs
  Durability durability = Durability::kAlways;
  int wait_replicas = 0;                           // replicas that must hold a commit before it is acknowledged
  absl::Duration wait_timeout = absl::Seconds(2);  // for them
  absl::Duration timeout = absl::Seconds(3);       // of one exchange with one process
  absl::Duration patience = absl::Seconds(12);     // until a commit or a read gives up finding a process that answers
  absl::Duration poll = absl::Milliseconds(250);   // how often the heads are looked at besides being told
  std::function<absl::Time()> clock;               // for tests; null: the clock of Redis, one for all replicas
  std::function<std::string()> new_uid = RandomUuid;
};

}  // namespace bulian::store

#endif  // SERVICES_STORE_REDIS_REDIS_OPTIONS_H_
