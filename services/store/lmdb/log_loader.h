// Writes the rows of a log that another store gave, in transactions of bounded size between those of the committer.
// Until the log has its row in `logs` its id stands in `dropped`, so that what a loader left is cleared like a removed
// log; while the loader lives the id is held, so that it is not cleared under it.
//
// Belongs to one thread at a time.
#ifndef SERVICES_STORE_LMDB_LOG_LOADER_H_
#define SERVICES_STORE_LMDB_LOG_LOADER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/store/lmdb/committer.h"
#include "services/store/lmdb/environment.h"
#include "services/store/lmdb/layout.h"
#include "services/store/lmdb/log_book.h"
#include "services/store/loaded_log.h"
#include "services/store/store.h"

namespace bulian::store::lmdb {

class LmdbLogLoader final : public LogLoader {
 public:
  struct Parts {
    Committer* committer;
    LogBook* book;
    Tables tables;
    std::int64_t limit_bytes;  // of data; what is added beyond is refused
  };
  static absl::StatusOr<std::unique_ptr<LogLoader>> Begin(const Parts& parts, std::string_view log);
  ~LmdbLogLoader() override;

  absl::Status AddRecord(std::string_view name, std::optional<std::string_view> value, std::int64_t revision) override;
  absl::Status AddEntry(const LogEntry& entry) override;
  absl::Status AddRequest(const StoredRequest& request) override;
  absl::Status Finish(const LogPosition& position) override;

 private:
  struct Record {
    std::string name;
    std::optional<std::string> value;
    std::int64_t revision;
  };

  LmdbLogLoader(const Parts& parts, std::string_view log) : parts_(parts), log_(log) {}
  // Waits for the transaction when enough is buffered.
  absl::Status Buffered(std::size_t bytes);
  absl::Status Flush();
  int Write(const Transaction& txn);
  int WriteRecord(const Transaction& txn, const Record& record);
  int WriteEntry(const Transaction& txn, const LogEntry& entry);
  int WriteRequest(const Transaction& txn, const StoredRequest& request);

  Parts parts_;
  std::string log_;
  LoadedLog loaded_;
  LogState state_;           // what the log's row will be
  std::string last_digest_;  // of the last entry
  absl::Status failed_;
  bool finished_ = false;

  std::size_t buffered_bytes_ = 0;
  std::vector<Record> records_;
  std::vector<LogEntry> entries_;
  std::vector<StoredRequest> requests_;
};

}  // namespace bulian::store::lmdb

#endif  // SERVICES_STORE_LMDB_LOG_LOADER_H_
