#include "tools/dbtool/place.h"

#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "absl/strings/numbers.h"
#include "services/model/error.h"
#include "services/store/lmdb/layout.h"
#include "services/store/lmdb/lmdb_store.h"
#include "services/store/redis/options_text.h"
#include "services/store/redis/redis_store.h"

namespace bulian::dbtool {
namespace {

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

absl::StatusOr<std::unique_ptr<store::Store>> OpenRedis(const std::string& place) {
  auto options = store::redis::ParseRedisPlace(place);
  if (!options.ok()) return options.status();
  auto password = store::redis::ReadPasswordFile(Environment("BULIAN_REDIS_PASSWORD_FILE"));
  auto sentinel = store::redis::ReadPasswordFile(Environment("BULIAN_REDIS_SENTINEL_PASSWORD_FILE"));
  if (!password.ok()) return password.status();
  if (!sentinel.ok()) return sentinel.status();
  options->credentials.password = *std::move(password);
  options->sentinel_credentials.password = *std::move(sentinel);
  options->durability = store::redis::ParseDurability(Environment("BULIAN_REDIS_DURABILITY"));
  const std::string wait = Environment("BULIAN_REDIS_WAIT_REPLICAS");
  if (!wait.empty() && !absl::SimpleAtoi(wait, &options->wait_replicas)) {
    model::Violations violations;
    violations.Add("BULIAN_REDIS_WAIT_REPLICAS", "is a number");
    return violations.ToStatus();
  }
  return store::OpenRedisStore(*options);
}

}  // namespace

absl::StatusOr<std::unique_ptr<store::Store>> OpenPlace(const std::string& place, PlaceUse use) {
  if (store::redis::IsRedisPlace(place)) return OpenRedis(place);
  store::LmdbOptions options;
  options.directory = place;
  const std::string data = place + "/" + store::lmdb::kDataFileName;
  std::error_code error;
  if (use == PlaceUse::kRead && !std::filesystem::exists(data, error)) {
    return model::Error(absl::StatusCode::kFailedPrecondition, v1::STORE_FAILED, "there is no data file " + data);
  }
  auto store = store::OpenLmdbStore(options);
  if (!store.ok() || use == PlaceUse::kRead) return store;
  const store::Retention keep_all{0, absl::ZeroDuration(), 0};
  for (bool more = true; more;) {
    const auto left = (*store)->Compact(keep_all);
    if (!left.ok()) return left.status();
    more = *left;
  }
  return store;
}

}  // namespace bulian::dbtool
