// Writes a log that another store gave under names of its own, which one script turns into those of the log when it is
// whole. What a loader leaves behind expires.
//
// Belongs to one thread at a time.
#ifndef SERVICES_STORE_REDIS_LOG_LOADER_H_
#define SERVICES_STORE_REDIS_LOG_LOADER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/store/loaded_log.h"
#include "services/store/redis/executor.h"
#include "services/store/redis/follower.h"
#include "services/store/redis/layout.h"
#include "services/store/store.h"

namespace bulian::store::redis {

class RedisLogLoader final : public LogLoader {
 public:
  // Nothing is owned.
  static absl::StatusOr<std::unique_ptr<LogLoader>> Begin(ExecutorShared* shared, Follower* follower,
                                                          std::string_view log);
  ~RedisLogLoader() override;

  absl::Status AddRecord(std::string_view name, std::optional<std::string_view> value, std::int64_t revision) override;
  absl::Status AddEntry(const LogEntry& entry) override;
  absl::Status AddRequest(const StoredRequest& request) override;
  absl::Status Finish(const LogPosition& position) override;

 private:
  RedisLogLoader(ExecutorShared* shared, Follower* follower, std::string_view log);
  absl::Status Buffer(Command command);
  absl::Status Flush();
  absl::StatusOr<std::int64_t> CountRecords();
  absl::Status Adopt(const LogPosition& position, std::int64_t records);

  const RedisOptions& options_;
  Executor executor_;
  Follower& follower_;
  const std::string log_;
  const LogKeys keys_, loading_;
  LoadedLog loaded_;
  LogPosition last_;         // of the last entry
  std::string last_digest_;  // of the last entry
  std::string last_scope_;   // of its request id; empty: it has none
  std::int64_t log_bytes_ = 0;
  absl::Status failed_;
  bool finished_ = false;
  std::vector<Errand> buffered_;
  std::size_t buffered_bytes_ = 0;
};

}  // namespace bulian::store::redis

#endif  // SERVICES_STORE_REDIS_LOG_LOADER_H_
