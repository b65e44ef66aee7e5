// Which Redis process serves a slot now: one server, the master that Sentinels name, or the masters of a Redis Cluster.
#ifndef SERVICES_STORE_REDIS_TOPOLOGY_H_
#define SERVICES_STORE_REDIS_TOPOLOGY_H_

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/store/redis/connection.h"
#include "services/store/redis/redis_options.h"

namespace bulian::store::redis {

// The hash slot of a key (CRC16 of what stands between the first `{` and the `}` after it, modulo 16384).
int SlotOf(std::string_view key);

// Thread-safe.
class Topology {
 public:
  explicit Topology(const RedisOptions* options) : options_(*options) {}

  // The process that serves the slot, as far as is known. UNAVAILABLE/STORE_FAILED when nobody says.
  absl::StatusOr<Endpoint> Serving(int slot);
  // All masters.
  absl::StatusOr<std::vector<Endpoint>> Masters();
  // Ask again before the next use: the process did not answer, or says it is no master.
  void Doubt(const Endpoint& endpoint);
  // A redirection said where a slot is.
  void Moved(int slot, const Endpoint& endpoint);

 private:
  struct Range {
    int last;
    Endpoint endpoint;
  };
  absl::Status RefreshIfNeeded();
  absl::Status AskSentinels();
  absl::Status AskCluster();
  absl::Status AskClusterAt(const Endpoint& endpoint);

  const RedisOptions& options_;
  std::mutex mutex_;
  bool known_ = false;             // guarded by mutex_, as the rest
  std::map<int, Range> ranges_;    // by first slot; one that spans all when there is no cluster
  std::vector<Endpoint> masters_;  // to ask for the cluster's shape, after a while instead of the configured ones
};

}  // namespace bulian::store::redis

#endif  // SERVICES_STORE_REDIS_TOPOLOGY_H_
