#include "services/store/redis/options_text.h"

#include <fstream>
#include <iterator>

#include "services/model/error.h"

namespace bulian::store::redis {
namespace {

constexpr std::string_view kSchemeEnd = "://";

absl::Status NoPlace(std::string_view why) {
  model::Violations violations;
  violations.Add("place", why);
  return violations.ToStatus();
}

// Takes what stands before a separator, or all of it.
std::string_view TakeUntil(std::string_view& text, char separator) {
  const std::size_t end = text.find(separator);
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return taken;
}

}  // namespace

RedisOptions::Mode ParseMode(std::string_view text) {
  if (text == "sentinel") return RedisOptions::Mode::kSentinel;
  return text == "cluster" ? RedisOptions::Mode::kCluster : RedisOptions::Mode::kStandalone;
}

RedisOptions::Durability ParseDurability(std::string_view text) {
  if (text == "everysec") return RedisOptions::Durability::kEverySecond;
  return text == "unchecked" ? RedisOptions::Durability::kUnchecked : RedisOptions::Durability::kAlways;
}

bool ParseEndpoints(std::string_view text, std::vector<Endpoint>* endpoints) {
  while (!text.empty()) {
    if (!ParseEndpoint(TakeUntil(text, ','), &endpoints->emplace_back())) return false;
  }
  return !endpoints->empty();
}

absl::StatusOr<std::string> ReadPasswordFile(const std::string& path) {
  if (path.empty()) return "";
  std::ifstream file(path, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(file), {});
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  if (file && !text.empty()) return text;
  return RedisFailed("the password file " + path + " cannot be read or is empty");
}

bool IsRedisPlace(std::string_view text) {
  return text.starts_with("redis") && text.find(kSchemeEnd) != std::string_view::npos;
}

absl::StatusOr<RedisOptions> ParseRedisPlace(std::string_view text) {
  RedisOptions options;
  const std::string_view scheme = text.substr(0, text.find(kSchemeEnd));
  if (scheme == "redis+cluster") {
    options.mode = RedisOptions::Mode::kCluster;
  } else if (scheme == "redis+sentinel") {
    options.mode = RedisOptions::Mode::kSentinel;
  } else if (scheme != "redis") {
    return NoPlace("begins with redis://, redis+cluster:// or redis+sentinel://");
  }
  text.remove_prefix(scheme.size() + kSchemeEnd.size());
  std::string_view hosts = TakeUntil(text, '/');
  if (hosts.find('@') != std::string_view::npos) options.credentials.user.assign(TakeUntil(hosts, '@'));
  if (!ParseEndpoints(hosts, &options.endpoints)) return NoPlace("names HOST:PORT after ://");
  if (options.mode == RedisOptions::Mode::kSentinel) options.master_name.assign(TakeUntil(text, '/'));
  if (options.mode == RedisOptions::Mode::kSentinel && options.master_name.empty())
    return NoPlace("names the master after the Sentinels: redis+sentinel://HOST:PORT/MASTER");
  if (!text.empty()) options.prefix.assign(text);
  return options;
}

}  // namespace bulian::store::redis
