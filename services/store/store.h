// Durable truth: numbered commits per log. A log belongs to one cluster (`clusters/{cluster}`, by cluster id).
//
// A commit is atomic, durable before Commit() returns OK, and numbered without gaps from 1 within its log. It names the
// revision it was validated at and what it read; it is refused if any of that changed since. In a group commit one
// refusal fails only its own. All methods are thread-safe. Errors are absl::Status made by model::Error.
#ifndef SERVICES_STORE_STORE_H_
#define SERVICES_STORE_STORE_H_

#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace bulian::store {

// Where a log stands.
struct LogPosition {
  std::string uid;            // of the log: UUID 4, another one when the log is dropped and created anew
  std::int64_t epoch = 0;     // from 1; raised by a restore
  std::int64_t revision = 0;  // number of the last commit; 0: none
  absl::Time commit_time;     // of the last commit, by the store's clock; never goes back within a log
};

// A record to write: `name` is the full resource name, `value` its bytes; nullopt deletes.
struct Write {
  std::string name;
  std::optional<std::string> value;
};

// What a commit wants done.
struct CommitRequest {
  std::string log;                   // the cluster id
  std::string log_uid;               // refuse if the log is another one; empty: not checked
  std::int64_t validated_at = 0;     // the revision the writer validated against
  std::vector<std::int64_t> seen;    // ascending: later ones it knew too, its own commits; they are no conflict
  std::vector<std::string> reads;    // record names and guards the validation depended on
  std::vector<std::string> touches;  // guards this commit changes (`guard:taxonomy`), besides the names it writes
  std::vector<Write> writes;         // at least one, each name once
  bool create_log = false;           // the log must not exist; created with this commit as revision 1
  std::string actor;                 // who; kept in the log
  std::string method;                // what call; kept in the log
  std::string request_id;            // empty: none. Scope of the id is (actor, method, log)
  std::string payload_digest;        // of the request, to tell a repeat from a reuse
};

struct CommitResult {
  LogPosition position;   // of this commit
  bool replayed = false;  // the request id had been used with the same payload: `position` is of that commit
};

// One record's change in a log entry.
struct LoggedChange {
  std::string name;
  std::optional<std::string> before, after;
  std::int64_t before_revision = 0;  // revision of `before`: of the record's change before this one; 0: there was none
};

// One commit as the log keeps it.
struct LogEntry {
  std::int64_t revision = 0;
  std::int64_t epoch = 0;  // of the log when it was written
  absl::Time commit_time;
  std::string actor, method, request_id;
  std::string predecessor_digest;     // 32 bytes: of the entry before; what it covers is the store's (its layout.h)
  std::vector<std::string> touches;   // guards
  std::vector<LoggedChange> changes;  // in the order written
};

// A record as a scan finds it.
struct ScannedRecord {
  std::string_view name;  // valid during the callback only
  std::string_view value;
  std::int64_t revision = 0;  // of its last change
};

// A scan's frame: replaying the log from start (exclusive) to end makes what was scanned exact, idempotently.
struct ScanResult {
  LogPosition start, end;
};

// A request id as a log remembers it.
struct StoredRequest {
  std::string scope;          // RequestScope() of actor, method and request id
  absl::Time time;            // of its commit: it is forgotten 24 hours later
  std::int64_t revision = 0;  // of its commit
  std::string payload_digest;
};

// Builds a log from what another store, or an archive, holds of it. Nothing of it is visible before Finish() has made
// it durable; destroyed without, nothing remains but rows that are cleared later. Belongs to one thread at a time, and
// must not outlive the store. Memory is bounded. After an error every later call returns it.
class LogLoader {
 public:
  virtual ~LogLoader() = default;

  // What a record is, by the change of this revision; nullopt: deleted. Takes the place of what was added of the name
  // before. In any order, quickest by name.
  virtual absl::Status AddRecord(std::string_view name, std::optional<std::string_view> value,
                                 std::int64_t revision) = 0;
  // The kept entries without holes, in order, each with changes. The store chains their digests anew; the predecessor
  // digest of the first is taken over as it is.
  virtual absl::Status AddEntry(const LogEntry& entry) = 0;
  virtual absl::Status AddRequest(const StoredRequest& request) = 0;

  // The log is there, at this position, and the observer is told OnReload. The position is that of the last entry but
  // for the uid, and the epoch, which may be higher. INVALID_ARGUMENT: what was added makes no such log.
  // ALREADY_EXISTS: a log of the name came meanwhile. UNAVAILABLE/COMMIT_UNCONFIRMED: too few replicas hold it yet.
  virtual absl::Status Finish(const LogPosition& position) = 0;
};

// What the log keeps. A limit of 0 means none. The newest commit is always kept.
struct Retention {
  std::int64_t max_commits = 100'000;
  absl::Duration max_age = absl::Hours(24 * 7);
  std::int64_t max_bytes = std::int64_t{1} << 30;
};

