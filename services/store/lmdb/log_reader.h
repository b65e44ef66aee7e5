// Reading records and log entries in bounded pieces: each piece is copied inside one short read transaction, and handed
// on after it has ended. Thread-safe.
#ifndef SERVICES_STORE_LMDB_LOG_READER_H_
#define SERVICES_STORE_LMDB_LOG_READER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/store/lmdb/environment.h"
#include "services/store/lmdb/layout.h"
#include "services/store/store.h"

namespace bulian::store::lmdb {

// The state of a log as a transaction sees it. NOT_FOUND if there is none.
absl::StatusOr<LogState> ReadLogState(const Transaction& txn, const Tables& tables, std::string_view log);

// One entry as a transaction sees it.
struct StoredEntry {
  LogEntry entry;
  std::size_t bytes = 0;
};
absl::StatusOr<StoredEntry> ReadEntry(const Transaction& txn, const Tables& tables, std::uint32_t log_id,
                                      std::int64_t revision);

class LogReader {
 public:
  LogReader(const Environment* env, const Tables& tables) : env_(env), tables_(tables) {}

  absl::StatusOr<ScanResult> Scan(std::string_view log, const std::function<bool(const ScannedRecord&)>& visit) const;
  absl::Status Follow(std::string_view log, std::int64_t after,
                      const std::function<bool(const std::shared_ptr<const LogEntry>&)>& visit) const;

  absl::Status VisitRequests(std::string_view log, const std::function<bool(const StoredRequest&)>& visit) const;

 private:
  // Records copied out of one transaction.
  struct Piece {
    struct Item {
      std::size_t name_size, value_size;
      std::int64_t revision;
    };
    LogPosition position;
    std::string bytes;  // names and values, one after the other
    std::vector<Item> items;
    std::string last_name;
    bool more = false;
  };
  absl::Status ReadPiece(std::string_view log, bool first, Piece* piece) const;
  absl::StatusOr<std::vector<std::shared_ptr<const LogEntry>>> ReadEntries(std::string_view log, std::int64_t after,
                                                                           std::string* uid) const;
  // The request ids after the key, which becomes the last one read.
  absl::StatusOr<std::vector<StoredRequest>> ReadRequests(std::string_view log, std::string* after,
                                                          std::string* uid) const;
  const Environment* env_;
  Tables tables_;
};

}  // namespace bulian::store::lmdb

#endif  // SERVICES_STORE_LMDB_LOG_READER_H_
