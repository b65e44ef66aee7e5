// One commit inside a write transaction: whether it may be, and its rows.
#ifndef SERVICES_STORE_LMDB_COMMIT_WRITER_H_
#define SERVICES_STORE_LMDB_COMMIT_WRITER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/store/lmdb/dropped_requests.h"
#include "services/store/lmdb/environment.h"
#include "services/store/lmdb/layout.h"
#include "services/store/lmdb/log_book.h"
#include "services/store/store.h"

namespace bulian::store::lmdb {

// A request with what can be worked out before its turn, on the caller's thread.
struct PreparedCommit {
  CommitRequest request;
  std::vector<std::uint32_t> by_name;  // indexes of the writes, by name: inserts in key order are cheaper
  std::vector<std::uint64_t> changes;  // fingerprints of the names written and the guards touched
  std::vector<std::uint64_t> depends;  // fingerprints of the names and guards read; written names are in `changes`
  std::size_t bytes = 0;               // of names and values, to bound a group
};

// INVALID_ARGUMENT with every violation: no log, no writes, a name twice, empty or too long.
absl::StatusOr<PreparedCommit> PrepareCommit(CommitRequest request);

// What Apply() made of a commit.
struct AppliedCommit {
  CommitResult result;
  LogEntry header;  // without changes
  struct Before {
    std::optional<std::string> value;
    std::int64_t revision = 0;  // of the value; 0: there was none
  };
  std::vector<Before> befores;  // of the writes, in their order
};
// The log entry; takes names and values out of the request.
std::shared_ptr<const LogEntry> TakeEntry(PreparedCommit& commit, AppliedCommit& applied);

class CommitWriter {
 public:
  struct Services {
    std::function<absl::Time()> clock;
    std::function<std::string()> new_uid;
  };
  CommitWriter(const Services& services, const Tables& tables, LogBook* book)
      : services_(services), tables_(tables), book_(book) {}

  // Reads where the log rows end. Once, before the first Apply().
  absl::Status Start(const Transaction& txn);

  // Checks the commit against everything applied before it, and writes it. A status is a refusal of this commit alone:
  // nothing was written. `*code` other than 0 is LMDB's: the whole transaction is void.
  absl::StatusOr<AppliedCommit> Apply(const Transaction& txn, const PreparedCommit& commit, int* code);

 private:
  absl::StatusOr<std::optional<CommitResult>> FindReplay(const Transaction& txn, const CommitRequest& request,
                                                         const LogBook::Log* log, int* code) const;
  absl::Status CheckConflict(const Transaction& txn, const PreparedCommit& commit, const LogBook::Log& log,
                             int* code) const;
  int CreateLog(const Transaction& txn, const std::string& name);
  int WriteRecords(const Transaction& txn, const PreparedCommit& commit, LogState& state, AppliedCommit& applied) const;
  int WriteLogRows(const Transaction& txn, const PreparedCommit& commit, LogState& state, const AppliedCommit& applied);
  int WriteRequestId(const Transaction& txn, const CommitRequest& request, const LogState& state) const;

  Services services_;
  Tables tables_;
  LogBook* book_;
};

// The stored answer of a request id within its 24 hours: of the log (null: there is none), or of one of its name that
// was dropped. `*code` as above.
absl::StatusOr<std::optional<CommitResult>> FindStoredRequest(const Transaction& txn, const Tables& tables,
                                                              const LogState* state, absl::Time now,
                                                              const AskedRequest& asked, int* code);

}  // namespace bulian::store::lmdb

#endif  // SERVICES_STORE_LMDB_COMMIT_WRITER_H_