struct StoreStats {
  std::int64_t used_bytes = 0, limit_bytes = 0;  // of the data file
  std::int64_t logs = 0, records = 0, log_entries = 0;
  std::int64_t commits = 0, commit_conflicts = 0, commit_failures = 0, group_syncs = 0;  // since start
  // Of a store that other processes write too.
  std::int64_t follow_lag = 0;     // commits it knows of that the observer was not told of yet
  absl::Duration follow_age;       // since it last knew that nothing was missing
  std::int64_t retries = 0;        // commands sent again, since start
  std::int64_t reconnects = 0;     // connections made again, since start
  std::int64_t reloads = 0;        // logs the observer was told to read anew, since start
  bool durability_waived = false;  // an acknowledged commit can be lost with the store's machine
};

// Told of every commit, in revision order per log, after it is durable and before its Commit() returns. Called on a
// thread of the store, one call at a time, while later commits are being written; must not call back into Commit().
// Applying never fails.
class CommitObserver {
 public:
  virtual ~CommitObserver() = default;
  virtual void OnCommit(const std::string& log, const LogPosition& position,
                        const std::shared_ptr<const LogEntry>& entry) = 0;
  virtual void OnDrop(const std::string& log, const std::string& uid) = 0;
  // What was told of the log does not lead to what the store holds now: it fell behind what the log keeps, or the store
  // was restored. Begin anew from a scan; commits up to its end may be told again.
  virtual void OnReload(const std::string& log) = 0;
};

class Store {
 public:
  virtual ~Store() = default;

  // Commits or refuses. ABORTED/CONFLICT: something in `reads` or `writes` changed after `validated_at`, or the log no
  // longer reaches back to it. INVALID_ARGUMENT/REQUEST_ID_REUSED. NOT_FOUND: no such log. ALREADY_EXISTS: create_log
  // and there is one. RESOURCE_EXHAUSTED/STORE_FULL; UNAVAILABLE/STORE_FAILED: nothing was changed. A write's own name
  // is checked like a read. Blocks until durable.
  virtual absl::StatusOr<CommitResult> Commit(CommitRequest request) = 0;

  // As Commit, but returns at once; the future is ready when the commit is durable or refused. The observer is told
  // after that, still in order. For a writer that has work to do meanwhile; the future may be dropped.
  virtual std::future<absl::StatusOr<CommitResult>> Submit(CommitRequest request) = 0;

  // The answer of an earlier Commit with this request id within 24 hours by the store's clock; nullopt if there is
  // none. INVALID_ARGUMENT/REQUEST_ID_REUSED when it was used with another payload.
  virtual absl::StatusOr<std::optional<CommitResult>> FindRequest(std::string_view log, std::string_view actor,
                                                                  std::string_view method, std::string_view request_id,
                                                                  std::string_view payload_digest) = 0;

  // Removes a log with all its records; `uid` as read from it, empty: not checked. NOT_FOUND if there is none. The
  // request id of its last commit is not forgotten: Commit and FindRequest know it under the log's name, also when a
  // new log has the name.
  virtual absl::Status DropLog(std::string_view log, std::string_view uid) = 0;

  // All logs by name, and one of them.
  virtual absl::StatusOr<std::vector<std::pair<std::string, LogPosition>>> ListLogs() = 0;
  virtual absl::StatusOr<LogPosition> Position(std::string_view log) = 0;

  // Visits every record of a log by name. The visitor returns false to stop. It may be slow: no lock of writers is
  // held, and long scans are cut into several read transactions, hence the frame.
  virtual absl::StatusOr<ScanResult> Scan(std::string_view log,
                                          const std::function<bool(const ScannedRecord&)>& visit) = 0;

  // Visits the entries after `after` in order, up to the newest or until the visitor returns false. OUT_OF_RANGE /
  // REVISION_NOT_RETAINED when the entry after `after` is no longer kept.
  virtual absl::Status Follow(std::string_view log, std::int64_t after,
                              const std::function<bool(const std::shared_ptr<const LogEntry>&)>& visit) = 0;

  // The first revision whose entry is still kept; position.revision + 1 when none is.
  virtual absl::StatusOr<std::int64_t> EarliestRetained(std::string_view log) = 0;

  // Visits the request ids the log remembers, expired ones perhaps among them, until the visitor returns false. Those
  // of commits made meanwhile may be visited or not.
  virtual absl::Status VisitRequests(std::string_view log, const std::function<bool(const StoredRequest&)>& visit) = 0;

  // Begins a log that another store gave. ALREADY_EXISTS: there is such a log. RESOURCE_EXHAUSTED/STORE_FULL and
  // UNAVAILABLE/STORE_FAILED as for Commit, also from the loader's calls.
  virtual absl::StatusOr<std::unique_ptr<LogLoader>> LoadLog(std::string_view log) = 0;

  // Drops log entries beyond the retention, and request ids older than 24 hours. Does a bounded piece of work per call;
  // returns whether more is left.
  virtual absl::StatusOr<bool> Compact(const Retention& retention) = 0;

  // Set once, before the first commit; not owned, must outlive the store's use.
  virtual void SetObserver(CommitObserver* observer) = 0;

  virtual StoreStats Stats() = 0;

  // Whether it can be read and followed now; else why not, in words for an operator. For readiness.
  virtual absl::Status Health() { return absl::OkStatus(); }
};

}  // namespace bulian::store

#endif  // SERVICES_STORE_STORE_H_
