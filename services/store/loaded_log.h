// What a LogLoader was given so far, and whether it makes a log: the checks that the loader of every store needs
// alike. Not thread-safe.
#ifndef SERVICES_STORE_LOADED_LOG_H_
#define SERVICES_STORE_LOADED_LOG_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/store/store.h"

namespace bulian::store {

class LoadedLog {
 public:
  // INVALID_ARGUMENT: a name that is empty or too long, a revision below 1.
  absl::Status CheckRecord(std::string_view name, std::int64_t revision);
  // INVALID_ARGUMENT: not the entry after the one before, a time or an epoch that goes back, no changes, a name that
  // cannot be, a predecessor digest that is none.
  absl::Status CheckEntry(const LogEntry& entry);
  // INVALID_ARGUMENT: no scope, or a revision below 1.
  absl::Status CheckRequest(const StoredRequest& request);
  // INVALID_ARGUMENT: no entries, or a position that is not that of the last one; records or requests of later commits.
  absl::Status CheckPosition(const LogPosition& position) const;

  std::int64_t first_revision() const { return first_; }  // 0: no entry yet

 private:
  std::int64_t first_ = 0, revision_ = 0, epoch_ = 0;  // of the entries
  absl::Time time_ = absl::InfinitePast();
  std::int64_t highest_ = 0;  // revision of a record or a request
};

}  // namespace bulian::store

#endif  // SERVICES_STORE_LOADED_LOG_H_
