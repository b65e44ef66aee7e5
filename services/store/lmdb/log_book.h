// The state of every log in memory: the writer's working copy, and what readers may see of it, which changes only after
// a transaction is durable.
//
// Published() and PublishedAll() are thread-safe; everything else belongs to the one thread that writes.
#ifndef SERVICES_STORE_LMDB_LOG_BOOK_H_
#define SERVICES_STORE_LMDB_LOG_BOOK_H_

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "services/store/lmdb/environment.h"
#include "services/store/lmdb/layout.h"
#include "services/store/lmdb/recent_changes.h"

namespace bulian::store::lmdb {

class LogBook {
 public:
  struct Log {
    LogState state;
    RecentChanges recent;
  };

  // Reads all logs of the data file and publishes them.
  absl::Status Load(const Transaction& txn, const Tables& tables);

  const Log* Find(std::string_view name) const;
  // Names of all logs, in order.
  std::vector<std::string> Names() const;

  // Changes, all of them undone by Reject(). Change() needs a log that exists, Create() one that does not.
  Log& Change(std::string_view name);
  Log& Create(std::string_view name, LogState state);
  void Remove(std::string_view name);

  // Writes the rows of the changed logs. Returns LMDB's code.
  int Write(const Transaction& txn, const Tables& tables) const;
  // The transaction is durable: publishes the changes.
  void Accept();
  // The transaction is void: undoes the changes.
  void Reject();

  std::optional<LogState> Published(std::string_view name) const;
  std::vector<std::pair<std::string, LogState>> PublishedAll() const;

 private:
  struct Undo {
    std::optional<LogState> state;  // nullopt: created since
    std::optional<Log> removed;     // the log itself, when it was removed
  };
  void Remember(std::string_view name);

  std::map<std::string, Log, std::less<>> logs_;
  std::map<std::string, Undo, std::less<>> undo_;
  mutable std::mutex mutex_;
  std::map<std::string, LogState, std::less<>> published_;  // guarded by mutex_
};

}  // namespace bulian::store::lmdb

#endif  // SERVICES_STORE_LMDB_LOG_BOOK_H_
