// The store on Redis, for several processes: standalone, behind Sentinels, or a Redis Cluster.
//
// What is promised depends on Redis (docs/redis.md): with `appendfsync always` an acknowledged commit survives the
// crash of a server; with a wait for all replicas also its loss.
#ifndef SERVICES_STORE_REDIS_REDIS_STORE_H_
#define SERVICES_STORE_REDIS_REDIS_STORE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "services/store/redis/redis_options.h"
#include "services/store/store.h"

namespace bulian::store {

// UNAVAILABLE/STORE_FAILED: Redis cannot be reached, refuses the credentials, is older than 7, or does not keep what
// the options promise of it; the message says what to mend, and opening can be tried again.
absl::StatusOr<std::unique_ptr<Store>> OpenRedisStore(const RedisOptions& options);

// 32 random bytes that all processes of a store share; made by the first to ask.
absl::StatusOr<std::string> SharedSecret(const RedisOptions& options);

}  // namespace bulian::store

#endif  // SERVICES_STORE_REDIS_REDIS_STORE_H_
