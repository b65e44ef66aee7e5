// A store in memory for the tests of this room: commits, logs and scans as store.h says, without durability, request
// ids or conflicts.
#ifndef SERVICES_VIEW_MEMORY_STORE_H_
#define SERVICES_VIEW_MEMORY_STORE_H_

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "services/store/store.h"

namespace bulian::view {

// Thread-safe.
class MemoryStore final : public store::Store {
 public:
  absl::StatusOr<store::CommitResult> Commit(store::CommitRequest request) override;
  std::future<absl::StatusOr<store::CommitResult>> Submit(store::CommitRequest request) override;
  absl::StatusOr<std::optional<store::CommitResult>> FindRequest(std::string_view, std::string_view, std::string_view,
                                                                 std::string_view, std::string_view) override;
  absl::Status DropLog(std::string_view log, std::string_view uid) override;
  absl::StatusOr<std::vector<std::pair<std::string, store::LogPosition>>> ListLogs() override;
  absl::StatusOr<store::LogPosition> Position(std::string_view log) override;
  absl::StatusOr<store::ScanResult> Scan(std::string_view log,
                                         const std::function<bool(const store::ScannedRecord&)>& visit) override;
  absl::Status Follow(std::string_view log, std::int64_t after,
                      const std::function<bool(const std::shared_ptr<const store::LogEntry>&)>& visit) override;
  absl::StatusOr<std::int64_t> EarliestRetained(std::string_view log) override;
  absl::Status VisitRequests(std::string_view log,
                             const std::function<bool(const store::StoredRequest&)>& visit) override;
  absl::StatusOr<std::unique_ptr<store::LogLoader>> LoadLog(std::string_view log) override;
  absl::StatusOr<bool> Compact(const store::Retention& retention) override;
  void SetObserver(store::CommitObserver* observer) override { observer_ = observer; }
  store::StoreStats Stats() override { return {}; }

  // Asked at the beginning of a scan: an error is the scan's answer.
  std::function<absl::Status()> before_scan;
  // Runs after every so many records of a scan, without a lock: commits made there fall into the scan's frame.
  std::function<void()> during_scan;
  // Whether logged changes say the revision of their before-image.
  bool says_before_revision = true;

 private:
  struct Record {
    std::string value;
    std::int64_t revision;
  };
  struct Log {
    store::LogPosition position;
    std::map<std::string, Record, std::less<>> records;
    std::vector<std::shared_ptr<const store::LogEntry>> entries;
    std::map<std::string, store::StoredRequest> requests;  // loaded ones, by scope
  };

  class Loader;

  std::mutex commit_mutex_;  // commits and their telling are one at a time
  std::mutex mutex_;
  std::map<std::string, Log, std::less<>> logs_;
  std::int64_t uids_ = 0;
  store::CommitObserver* observer_ = nullptr;
};

}  // namespace bulian::view

#endif  // SERVICES_VIEW_MEMORY_STORE_H_
