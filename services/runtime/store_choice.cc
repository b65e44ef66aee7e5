#include "services/runtime/store_choice.h"

#include <filesystem>
#include <utility>

#include "services/model/error.h"
#include "services/rpc/page_token.h"
#include "services/runtime/cluster_choice.h"
#include "services/store/lmdb/lmdb_store.h"
#include "services/store/redis/options_text.h"
#include "services/store/redis/redis_store.h"

namespace bulian::runtime {
namespace {

using store::RedisOptions;

absl::StatusOr<RedisOptions> RedisOptionsOf(const Config& config) {
  RedisOptions options;
  store::redis::ParseEndpoints(config.redis_address, &options.endpoints);
  options.mode = store::redis::ParseMode(config.redis_mode);
  options.durability = store::redis::ParseDurability(config.redis_durability);
  options.master_name = config.redis_master;
  options.prefix = config.redis_prefix;
  options.followed = ClustersHeld(config);
  options.wait_replicas = static_cast<int>(config.redis_wait_replicas);
  options.wait_timeout = config.redis_wait_timeout;
  options.timeout = config.redis_timeout;
  auto password = store::redis::ReadPasswordFile(config.redis_password_file);
  auto sentinel = store::redis::ReadPasswordFile(config.redis_sentinel_password_file);
  if (!password.ok()) return password.status();
  if (!sentinel.ok()) return sentinel.status();
  options.credentials = {config.redis_user, *std::move(password)};
  options.sentinel_credentials = {config.redis_sentinel_user, *std::move(sentinel)};
  return options;
}

absl::StatusOr<OpenedStore> OpenLmdb(const Config& config) {
  std::error_code error;
  std::filesystem::create_directories(config.data_dir, error);
  if (error) {
    return model::Error(absl::StatusCode::kFailedPrecondition, v1::STORE_FAILED,
                        config.data_dir + ": " + error.message());
  }
  store::LmdbOptions options;
  options.directory = config.data_dir;
  options.max_data_size = config.max_data_size;
  auto opened = store::OpenLmdbStore(options);
  if (!opened.ok()) return opened.status();
  OpenedStore result{*std::move(opened), config.page_token_secret};
  if (!result.token_secret.empty()) return result;
  // Once the folder is ours: two processes must not make two keys.
  auto kept = rpc::LoadOrCreateSecret(config.data_dir + "/page-token.key");
  if (!kept.ok()) return kept.status();
  result.token_secret = *std::move(kept);
  return result;
}

absl::StatusOr<OpenedStore> OpenRedis(const Config& config) {
  auto options = RedisOptionsOf(config);
  if (!options.ok()) return options.status();
  auto opened = store::OpenRedisStore(*options);
  if (!opened.ok()) return opened.status();
  OpenedStore result{*std::move(opened), config.page_token_secret};
  if (!result.token_secret.empty()) return result;
  auto shared = store::SharedSecret(*options);
  if (!shared.ok()) return shared.status();
  result.token_secret = *std::move(shared);
  return result;
}

}  // namespace

absl::Status CheckStoreChoice(const Config& config) {
  model::Violations mistakes;
  if (config.store != "redis" && config.target != "all")
    mistakes.Add("target", "`" + config.target + "` shares its data with other processes: that takes --store=redis");
  if (config.target != "analysis" && !config.clusters.empty())
    mistakes.Add("clusters", "is for the target `analysis`: what writes holds every cluster");
  ReadClusterChoice(config.clusters, &mistakes);
  if (config.store != "redis") return mistakes.ToStatus();
  std::vector<store::redis::Endpoint> endpoints;
  if (!store::redis::ParseEndpoints(config.redis_address, &endpoints)) {
    mistakes.Add("redis-address", "is HOST:PORT, or several with commas between them");
  } else if (config.redis_mode == "standalone" && endpoints.size() > 1) {
    mistakes.Add("redis-address", "names one server in the mode `standalone`");
  }
  if (config.redis_mode == "sentinel" && config.redis_master.empty())
    mistakes.Add("redis-master", "is required in the mode `sentinel`");
  if (config.redis_prefix.empty() || config.redis_prefix.find_first_of("{}") != std::string::npos)
    mistakes.Add("redis-prefix", "must not be empty or have braces");
  return mistakes.ToStatus();
}

store::LogSelection ClustersHeld(const Config& config) {
  model::Violations mistakes;
  return ReadClusterChoice(config.clusters, &mistakes);
}

absl::StatusOr<OpenedStore> OpenChosenStore(const Config& config) {
  return config.store == "redis" ? OpenRedis(config) : OpenLmdb(config);
}

}  // namespace bulian::runtime
