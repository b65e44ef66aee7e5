// The state of every log in memory: the writer's working copy, and what readers may see of it, which changes only after
// a transaction is durable.
//
// Hold(), Release(), IsHeld(), Published() and PublishedAll() are thread-safe; everything else belongs to the one
// thread that writes.
#ifndef SERVICES_STORE_LMDB_LOG_BOOK_H_
#define SERVICES_STORE_LMDB_LOG_BOOK_H_

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
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

  // Numbers for the change rows of entries, ascending over all logs.
  void StartSequence(std::uint64_t next) { next_sequence_ = next; }
  std::uint64_t TakeSequence() { return next_sequence_++; }

  // Writes the rows of the changed logs. Returns LMDB's code.
  int Write(const Transaction& txn, const Tables& tables) const;
  // The transaction is durable: publishes the changes.
  void Accept();
  // The transaction is void: undoes the changes.
  void Reject();

  // Ids whose rows belong to no log yet, because they are being loaded: not to be cleared.
  void Hold(std::uint32_t id);
  void Release(std::uint32_t id);
  bool IsHeld(std::string_view id_key) const;

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
  std::uint64_t next_sequence_ = 1;
  mutable std::mutex mutex_;
  std::set<std::string, std::less<>> held_;                 // keys of ids; guarded by mutex_
  std::map<std::string, LogState, std::less<>> published_;  // guarded by mutex_
};

}  // namespace bulian::store::lmdb

#endif  // SERVICES_STORE_LMDB_LOG_BOOK_H_
