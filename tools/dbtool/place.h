// Where clusters are kept, as people write it: a data directory, or a Redis (services/store/redis/options_text.h),
// whose password file and durability come from the server's environment variables (BULIAN_REDIS_PASSWORD_FILE,
// BULIAN_REDIS_SENTINEL_PASSWORD_FILE, BULIAN_REDIS_DURABILITY).
#ifndef TOOLS_DBTOOL_PLACE_H_
#define TOOLS_DBTOOL_PLACE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "services/store/store.h"

namespace bulian::dbtool {

enum class PlaceUse {
  kRead,   // it must be there, and is left as it is
  kWrite,  // a data directory is created if missing; what a killed restore left in it is cleared
};

// FAILED_PRECONDITION: a server holds the directory, or it is none of ours. UNAVAILABLE: the Redis does not answer, or
// does not promise enough.
absl::StatusOr<std::unique_ptr<store::Store>> OpenPlace(const std::string& place, PlaceUse use);

}  // namespace bulian::dbtool

#endif  // TOOLS_DBTOOL_PLACE_H_
