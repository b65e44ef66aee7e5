// Reading heads, records and log entries. Thread-safe: each call takes connections out of a pool.
#ifndef SERVICES_STORE_REDIS_READER_H_
#define SERVICES_STORE_REDIS_READER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/store/redis/executor.h"
#include "services/store/redis/layout.h"
#include "services/store/store.h"

namespace bulian::store::redis {

// Entries of a log as they were at one moment.
struct EntryPiece {
  Head head;
  std::vector<StoredEntry> entries;
};

class Reader {
 public:
  explicit Reader(ExecutorShared* shared) : shared_(*shared), options_(*shared->options) {}

  // One executor, given back when the holder goes.
  class Held {
   public:
    Held(Reader* reader, std::unique_ptr<Executor> executor) : reader_(reader), executor_(std::move(executor)) {}
    ~Held() { reader_->GiveBack(std::move(executor_)); }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;
    Executor* operator->() const { return executor_.get(); }

   private:
    Reader* reader_;
    std::unique_ptr<Executor> executor_;
  };
  Held Take();

  // A head that does not exist is one whose exists() is false.
  absl::StatusOr<Head> ReadHead(std::string_view log);
  // All names in the directory with their times, and the heads of those that exist.
  absl::StatusOr<std::vector<std::pair<std::string, std::string>>> ReadDirectory();
  // Those of some logs only with `selection`. With `complete`, heads that could not be read are left out, and it says
  // whether there are such.
  absl::StatusOr<std::vector<std::pair<std::string, Head>>> ReadHeads(const LogSelection& selection = {},
                                                                      bool* complete = nullptr);

  absl::StatusOr<ScanResult> Scan(std::string_view log, const std::function<bool(const ScannedRecord&)>& visit);
  absl::Status Follow(std::string_view log, std::int64_t after,
                      const std::function<bool(const std::shared_ptr<const LogEntry>&)>& visit);
  // The next entries after `after`, at most `count`; none at the end. Entries that too few replicas hold are not there
  // yet. NOT_FOUND, OUT_OF_RANGE as Follow.
  absl::StatusOr<EntryPiece> ReadEntries(std::string_view log, std::int64_t after, std::int64_t count);

 private:
  void GiveBack(std::unique_ptr<Executor> executor);
  absl::StatusOr<std::vector<std::string>> SortedNames(const LogKeys& keys, Executor& executor);

  ExecutorShared& shared_;
  const RedisOptions& options_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Executor>> idle_;  // guarded by mutex_
};

}  // namespace bulian::store::redis

#endif  // SERVICES_STORE_REDIS_READER_H_
