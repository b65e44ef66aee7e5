// RedisOptions from what people write: flags of the server, and places of bulian-db.
#ifndef SERVICES_STORE_REDIS_OPTIONS_TEXT_H_
#define SERVICES_STORE_REDIS_OPTIONS_TEXT_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/store/redis/redis_options.h"

namespace bulian::store::redis {

// `standalone`, `sentinel`, `cluster`; anything else is standalone.
RedisOptions::Mode ParseMode(std::string_view text);
// `always`, `everysec`, `unchecked`; anything else is always.
RedisOptions::Durability ParseDurability(std::string_view text);
// HOST:PORT, several with commas between them. False: one of them is none.
bool ParseEndpoints(std::string_view text, std::vector<Endpoint>* endpoints);
// The content of a file without the end of its line; no password without a file. So that no password stands in an
// argument or an environment. UNAVAILABLE/STORE_FAILED: it cannot be read, or is empty.
absl::StatusOr<std::string> ReadPasswordFile(const std::string& path);

// Whether a text names a Redis, and its options:
//   redis://[USER@]HOST:PORT[/PREFIX]
//   redis+cluster://[USER@]HOST:PORT,...[/PREFIX]
//   redis+sentinel://[USER@]HOST:PORT,.../MASTER[/PREFIX]
// INVALID_ARGUMENT when it is none of these.
bool IsRedisPlace(std::string_view text);
absl::StatusOr<RedisOptions> ParseRedisPlace(std::string_view text);

}  // namespace bulian::store::redis

#endif  // SERVICES_STORE_REDIS_OPTIONS_TEXT_H_
